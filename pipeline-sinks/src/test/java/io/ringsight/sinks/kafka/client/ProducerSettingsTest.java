package io.ringsight.sinks.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.KafkaSink;
import io.ringsight.sinks.kafka.read.ReaderSettings;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProducerSettingsTest {
    private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";

    private static Map<String, String> problems(String servers, String topic, Map<String, String> properties) {
        return new KafkaSinkSpec(servers, topic, properties).problems();
    }

    private static Map<String, String> problems(String name, String value) {
        return problems("localhost:9092", "t", Map.of(name, value));
    }

    @Test
    void acceptsPlainKafkaProperties() {
        Map<String, String> tls = Map.of(
                "security.protocol", "SASL_SSL",
                "sasl.mechanism", "PLAIN",
                "sasl.jaas.config", PLAIN + " required username=\"a\" password=\"b\";",
                "linger.ms", "20");
        assertThat(problems("a:9092, b.example:9093,[::1]:9", "ringsight.detections", tls))
                .isEmpty();
        Map<String, Object> settings = ProducerSettings.settings("a:1", tls);
        assertThat(settings).containsEntry("linger.ms", "20").containsEntry("acks", "all");
        assertThat(new ProducerConfig(settings).getInt("delivery.timeout.ms")).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void partitionsThatAreAddedAreUsedWithinAMinuteUnlessToldOtherwise() {
        Map<String, Object> settings = ProducerSettings.settings("a:1", Map.of());
        assertThat(new ProducerConfig(settings).getLong("metadata.max.age.ms")).isEqualTo(60_000);
        settings = ProducerSettings.settings("a:1", Map.of("metadata.max.age.ms", "2000"));
        assertThat(new ProducerConfig(settings).getLong("metadata.max.age.ms")).isEqualTo(2_000);
    }

    @Test
    void refusesWhatWouldBreakThePromiseAndWhatNoProducerHas() {
        assertThat(problems("acks", "1"))
                .hasEntrySatisfying("properties.acks", s -> assertThat(s).contains("lose messages"));
        assertThat(problems("value.serializer", "x")).containsKey("properties.value.serializer");
        assertThat(problems("enable.idempotence", "false")).containsKey("properties.enable.idempotence");
        assertThat(problems("bootstrap.servers", "x")).containsKey("properties.bootstrap.servers");
        assertThat(problems("transactional.id", "x")).containsKey("properties.transactional.id");
        assertThat(problems("lingerms", "5"))
                .containsEntry("properties.lingerms", "is no property of a Kafka producer");
        assertThat(problems("linger.ms", "soon")).containsKey("properties.linger.ms");
        assertThat(problems("linger.ms", "-1")).containsKey("properties.linger.ms");
        assertThat(problems("max.in.flight.requests.per.connection", "9"))
                .containsOnlyKeys("properties.max.in.flight.requests.per.connection");
        assertThat(problems("delivery.timeout.ms", "1")).containsOnlyKeys("properties.delivery.timeout.ms");
    }

    @Test
    void neverRepeatsASecret() {
        Map<String, String> problems = problems(
                "a:1", "t", Map.of("sasl.jaas.config", "hunter2", "sasl.mechanism", "PLAIN", "acks", "hunter2"));
        assertThat(problems.toString()).doesNotContain("hunter2");
        ProducerConfig config = new ProducerConfig(
                ProducerSettings.settings("a:1", Map.of("ssl.key.password", "hunter2", "sasl.jaas.config", "hunter2")));
        assertThat(config.values().toString()).doesNotContain("hunter2");
    }

    /** A batch that the broker finds too large is split and sent again: what is on its way beside it would overtake it. */
    @Test
    void sendsOneRequestAtATime() {
        ProducerConfig config = new ProducerConfig(ProducerSettings.settings("a:1", Map.of()));
        assertThat(config.getInt("max.in.flight.requests.per.connection")).isEqualTo(1);
        assertThat(config.getBoolean("enable.idempotence")).isTrue();
        assertThat(config.getString("acks")).isEqualTo("-1");
        assertThat(config.getInt("retries")).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void refusesWhatBreaksOrder() {
        for (String[] property : new String[][] {
            {"partitioner.class", "org.apache.kafka.clients.producer.RoundRobinPartitioner"},
            {"partitioner.ignore.keys", "true"},
            {"max.in.flight.requests.per.connection", "5"},
            {"retries", "0"},
            {"delivery.timeout.ms", "120000"}
        }) {
            assertThat(problems(property[0], property[1]))
                    .as(property[0])
                    .hasEntrySatisfying(
                            "properties." + property[0],
                            told -> assertThat(told).startsWith("is fixed").containsAnyOf("order", "overtake"));
        }
        assertThat(problems("max.in.flight.requests.per.connection", "1")).isEmpty();
    }

    @Test
    void findsBrokenLoginsWithoutRepeatingThem() {
        Map<String, String> sasl = Map.of("security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN");
        assertThat(problems("a:1", "t", sasl)).containsOnlyKeys("properties.security.protocol");
        for (String jaas : new String[] {
            PLAIN + " required username=\"u\" password=\"hunt\"er2\";",
            PLAIN + " required username=\"u\" password=\"hunter2",
            PLAIN + " required username=\"u\" password=\"hunter2\"",
            PLAIN + " username=\"u\" password=\"hunter2\";",
            PLAIN + " required password=\"hunter2\";",
            "NoSuchModule required username=\"u\" password=\"hunter2\";",
            "hunter2"
        }) {
            Map<String, String> login = new HashMap<>(sasl);
            login.put("sasl.jaas.config", jaas);
            assertThat(problems("a:1", "t", login))
                    .as(jaas)
                    .containsOnlyKeys("properties.sasl.jaas.config")
                    .satisfies(told ->
                            assertThat(told.toString()).doesNotContain("hunt").doesNotContain("er2"));
            assertThat(ReaderSettings.problems(login)).as(jaas).containsOnlyKeys("sasl.jaas.config");
        }
    }

    @Test
    void opensTruststoresToSeeThatTheyOpen(@TempDir Path dir) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Path p12 = dir.resolve("trust.p12");
        try (OutputStream out = Files.newOutputStream(p12)) {
            store.store(out, "right-one".toCharArray());
        }
        assertThat(tls(p12, "PKCS12", "right-one")).isEmpty();
        assertThat(tls(p12, "PKCS12", "wrong-one"))
                .containsExactly(entry(
                        "properties.ssl.truststore.location", "is not opened by the password that is given for it"));
        assertThat(tls(dir.resolve("absent"), "PKCS12", "right-one").toString()).contains("there is no " + dir);
        assertThat(tls(dir, "PKCS12", "right-one").toString()).contains("is a directory");
        Path text = Files.writeString(dir.resolve("ca.pem"), "no certificate");
        assertThat(tls(text, "PKCS12", "right-one").toString()).contains("cannot be read; is it of the type");
        Map<String, String> pem = Map.of(
                "security.protocol", "SSL", "ssl.truststore.type", "PEM", "ssl.truststore.location", text.toString());
        assertThat(problems("a:1", "t", pem)).containsOnlyKeys("properties.ssl.truststore.location");
    }

    private static Map<String, String> tls(Path store, String type, String password) {
        Map<String, String> problems = problems(
                "a:1",
                "t",
                Map.of(
                        "security.protocol",
                        "SSL",
                        "ssl.truststore.type",
                        type,
                        "ssl.truststore.location",
                        store.toString(),
                        "ssl.truststore.password",
                        password));
        assertThat(problems.toString()).doesNotContain(password);
        return problems;
    }

    @Test
    void checksServersAndTopic() {
        assertThat(problems("localhost", "t", Map.of())).containsOnlyKeys("bootstrapServers");
        assertThat(problems("a:1,b:0,c:65536,:9", "t", Map.of()).get("bootstrapServers"))
                .contains("'b:0'", "'c:65536'", "':9'")
                .doesNotContain("'a:1'");
        assertThat(problems("", "t", Map.of())).containsOnlyKeys("bootstrapServers");
        assertThat(problems("a:1", "with space", Map.of())).containsOnlyKeys("topic");
        assertThat(problems("a:1", "..", Map.of())).containsOnlyKeys("topic");
        assertThatThrownBy(() -> KafkaSink.open(new KafkaSinkSpec("a", "t", Map.of()), Clock.system()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected host:port");
    }
}
