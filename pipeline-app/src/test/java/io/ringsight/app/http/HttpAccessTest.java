package io.ringsight.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringsight.app.config.HttpAuth;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.Place;
import io.ringsight.app.config.tls.Pem;
import io.ringsight.app.config.tls.TlsFiles;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.metrics.Counters;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Who may see what. */
@Timeout(300)
class HttpAccessTest {
    private static final String VIEWER = "viewer-0123456789";
    private static final String OPERATOR = "operator-0123456789";
    private static final HttpAuth TOKENS = new HttpAuth(VIEWER, OPERATOR, false);
    private static final HttpAuth NONE = new HttpAuth("", "", false);
    private static final String LOCAL = "Host: localhost\r\n";
    private static final Place PLACE = new Place(Path.of("pipeline.yaml"), 7, "http.port");

    private final Counters<HttpCounter> metrics = new Counters<>(HttpCounter.class);
    private HttpPages pages;

    @TempDir
    private Path dir;

    @AfterEach
    void close() {
        if (pages != null) {
            pages.close();
        }
    }

    private void serve(String bind, HttpAuth auth, String... hosts) throws Exception {
        serve(new HttpConfig(bind, 0, 30, auth, Optional.empty(), List.of(hosts), PLACE));
    }

    private void serve(HttpConfig config) throws Exception {
        Page page = () -> Page.Answer.text(200, "content\n");
        pages = HttpPages.open(
                config,
                List.of(
                        Route.open("/live", page),
                        Route.view("/view", page),
                        new Route("GET", "/operate", Role.OPERATOR, page)),
                metrics);
    }

    private int get(String path, String headers) throws Exception {
        String answer = RawHttp.get(pages.port(), path, headers);
        assertThat(answer).doesNotContain(VIEWER, OPERATOR);
        if (RawHttp.status(answer) != 200) {
            assertThat(answer).doesNotContain("content\n");
        }
        return RawHttp.status(answer);
    }

    private static String bearer(String token) {
        return LOCAL + "Authorization: Bearer " + token + "\r\n";
    }

    private static String basic(String user, String password) {
        String both = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return LOCAL + "Authorization: Basic " + both + "\r\n";
    }

    @Test
    void withoutTokensThisMachineMayDoEverything() throws Exception {
        serve("127.0.0.1", NONE);

        assertThat(get("/live", LOCAL)).isEqualTo(200);
        assertThat(get("/view", LOCAL)).isEqualTo(200);
        assertThat(get("/operate", LOCAL)).isEqualTo(200);
    }

