package io.ringsight.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import io.ringsight.app.cli.Failures;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.OddPasswords;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.FreePort;
import io.ringsight.core.time.Clock;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Odd passwords of brokers, key stores and cameras, with everything logged that can be: none is seen by anybody. */
@Timeout(300)
class SecretsNeverShownTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule";
    private static final List<String> PASSWORDS = OddPasswords.ALL;
    private static final String TOKEN = OddPasswords.WORD + "-0123456789";

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();

    @TempDir
    private Path dir;

    /** By the log's own configuration, which sends Kafka's lines by a way of their own. */
    @BeforeEach
    void showEverything() throws JoranException {
        PrintStream captured = new PrintStream(shown, true, StandardCharsets.UTF_8);
        System.setOut(captured);
        System.setErr(captured);
        logging.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(logging);
        configurator.doConfigure(ROOT.resolve("conf/logback.xml").toFile());
        for (Logger logger : logging.getLoggerList()) {
            logger.setLevel(Level.TRACE);
        }
        ((KafkaLogAppender) logging.getLogger("org.apache.kafka").getAppender("kafka")).setThreshold("TRACE");
    }

    @AfterEach
    void showTheUsual() throws JoranException {
        logging.reset();
        new ContextInitializer(logging).autoConfig();
        System.setOut(out);
        System.setErr(err);
    }

    @Test
    void ofBrokersThatDoNotAnswerAndCamerasThatRefuse() throws Exception {
        String pages;
        try (RefusingCamera camera = new RefusingCamera()) {
            Daemon daemon = Daemon.start(
                    config(camera.port(), FreePort.take()),
                    Clock.system(),
                    List.of(),
                    (model, spec, metrics) -> Opened.of(new FakeBackend(1, 1)));
            try (daemon) {
                Await.until(() -> count("auth-failed") >= PASSWORDS.size());
                Await.until(() -> daemon.status().sinks().stream()
                                .filter(sink -> sink.state() == SinkState.UNREACHABLE)
                                .count()
                        == PASSWORDS.size());
                pages = get(daemon.port(), "/ready") + get(daemon.port(), "/metrics");
            }
        }

        assertThat(pages).contains("unreachable", "ringsight_build_info").doesNotContain(OddPasswords.WORD);
        assertThat(messages()).doesNotContain(OddPasswords.WORD);
        assertThat(shown()).contains("TRACE", "NetworkClient").doesNotContain(OddPasswords.WORD);
    }

    @Test
    void ofConfigurationsThatAreRefused() throws Exception {
        for (String password : PASSWORDS) {
            for (String jaas : List.of(
                    MODULE + " required username=\"u\" password=\"" + password + "\"",
                    MODULE + " required username=u password=" + password,
                    password + " required;")) {
                tell(catchThrowable(() -> read(kafka(0, 9, "sasl.jaas.config: \"${P}\""), Map.of("P", jaas))));
            }
            String store = "sasl.jaas.config: '" + MODULE + " required username=\"u\" password=\"${P}\";',"
                    + " ssl.truststore.location: " + dir.resolve("none.p12") + ", ssl.truststore.password: \"${P}\"";
            tell(catchThrowable(() -> read(kafka(0, 9, store), Map.of("P", password))));
            String token =
                    "x-more: 1\nsources: []\nsinks: []\nhttp: {bind: 0.0.0.0, auth: {operatorToken: \"${P}\"}}\n";
            tell(catchThrowable(() -> plain(token, Map.of("P", "of " + password))));
        }
        assertThat(shown()).doesNotContain(OddPasswords.WORD);
    }

    private static void tell(Throwable failure) {
        StringWriter text = new StringWriter();
        PrintWriter told = new PrintWriter(text);
        failure.printStackTrace(told);
        assertThat(failure).isInstanceOf(ConfigException.class);
        new Failures(told, true).report(failure);
        assertThat(text.toString()).doesNotContain(OddPasswords.WORD);
    }

    private Config config(int cameraPort, int brokerPort) throws Exception {
        StringBuilder sources = new StringBuilder();
        StringBuilder sinks = new StringBuilder("- jsonl: {path: \"" + dir.resolve("out.jsonl") + "\"}\n");
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < PASSWORDS.size(); i++) {
            String variable = "P" + i;
            environment.put(variable, PASSWORDS.get(i));
            sources.append("- {id: c%d, uri: \"rtsp://127.0.0.1:%d/s\", username: me, password: \"${%s}\"}%n"
                    .formatted(i, cameraPort, variable));
            sinks.append(kafka(
                    i,
                    brokerPort,
                    "sasl.jaas.config: '%s required username=\"u\" password=\"${%s}\";'".formatted(MODULE, variable)
                            + ", ssl.truststore.type: JKS, ssl.truststore.location: %s, ssl.truststore.password: \"${%s}\""
                                    .formatted(store(i), variable)
                            + ", ssl.keystore.type: JKS, ssl.keystore.location: %s, ssl.keystore.password: \"${%s}\""
                                    .formatted(store(i), variable)));
        }
        return read("sources:\n" + sources + "sinks:\n" + sinks, environment);
    }

    private static String kafka(int number, int port, String properties) {
        return ("- kafka: {bootstrapServers: \"127.0.0.1:%d\", topic: t%d, spool: {enabled: false}, properties:"
                        + " {security.protocol: SASL_SSL, sasl.mechanism: PLAIN, %s}}%n")
                .formatted(port, number, properties);
    }

    private Config plain(String text, Map<String, String> environment) throws Exception {
        Path file = Files.writeString(dir.resolve("plain.yaml"), text);
        return new ConfigReader(file, environment, ROOT, path -> FakeBackend.SPEC).read();
    }

    private Config read(String text, Map<String, String> environment) throws Exception {
        String all = text.startsWith("-") ? "sources: [{id: a, uri: \"synthetic:boxes\"}]\nsinks:\n" + text : text;
        Path file = Files.writeString(
                dir.resolve("pipeline.yaml"),
                "pipeline: {model: \"%s\", stopTimeoutMs: 1000}\nhttp: {port: 0, auth: {viewerToken: %s}}\n%s"
                        .formatted(ROOT.resolve("conf/models/pcb-defect.yaml"), TOKEN, all));
        return new ConfigReader(file, environment, ROOT, path -> FakeBackend.SPEC).read();
    }

    /** Of the type whose password may hold any letter; Kafka strips the one it is given. */
    private Path store(int i) throws Exception {
        Path file = dir.resolve("store" + i + ".jks");
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        try (OutputStream to = Files.newOutputStream(file)) {
            store.store(to, PASSWORDS.get(i).strip().toCharArray());
        }
        return file;
    }

    private String messages() {
        try {
            return Files.readString(dir.resolve("out.jsonl"));
        } catch (IOException e) {
            return "";
        }
    }

    private int count(String text) {
        return messages().split(text, -1).length - 1;
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    private static String get(int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .header("Authorization", "Bearer " + TOKEN)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** Wants a login, and refuses each. */
    private static final class RefusingCamera implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        RefusingCamera() throws IOException {
            Thread thread = new Thread(this::serve, "refusing-camera");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return server.getLocalPort();
        }

        private void serve() {
            while (!server.isClosed()) {
                try {
                    Socket client = server.accept();
                    Thread thread = new Thread(() -> refuse(client), "refusing-camera");
                    thread.setDaemon(true);
                    thread.start();
                } catch (IOException e) {
                    return;
                }
            }
        }

        private static void refuse(Socket client) {
            try (client;
                    var reader = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
                String cseq = "1";
                String line;
                while ((line = reader.readLine()) != null) {
                    cseq = line.startsWith("CSeq:") ? line.substring(5).strip() : cseq;
                    if (line.isEmpty()) {
                        String answer = "RTSP/1.0 401 Unauthorized\r\nCSeq: " + cseq
                                + "\r\nWWW-Authenticate: Basic realm=\"camera\"\r\n\r\n";
                        client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                    }
                }
            } catch (IOException e) {
                // The client has gone.
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
