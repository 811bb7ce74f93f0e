package io.ringsight.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.frame.SourceName;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sources come, go and change while the daemon runs. */
@Timeout(300)
class ReloadTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String TWO = """
            - {id: stays, uri: "synthetic:boxes?fps=50"}
            - {id: other, uri: "synthetic:boxes?fps=50"}
            """;

    @TempDir
    private Path dir;

    private final Recorder recorder = new Recorder();
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start(
                config(TWO),
                Clock.system(),
                List.of(recorder),
                (model, spec, metrics) -> Opened.of(new FakeBackend(2, 1)));
        recorder.awaitFrames("stays", 3);
        recorder.awaitFrames("other", 3);
    }

    @AfterEach
    void close() {
        daemon.close();
    }

    @Test
    void anAddedSourceRunsAndTheOthersDoNotNotice() throws Exception {
        long threadBefore = threadOf("stays");

        daemon.reload(() -> config(TWO + "- {id: new, uri: \"synthetic:boxes?fps=50\"}\n"));

        recorder.awaitFrames("new", 3);
        recorder.awaitFrames("stays", 3);
        assertThat(threadOf("stays")).isEqualTo(threadBefore);
        assertThat(sourceIds()).containsExactly("stays", "other", "new");
        assertThat(recorder.gapsOf("stays")).isEmpty();
    }

    @Test
    void aRemovedSourceEndsAsStoppedAndLeavesNoThread() throws Exception {
        daemon.reload(() -> config("- {id: stays, uri: \"synthetic:boxes?fps=50\"}\n"));

        assertThat(sourceIds()).containsExactly("stays");
        assertThat(threadNames()).contains("source-stays").doesNotContain("source-other");
        recorder.awaitGap("other", "stopped");
        recorder.awaitFrames("stays", 3);
    }

    @Test
    void aChangedSourceGoesOnWithItsFrameNumbers() throws Exception {
        daemon.reload(() ->
                config(TWO.replace("other, uri: \"synthetic:boxes?fps=50", "other, uri: \"synthetic:boxes?fps=100")));

        recorder.awaitFrames("other", 3);
        assertThat(recorder.framesOf("other")).isSorted().doesNotHaveDuplicates();
        assertThat(recorder.unaccounted("other")).isZero();
    }

    @Test
    void aSourceAddedAgainGoesOnWithItsFrameNumbers() throws Exception {
        daemon.reload(() -> config("- {id: stays, uri: \"synthetic:boxes?fps=50\"}\n"));
        daemon.reload(() -> config(TWO));

        recorder.awaitFrames("other", 3);
        assertThat(recorder.framesOf("other")).isSorted().doesNotHaveDuplicates();
        assertThat(recorder.unaccounted("other")).isZero();
        assertThat(recorder.gapsOf("other")).startsWith("stopped");
    }

    @Test
    void aWrongConfigurationIsRefusedAndTheOldOneGoesOn() throws Exception {
        daemon.reload(() -> config("- {id: stays, uri: \"gopher://hole\"}\n"));

        assertThat(sourceIds()).containsExactly("stays", "other");
        recorder.awaitFrames("stays", 3);
        recorder.awaitFrames("other", 3);
        assertThat(daemon.status().reloadsRefused()).isEqualTo(1);
        assertThat(daemon.status().reloadsApplied()).isZero();
    }

    @Test
    void theSameConfigurationChangesNothing() throws Exception {
        long threadBefore = threadOf("stays");

        daemon.reload(() -> config(TWO));

        assertThat(threadOf("stays")).isEqualTo(threadBefore);
        assertThat(recorder.gapsOf("stays")).isEmpty();
        assertThat(daemon.status().reloadsApplied()).isEqualTo(1);
    }

    @Test
    void aNewNameReachesMessagesAndPagesWhileTheCameraRunsOn() throws Exception {
        long threadBefore = threadOf("stays");
        String named = TWO.replace("{id: stays,", "{id: stays, name: 'Oven \"3\" \u00fc',");

        daemon.reload(() -> config(named));
        recorder.awaitFrames("stays", 3);

        assertThat(threadOf("stays")).isEqualTo(threadBefore);
        assertThat(recorder.gapsOf("stays")).isEmpty();
        assertThat(recorder.unaccounted("stays")).isZero();
        assertThat(nameOf("stays")).hasValue("Oven \"3\" \u00fc");
        assertThat(nameOf("other")).isEmpty();

        daemon.reload(() -> config(TWO));
        recorder.awaitFrames("stays", 3);
        assertThat(threadOf("stays")).isEqualTo(threadBefore);
        assertThat(nameOf("stays")).isEmpty();
        daemon.close();

        List<String> lines = Files.readAllLines(dir.resolve("out.jsonl"));
        String sourceName = ",\"sourceId\":\"stays\",\"sourceName\":\"Oven \\\"3\\\" \u00fc\",";
        assertThat(lines).filteredOn(line -> line.contains(sourceName)).hasSizeGreaterThanOrEqualTo(3);
        assertThat(lines)
                .filteredOn(line -> line.contains("\"sourceId\":\"stays\""))
                .first()
                .asString()
                .doesNotContain("sourceName");
        assertThat(lines).last().asString().doesNotContain("sourceName");
    }

    private Optional<String> nameOf(String source) {
        return daemon.status().sourceNames().of(new SourceId(source)).map(SourceName::value);
    }

    @Test
    void aSourceThatIsChangedAndNamedGoesOnWithItsFrameNumbers() throws Exception {
        daemon.reload(() -> config(
                TWO.replace("other, uri: \"synthetic:boxes?fps=50", "other, name: B, uri: \"synthetic:boxes?fps=100")));

        recorder.awaitFrames("other", 3);
        assertThat(recorder.unaccounted("other")).isZero();
        assertThat(nameOf("other")).hasValue("B");
    }

    @Test
    void theDaemonEndsWhenTheLastSourceThatIsLeftEnds() throws Exception {
        daemon.reload(() -> config("- {id: video, uri: \"synthetic:boxes?frames=5&pace=asap\"}\n"));

        daemon.await();
        recorder.awaitGap("video", "ended");
    }

    @Test
    void hundredReloadsLeaveAsManyThreadsAsBefore() throws Exception {
        Set<String> before = threadNames();
        for (int i = 0; i < 50; i++) {
            daemon.reload(() -> config("- {id: stays, uri: \"synthetic:boxes?fps=50\"}\n"));
            daemon.reload(() -> config(TWO));
        }
        assertThat(threadNames()).isEqualTo(before);
        recorder.awaitFrames("stays", 3);
        assertThat(recorder.unaccounted("stays")).isZero();
        assertThat(recorder.gapsOf("stays")).isEmpty();
    }

    private List<String> sourceIds() {
        return daemon.status().sources().stream().map(SourceMetrics::sourceId).toList();
    }

    private static Set<String> threadNames() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("source-") || name.startsWith("ringsight-") || name.startsWith("sink-"))
                .collect(Collectors.toSet());
    }

    private static long threadOf(String source) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("source-" + source))
                .mapToLong(Thread::getId)
                .findFirst()
                .orElseThrow();
    }

    private Config config(String sources) throws ConfigException {
        Path file = dir.resolve("pipeline.yaml");
        try {
            Files.writeString(file, """
                    pipeline: {model: "%s"}
                    sources:
                    %s
                    sinks: [{jsonl: {path: "%s"}}]
                    """.formatted(
                            ROOT.resolve("conf/models/pcb-defect.yaml"), sources, dir.resolve("out.jsonl")));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return new ConfigReader(file, Map.of(), ROOT, path -> FakeBackend.SPEC).read();
    }

    /** What each source published, in order. */
    private static final class Recorder implements ResultSink {
        private record Entry(String source, long frameSeq, long prevFrameSeq, int lost, String reason, boolean open) {}

        private final List<Entry> entries = new ArrayList<>();

        @Override
        public synchronized void frame(FrameResult frame, boolean mayWait) {
            add(new Entry(
                    frame.sourceId().value(),
                    frame.frameSeq(),
                    frame.prevFrameSeq(),
                    frame.losses().total(),
                    "",
                    false));
        }

        @Override
        public synchronized void gap(Gap gap, boolean mayWait) {
            add(new Entry(
                    gap.sourceId().value(),
                    gap.lastFrameSeq(),
                    gap.prevFrameSeq(),
                    gap.losses().total(),
                    gap.reason().wireName(),
                    gap.isOpen()));
        }

        private void add(Entry entry) {
            entries.add(entry);
            notifyAll();
        }

        /** Waits for so many frames from now on. */
        synchronized void awaitFrames(String source, int count) throws InterruptedException {
            int wanted = framesOf(source).size() + count;
            while (framesOf(source).size() < wanted) {
                wait();
            }
        }

        synchronized void awaitGap(String source, String reason) throws InterruptedException {
            while (!gapsOf(source).contains(reason)) {
                wait();
            }
        }

        synchronized List<Long> framesOf(String source) {
            return entries.stream()
                    .filter(entry -> entry.source.equals(source) && entry.reason.isEmpty())
                    .map(Entry::frameSeq)
                    .toList();
        }

        /** Reasons of the gaps that began, but for those while a camera was opened. */
        synchronized List<String> gapsOf(String source) {
            return entries.stream()
                    .filter(entry -> entry.source.equals(source) && entry.open && !entry.reason.equals("connecting"))
                    .map(Entry::reason)
                    .toList();
        }

        /** Frames that are in no message and in no count. */
        synchronized long unaccounted(String source) {
            long missing = 0;
            long prev = 0;
            for (Entry entry : entries) {
                if (!entry.source.equals(source)) {
                    continue;
                }
                assertThat(entry.prevFrameSeq).isEqualTo(prev);
                missing += entry.frameSeq - prev - entry.lost - (entry.reason.isEmpty() ? 1 : 0);
                prev = entry.frameSeq;
            }
            return missing;
        }
    }
}
