package io.ringsight.sinks.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.time.Clock;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

class ProducerSettingsTest {
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
                "sasl.jaas.config", "x required username=\"a\" password=\"b\";",
                "ssl.truststore.type", "PEM",
                "ssl.truststore.location", "/etc/ca.pem",
                "linger.ms", "20");
        assertThat(problems("a:9092, b.example:9093,[::1]:9", "ringsight.detections", tls))
                .isEmpty();
        Map<String, Object> settings = ProducerSettings.settings("a:1", tls);
        assertThat(settings).containsEntry("linger.ms", "20").containsEntry("acks", "all");
        assertThat(new ProducerConfig(settings).getInt("delivery.timeout.ms")).isEqualTo(Integer.MAX_VALUE);
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