    @Test
    void withoutTokensOthersSeeTheProbesAlone() throws Exception {
        serve("0.0.0.0", HttpAuth.OPEN);

        assertThat(get("/live", LOCAL)).isEqualTo(200);
        assertThat(get("/view", LOCAL)).isEqualTo(401);
        assertThat(get("/view", LOCAL + "Authorization: Basic Og==\r\n"))
                .as("no token is not an empty one")
                .isEqualTo(401);
        assertThat(get("/operate", bearer(""))).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0"})
    void aTokenGivesItsRole(String bind) throws Exception {
        serve(bind, TOKENS);

        assertThat(get("/live", LOCAL)).isEqualTo(200);
        assertThat(get("/view", LOCAL)).isEqualTo(401);
        assertThat(get("/view", bearer(VIEWER))).isEqualTo(200);
        assertThat(get("/view", bearer(OPERATOR))).isEqualTo(200);
        assertThat(get("/operate", bearer(VIEWER))).isEqualTo(403);
        assertThat(get("/operate", bearer(OPERATOR))).isEqualTo(200);
        assertThat(get("/view", basic("anybody", VIEWER))).isEqualTo(200);
        assertThat(get("/operate", basic("", OPERATOR))).isEqualTo(200);
        assertThat(get("/operate", basic("operator", VIEWER))).isEqualTo(403);
        assertThat(metrics.value(HttpCounter.UNAUTHORIZED)).isEqualTo(1);
        assertThat(metrics.value(HttpCounter.FORBIDDEN)).isEqualTo(2);
    }

    @Test
    void oneTokenAloneIsNotTheOther() throws Exception {
        serve("127.0.0.1", new HttpAuth(VIEWER, "", false));

        assertThat(get("/operate", bearer(VIEWER))).isEqualTo(403);
        assertThat(get("/operate", bearer(""))).isEqualTo(401);
        assertThat(get("/operate", LOCAL)).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "Bearer viewer-012345678",
                "Bearer viewer-01234567890",
                "bearer  ",
                "Basic",
                "Basic !!!",
                "Basic dmlld2Vy",
                "Digest viewer-0123456789",
                "viewer-0123456789",
                "Bearer VIEWER-0123456789",
                "\t"
            })
    void whatIsNoTokenOfOursIsRefused(String authorization) throws Exception {
        serve("127.0.0.1", TOKENS);

        String answer = RawHttp.get(pages.port(), "/view", LOCAL + "Authorization: " + authorization + "\r\n");

        assertThat(RawHttp.status(answer)).as(answer).isEqualTo(401);
        assertThat(answer)
                .contains("WWW-Authenticate: Basic realm=\"Ringsight\"")
                .doesNotContain("content\n");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "LOCALHOST:8080, 200",
        "127.0.0.1, 200",
        "127.9.9.9:1, 200",
        "[::1]:8080, 200",
        "cams.example, 200",
        "Cams.Example:443, 200",
        "evil.example, 421",
        "localhost.evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "192.0.2.1, 421",
        "a b, 400",
        "'', 400"
    })
    void onThisMachineOnlyItsOwnNamesAreKnown(String host, int status) throws Exception {
        serve("127.0.0.1", NONE, "cams.example");

        assertThat(get("/view", "Host: " + host + "\r\n")).isEqualTo(status);
        assertThat(get("/live", "Host: " + host + "\r\n")).isEqualTo(status);
    }

    @Test
    void elsewhereNamesAreCheckedWhenTheyAreConfiguredAndProbesAskByAnyName() throws Exception {
        serve("0.0.0.0", TOKENS, "cams.example");
        String token = "Authorization: Bearer " + VIEWER + "\r\n";

        assertThat(get("/view", "Host: cams.example\r\n" + token)).isEqualTo(200);
        assertThat(get("/view", "Host: evil.example\r\n" + token)).isEqualTo(421);
        assertThat(get("/live", "Host: 10.1.2.3:8080\r\n")).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "cross-site, no-cors, 403",
        "cross-site, cors, 403",
        "same-site, cors, 403",
        "same-origin, cors, 200",
        "none, navigate, 200",
        "cross-site, navigate, 200"
    })
    void pagesOfOtherSitesGetNothingThoughTheBrowserKnowsTheToken(String site, String mode, int status)
            throws Exception {
        serve("127.0.0.1", TOKENS);
        String fetch = "Sec-Fetch-Site: " + site + "\r\nSec-Fetch-Mode: " + mode + "\r\n";

        assertThat(get("/view", basic("viewer", VIEWER) + fetch)).isEqualTo(status);
        assertThat(get("/live", LOCAL + fetch)).isEqualTo(200);
    }

    @Test
    void everyAnswerForbidsWhatABrowserNeedNotDo() throws Exception {
        serve("127.0.0.1", TOKENS);
        for (String answer : List.of(
                RawHttp.get(pages.port(), "/live", LOCAL),
                RawHttp.get(pages.port(), "/view", LOCAL),
                RawHttp.get(pages.port(), "/none", LOCAL),
                RawHttp.get(pages.port(), "/live", "Host: evil\r\n"),
                RawHttp.send(pages.port(), "nonsense\r\n\r\n"))) {
            assertThat(answer)
                    .contains("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'")
                    .contains("X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Cache-Control: no-store")
                    .contains("Cross-Origin-Resource-Policy: same-origin", "Referrer-Policy: no-referrer")
                    .doesNotContain("Server:", "Access-Control-Allow");
        }
    }

    @Test
    void httpsIsServedByTheConfiguredCertificate() throws Exception {
        Path certificate = dir.resolve("server.pem");
        KeyStore made = Pem.write(certificate, dir.resolve("server.key"));
        TlsFiles files = new TlsFiles(certificate, dir.resolve("server.key"));
        serve(new HttpConfig("127.0.0.1", 0, 30, TOKENS, Optional.of(files), List.of(), PLACE));

        for (String host : List.of("127.0.0.1", "localhost")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + host + ":" + pages.port() + "/view"))
                    .header("Authorization", "Bearer " + VIEWER)
                    .timeout(Duration.ofSeconds(60))
                    .build();
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .sslContext(trusting(made))
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("content\n");
        }
        assertThat(RawHttp.get(pages.port(), "/live", LOCAL)).as("plain http").doesNotContain("content\n");
    }

    private static SSLContext trusting(KeyStore store) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", store.getCertificate("server"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), new SecureRandom());
        return context;
    }

    @Test
    void aCertificateThatWentAwaySinceItWasCheckedIsTheUsersError() throws Exception {
        TlsFiles files = new TlsFiles(dir.resolve("server.pem"), dir.resolve("server.key"));
        Pem.write(files.certificate(), files.key());
        Files.delete(files.key());
        HttpConfig config = new HttpConfig("127.0.0.1", 0, 30, TOKENS, Optional.of(files), List.of(), PLACE);

        assertThatThrownBy(() -> serve(config))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(
                        "pipeline.yaml:7: http.port: the certificate of http.tls: expected a PEM file,");
    }

    @Test
    void tokensThatTravelInPlainTextAreWarnedOf() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(HttpPages.class);
        log.start();
        logger.addAppender(log);
        try {
            serve("0.0.0.0", TOKENS);
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.contains("travel in plain text"))
                .noneMatch(line -> line.contains(VIEWER) || line.contains(OPERATOR));
        assertThat(TOKENS.toString()).doesNotContain(VIEWER, OPERATOR);
    }
}
