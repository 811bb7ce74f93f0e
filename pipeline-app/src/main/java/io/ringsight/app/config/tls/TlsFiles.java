package io.ringsight.app.config.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's certificate and its private key, in two PEM files as certificate authorities hand them out.
 *
 * @param certificate the server's own first, then those that lead to the authority
 * @param key PKCS#8, without a password
 */
public record TlsFiles(Path certificate, Path key) {
    private static final int MAX_BYTES = 1 << 20;
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END \\1PRIVATE KEY-----");

    /**
     * Reads both.
     *
     * @return a key store with the one key, whose password is empty
     * @throws TlsException if one cannot be read or they do not belong together
     */
    public KeyStore load() throws TlsException {
        Certificate[] chain = chain();
        PrivateKey secret = privateKey(chain[0].getPublicKey().getAlgorithm());
        if (!belongsTo(secret, chain[0])) {
            throw new TlsException(true, "expected the key of the certificate in certFile, got another");
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", secret, new char[0], chain);
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new TlsException(false, "expected a certificate this Java runtime can use, but " + e.getMessage());
        }
    }

    /** Whether the certificate's time is over or has not come. */
    public static boolean isOutOfDate(KeyStore store) {
        try {
            ((X509Certificate) store.getCertificate("server")).checkValidity();
            return false;
        } catch (GeneralSecurityException e) {
            return true;
        }
    }

    private Certificate[] chain() throws TlsException {
        byte[] bytes = read(certificate, false);
        try (InputStream in = new ByteArrayInputStream(bytes)) {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (!all.isEmpty()) {
                return all.toArray(Certificate[]::new);
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new TlsException(false, "expected certificates in PEM, but " + certificate + " holds none");
        }
        throw new TlsException(false, "expected certificates in PEM, but " + certificate + " holds none");
    }

    private PrivateKey privateKey(String algorithm) throws TlsException {
        Matcher pem = KEY.matcher(new String(read(key, true), StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new TlsException(true, "expected a private key in PEM, but " + key + " holds none");
        }
        if (pem.group(1).startsWith("ENCRYPTED")) {
            throw new TlsException(
                    true, "expected a key without a password; openssl pkey -in OLD -out NEW takes it off");
        }
        if (!pem.group(1).isEmpty()) {
            throw new TlsException(
                    true,
                    "expected a PKCS#8 key (BEGIN PRIVATE KEY), got BEGIN " + pem.group(1)
                            + "PRIVATE KEY; openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW converts it");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(pem.group(2));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new TlsException(
                    true, "expected the " + algorithm + " key of the certificate in certFile, got another");
        }
    }

    /** What the key signs the certificate confirms. */
    private static boolean belongsTo(PrivateKey secret, Certificate certificate) {
        String algorithm = secret.getAlgorithm();
        byte[] probe = {1, 2, 3};
        try {
            Signature signature = Signature.getInstance(
                    switch (algorithm) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> algorithm;
                    });
            signature.initSign(secret);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] read(Path file, boolean isKey) throws TlsException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length <= MAX_BYTES) {
                return bytes;
            }
        } catch (NoSuchFileException e) {
            throw new TlsException(isKey, "expected a PEM file, but there is no " + file);
        } catch (AccessDeniedException e) {
            throw new TlsException(isKey, "expected a PEM file, but this user may not read " + file);
        } catch (IOException e) {
            throw new TlsException(isKey, "expected a PEM file, but " + file + " cannot be read");
        }
        throw new TlsException(isKey, "expected a PEM file, but " + file + " has more than 1 MiB");
    }
}
