package io.ringsight.sources.network;

import io.ringsight.sources.libav.InputPlan;
import io.ringsight.sources.spec.SourceSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Encrypts a connection to a camera, which must show a certificate of its name unless told otherwise. */
final class TlsSocket {
    private TlsSocket() {}

    static Socket over(Socket socket, InetSocketAddress camera, SourceSpec.Network spec) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, spec.tlsVerify() ? trusted(spec.caFile()) : new TrustManager[] {new Everyone()}, null);
            SSLSocket tls = (SSLSocket)
                    context.getSocketFactory().createSocket(socket, camera.getHostString(), camera.getPort(), true);
            if (spec.tlsVerify()) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                tls.setSSLParameters(parameters);
            }
            tls.startHandshake();
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Path systemAuthorities() {
        String file = InputPlan.systemAuthorities();
        return file == null ? null : Path.of(file);
    }

    private static TrustManager[] trusted(Path caFile) throws GeneralSecurityException, IOException {
        KeyStore store = null;
        Path file = caFile != null ? caFile : systemAuthorities();
        if (file != null) {
            store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            try (InputStream in = Files.newInputStream(file)) {
                for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                    store.setCertificateEntry("ca" + number++, one);
                }
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** For {@code tlsVerify: false}. */
    private static final class Everyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            // Nobody is asked.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // Everybody is trusted.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
