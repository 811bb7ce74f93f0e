package io.ringsight.sinks.kafka.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.kafka.KafkaBroker;
import io.ringsight.sinks.kafka.KafkaSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The reader against a real broker. */
@Tag("kafka")
class TopicReaderTest {
    private static final String TOPIC = "detections";

    private static void publish(KafkaBroker broker, Map<String, String> properties, int count) {
        MessageSink sink =
                KafkaSink.open(new KafkaSinkSpec(broker.bootstrapServers(), TOPIC, properties), Clock.system());
        Camera camera = new Camera("line1", Clock.system());
        for (int i = 0; i < count; i++) {
            sink.offer(camera.next());
        }
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
    }

    @Test
    void readsWhatIsLeftAndKnowsThatTheBeginningIsGone() throws Exception {
        try (KafkaBroker broker = new KafkaBroker().start()) {
            publish(broker, Map.of(), 100);
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(40)))
                        .all()
                        .get();
            }
            TopicVerifier verifier = new TopicVerifier();
            List<String> keys = new ArrayList<>();
            try (TopicReader reader = TopicReader.open(broker.bootstrapServers(), TOPIC, Map.of())) {
                assertThat(reader.size()).isEqualTo(60);
                reader.readToEnd(new TopicRecords() {
                    @Override
                    public void record(TopicRecord record) {
                        keys.add(record.key());
                        verifier.add(record.partition(), record.value());
                    }

                    @Override
                    public void removed(int partition) {
                        verifier.removed(partition);
                    }
                });
            }
            Findings findings = verifier.findings();
            assertThat(keys).hasSize(60).containsOnly("line1");
            assertThat(findings.isComplete()).isTrue();
            assertThat(findings.sum(Findings.Epoch::before)).isEqualTo(40);
            assertThatThrownBy(() -> TopicReader.open(broker.bootstrapServers(), "another", Map.of()))
                    .isInstanceOf(TopicException.class)
                    .hasMessageContaining("there is no such topic");
        }
    }

    @Test
    void saysThatThePasswordIsWrongWithoutRepeatingIt() {
        try (KafkaBroker broker = new KafkaBroker(Map.of("TLS", "1")).start()) {
            Map<String, String> wrong = new HashMap<>(broker.clientProperties());
            wrong.computeIfPresent("sasl.jaas.config", (name, value) -> value.replace("s3cret", "guess-1234"));
            assertThatThrownBy(() -> TopicReader.open(broker.bootstrapServers(), TOPIC, wrong))
                    .isInstanceOf(TopicException.class)
                    .hasMessageContaining("refused user name or password")
                    .hasMessageNotContaining("guess-1234");
        }
    }
}
