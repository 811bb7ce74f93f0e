package io.ringsight.app.tools.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.app.JavaCommand;
import io.ringsight.app.cli.CommandException;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.read.TopicException;
import io.ringsight.sinks.kafka.read.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user starts it, with a real broker. */
@Timeout(300)
class DemoTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));

    static Path needJars() {
        String work = System.getenv("RIG_WORK");
        Path rig = work != null ? Path.of(work) : Path.of(System.getProperty("java.io.tmpdir"), "rig");
        for (Path jars : List.of(ROOT.resolve("target/kafka-broker/lib"), rig.resolve("kafka/lib"))) {
            if (Files.exists(jars.resolve(".complete"))) {
                return jars;
            }
        }
        assumeTrue(false, "no jars of a Kafka broker; scripts/demo or scripts/rig/setup.sh kafka fetches them");
        throw new AssertionError();
    }

    private record Run(int exitCode, String out) {}

    private static Run demo(Path jars, Path folder, String... arguments) throws IOException, InterruptedException {
        Path out = folder.resolve("demo.out");
        List<String> words = new ArrayList<>(List.of("demo"));
        words.addAll(List.of(arguments));
        List<String> command = JavaCommand.of(List.of("-Dringsight.home=" + ROOT), "io.ringsight.app.Main", words);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().put("RINGSIGHT_KAFKA_LIB", jars.toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(150, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), Files.readString(out));
    }

    @Test
    @Tag("kafka")
    void showsMessagesReadBackFromKafka(@TempDir Path folder) throws Exception {
        Run run = demo(needJars(), folder, "--seconds", "4");
        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.out())
                .contains("ringsight demo: synthetic:pcb -> pcb-defect -> Kafka -> here")
                .containsPattern("line1 +\\d+ +\\d+ ms  [a-z]")
                .containsPattern("read back   \\d+ messages: [1-9]\\d* frames")
                .containsPattern("decoded to published +p50 +[0-9.]+ ms")
                .contains("0 unaccounted, 0 duplicates, 0 out of order")
                .containsPattern("F-score +(1\\.0|0\\.9[5-9])")
                .doesNotContain("\tat ", "\033[");
    }

    @Test
    @Tag("kafka")
    void endsWithTheSourceAndCountsEveryFrameOfIt(@TempDir Path folder) throws Exception {
        Run run = demo(
                needJars(),
                folder,
                "--seconds",
                "60",
                "--source",
                "synthetic:pcb?width=320&height=240&pace=asap&frames=40");
        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.out()).contains("account     40 frames: 40 in messages, 0 in gaps, 0 unaccounted");
    }

    @Test
    @Tag("kafka")
    void theBrokerGoesWithItsProcessAndItsData() throws Exception {
        ProcessHandle process;
        Path data;
        try (EmbeddedBroker broker = EmbeddedBroker.start(needJars(), Clock.system())) {
            process = ProcessHandle.of(broker.pid()).orElseThrow();
            data = broker.folder();
            assertThat(process.isAlive()).isTrue();
            assertThatThrownBy(() -> TopicReader.open(broker.bootstrapServers(), "no.such.topic", Map.of()))
                    .as("it is a broker that answers")
                    .isInstanceOf(TopicException.class)
                    .hasMessageContaining("there is no such topic");
        }
        assertThat(process.isAlive()).isFalse();
        assertThat(data).doesNotExist();
    }

    @Test
    void saysWhatToDoWithoutABroker(@TempDir Path empty) throws Exception {
        assertThatThrownBy(() -> EmbeddedBroker.start(empty, Clock.system()))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("found no Kafka broker in " + empty)
                .hasMessageContaining("scripts/demo");
    }

    @Test
    void aBrokerThatDoesNotStartTellsWhy(@TempDir Path folder) throws Exception {
        Files.createFile(folder.resolve("kafka_2.13-0.jar"));
        assertThatThrownBy(() -> EmbeddedBroker.start(folder, Clock.system()))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("the Kafka broker did not start: formatting its data folder failed: ")
                .hasMessageContaining("kafka.tools.StorageTool");
    }

    @Test
    void aWrongSourceIsSaidInOneLine(@TempDir Path folder) throws Exception {
        Run run = demo(folder, folder, "--source", "synthetic:pcb?speed=3");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out())
                .isEqualTo("ringsight: --source: a synthetic source takes width, height, fps, pace, seed and frames,"
                        + " got 'speed' (see: ringsight demo --help)\n");
    }
}
