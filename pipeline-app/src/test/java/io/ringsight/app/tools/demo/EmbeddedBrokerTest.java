package io.ringsight.app.tools.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.read.TopicReader;
import io.ringsight.sinks.kafka.read.Topics;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The demo's broker, as often as {@code -Dringsight.broker.starts} says (once by default). */
@Tag("kafka")
class EmbeddedBrokerTest {
    private static final int STARTS = Integer.getInteger("ringsight.broker.starts", 1);

    @Test
    void startsEachTimeWithATopicAndLeavesNothingBehind() throws Exception {
        Path jars = DemoTest.needJars();
        for (int start = 1; start <= STARTS; start++) {
            Path folder;
            long pid;
            try (EmbeddedBroker broker = EmbeddedBroker.start(jars, Clock.system())) {
                folder = broker.folder();
                pid = broker.pid();
                Topics.create(broker.bootstrapServers(), "boards");
                try (TopicReader reader = TopicReader.open(broker.bootstrapServers(), "boards", Map.of())) {
                    assertThat(reader.size()).as("start %d", start).isZero();
                }
            }
            assertThat(folder).as("start %d", start).doesNotExist();
            assertThat(ProcessHandle.of(pid)).as("start %d", start).isEmpty();
        }
    }
}
