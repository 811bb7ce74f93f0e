package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.onnx.TinyOnnx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A topic that the daemon wrote, replayed with its own rules and with others. */
@Tag("kafka")
class ReplayTopicTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String RULE = "rules: [{name: seen, frames: 2 of 2, confidence: %s}]";

    @TempDir
    private Path folder;

    @Test
    void theOwnRulesConcludeTheSameAndOthersDoNot() throws Exception {
        Rig.needBrokers();
        Path model = new TinyOnnx().wholeClasses().write(folder.resolve("tiny.onnx"));
        Path copy = folder.resolve("copy.jsonl");
        try (RigBroker broker = new RigBroker().start()) {
            String yaml = new Yaml()
                    .pipeline("device: cpu, threshold: 0.01")
                    .source("cam", "synthetic:boxes?width=64&height=64&fps=10", RULE.formatted("0.01"))
                    .jsonl(copy)
                    .kafka(broker.bootstrapServers(), "told", "")
                    .text()
                    .replace(Rig.MODEL.toString(), model.toString());
            try (Child daemon = Ringsight.daemon(folder, yaml)) {
                daemon.await(
                        "an event",
                        LIMIT,
                        () -> Files.exists(copy) && Child.read(copy).contains("\"type\":\"event\""));
                daemon.signal("TERM");
                assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
            }
            Child.Finished same = replay(broker);
            assertThat(same.exitCode()).as(same.toString()).isZero();
            assertThat(same.out()).contains("0 missing, 0 new, 0 changed");
            Files.writeString(
                    folder.resolve("pipeline.yaml"), yaml.replace(RULE.formatted("0.01"), RULE.formatted("0.999")));
            Child.Finished other = replay(broker);
            assertThat(other.exitCode()).as(other.toString()).isEqualTo(1);
            assertThat(other.out()).startsWith("missing ").contains("cam  rule 'seen'");
        }
    }

    private Child.Finished replay(RigBroker broker) {
        String file = folder.resolve("pipeline.yaml").toString();
        return Ringsight.run(LIMIT, "replay", "--bootstrap", broker.bootstrapServers(), "--topic", "told", "-c", file);
    }
}
