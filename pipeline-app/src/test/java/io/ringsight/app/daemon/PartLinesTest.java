package io.ringsight.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.core.analyse.verdict.Announcement;
import io.ringsight.core.analyse.verdict.PartTrigger;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.PictureKeeper;
import io.ringsight.sinks.review.Reviews;
import io.ringsight.sinks.verdict.VerdictPublisher;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources whose parts are judged, as they come and go. */
class PartLinesTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final SourceId LINE = new SourceId("line");

    @TempDir
    private Path folder;

    private final ManualClock clock = new ManualClock(1_000_000_000_000_000_000L);
    private volatile Thread stopping;
    private volatile Runnable onPublish = () -> {};
    private final Queue<String> published = new ConcurrentLinkedQueue<>();
    private final PartLines lines = new PartLines(
            new VerdictPublisher(
                    new MessageJson("epoch", clock),
                    List.of(),
                    (message, objects) -> {
                        onPublish.run();
                        published.add(new String(message.bytes(), StandardCharsets.UTF_8));
                    },
                    PictureKeeper.NONE),
            Optional.empty(),
            new Reviews(clock),
            clock);
    private Path parts;
    private SourceConfig source;

    @BeforeEach
    void read() throws Exception {
        parts = folder.resolve("parts");
        Path file = folder.resolve("pipeline.yaml");
        Files.writeString(file, """
                pipeline: {model: "%s"}
                sources:
                  - {id: line, uri: "synthetic:pcb", parts: {reject: [shade-1], dir: "%s"}}
                sinks: [{jsonl: {path: "-"}}]
                """.formatted(ROOT.resolve("conf/models/pcb-defect.yaml"), parts));
        source = new ConfigReader(file, Map.of(), ROOT, path -> FakeBackend.SPEC)
                .read()
                .sources()
                .get(0);
    }

    /** The journal of a run that was killed while a part was open. */
    private void leave(String part) throws Exception {
        Files.createDirectory(parts);
        Files.writeString(parts.resolve("line.journal"), "announced 999999999000000000 " + part + " = =\n");
    }

    @Test
    void aPartOfARunThatDiedHasAVerdictThoughItsJournalIsReadAsLateAsTheStop() throws Exception {
        Files.createFile(parts);
        assertThat(lines.open(source, Optional.empty())).isNotNull();
        lines.begin(LINE, new SourceMetrics("line"));
        lines.announce(PartTrigger.Kind.HTTP, LINE, new Announcement("new", Optional.empty(), clock.epochNanos()));
        Files.delete(parts);
        leave("old");

        lines.stop();
        lines.close(true);

        assertThat(published).hasSize(2).allMatch(verdict -> verdict.contains("\"grade\":\"unknown\""));
        assertThat(published).anyMatch(verdict -> verdict.contains("\"old\"") && verdict.contains("\"down\""));
        assertThat(published).anyMatch(verdict -> verdict.contains("\"new\"") && verdict.contains("\"stopped\""));
    }

    /** The sinks close next, and the journals say then that they have all. */
    @Test
    void noVerdictIsOnItsWayToTheSinksWhenTheStopIsOver() {
        CountDownLatch begun = new CountDownLatch(1);
        onPublish = () -> {
            if (Thread.currentThread().getName().equals("parts")) {
                begun.countDown();
                Await.until(() -> stopping != null && stopping.getState() != Thread.State.RUNNABLE);
            }
        };
        assertThat(lines.open(source, Optional.empty())).isNotNull();
        lines.begin(LINE, new SourceMetrics("line"));
        lines.announce(PartTrigger.Kind.HTTP, LINE, new Announcement("late", Optional.empty(), clock.epochNanos()));
        clock.advanceMs(2_000);
        Await.until(() -> begun.getCount() == 0);
        List<String> atTheEnd = new ArrayList<>();
        Thread stop = new Thread(() -> {
            lines.stop();
            atTheEnd.addAll(published);
        });
        stop.start();
        stopping = stop;
        Await.until(() -> !stop.isAlive());

        assertThat(atTheEnd).hasSize(1).allMatch(verdict -> verdict.contains("\"late\""));
    }
}
