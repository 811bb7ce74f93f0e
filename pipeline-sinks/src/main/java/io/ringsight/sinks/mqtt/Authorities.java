package io.ringsight.sinks.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;

/** Whom a broker's certificate must come from. */
final class Authorities {
    private Authorities() {}

    /** What keeps a file from being used, as {@code expected …}; empty if nothing does. */
    static Optional<String> problem(Path file) {
        try {
            of(Optional.of(file));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("expected a PEM file, but " + file + " cannot be read");
        } catch (GeneralSecurityException e) {
            return Optional.of("expected certificates in PEM, but " + file + " holds none");
        }
    }

    /** Those of a PEM file, or Java's own. */
    static TrustManagerFactory of(Optional<Path> file) throws IOException, GeneralSecurityException {
        KeyStore store = file.isPresent() ? read(file.get()) : null;
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private static KeyStore read(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + number++, one);
            }
        }
        if (number == 0) {
            throw new GeneralSecurityException("no certificate");
        }
        return store;
    }
}
