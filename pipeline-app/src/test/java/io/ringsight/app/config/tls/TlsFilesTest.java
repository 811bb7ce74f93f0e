package io.ringsight.app.config.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilesTest {
    @TempDir
    private Path dir;

    private Path certificate;
    private Path key;

    @BeforeEach
    void files() {
        certificate = dir.resolve("server.pem");
        key = dir.resolve("server.key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void everyKindOfKeyIsRead(String algorithm) throws Exception {
        var made = Pem.write(certificate, key, "-keyalg", algorithm);

        var read = new TlsFiles(certificate, key).load();

        assertThat(read.getCertificate("server")).isEqualTo(made.getCertificate("server"));
        assertThat(read.isKeyEntry("server")).isTrue();
        assertThat(TlsFiles.isOutOfDate(read)).isFalse();
    }

    @Test
    void aCertificateOutOfDateIsReadAndTold() throws Exception {
        Pem.write(certificate, key, "-keyalg", "EC", "-startdate", "-10d", "-validity", "5");

        assertThat(TlsFiles.isOutOfDate(new TlsFiles(certificate, key).load())).isTrue();
    }

    @Test
    void theKeyOfAnotherCertificateIsRefused() throws Exception {
        Pem.write(certificate, dir.resolve("other.key"));
        Pem.write(dir.resolve("other.pem"), key);
        assertRefused(true, "expected the key of the certificate in certFile, got another");

        Pem.write(dir.resolve("other.pem"), key, "-keyalg", "RSA");
        assertRefused(true, "expected the EC key of the certificate in certFile, got another");
    }

    @Test
    void filesThatHoldSomethingElseAreToldApart() throws Exception {
        Pem.write(certificate, key);
        Files.writeString(key, Files.readString(key).replace("PRIVATE KEY", "EC PRIVATE KEY"));
        assertRefused(
                true,
                "expected a PKCS#8 key (BEGIN PRIVATE KEY), got BEGIN EC PRIVATE KEY; openssl pkcs8 -topk8 -nocrypt"
                        + " -in OLD -out NEW converts it");
        Files.writeString(key, Files.readString(key).replace("EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
        assertRefused(true, "expected a key without a password; openssl pkey -in OLD -out NEW takes it off");
        Files.copy(certificate, key, StandardCopyOption.REPLACE_EXISTING);
        assertRefused(true, "expected a private key in PEM, but " + key + " holds none");
        Files.delete(key);
        assertRefused(true, "expected a PEM file, but there is no " + key);
        Files.writeString(certificate, "no certificate");
        assertRefused(false, "expected certificates in PEM, but " + certificate + " holds none");
        Files.writeString(certificate, "");
        assertRefused(false, "expected certificates in PEM, but " + certificate + " holds none");
        Files.write(certificate, new byte[(1 << 20) + 1]);
        assertRefused(false, "expected a PEM file, but " + certificate + " has more than 1 MiB");
    }

    private void assertRefused(boolean ofKey, String message) {
        TlsException refused = catchThrowableOfType(TlsException.class, () -> new TlsFiles(certificate, key).load());
        assertThat(refused).hasMessage(message);
        assertThat(refused.isOfKey()).isEqualTo(ofKey);
    }
}
