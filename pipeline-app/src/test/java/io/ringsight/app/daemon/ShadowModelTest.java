package io.ringsight.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.linux.Niceness;
import io.ringsight.core.detect.Agreement;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.ShadowCounter;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.pipeline.Shadow;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon with real models, one of them in the shadow of the other. */
@Timeout(600)
class ShadowModelTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final int LOWEST = 19;
    private static final int FRAMES = 40;
    /** Each waits for a thread of the lowest priority, on a machine that may have much else to do. */
    private static final int AWAITED = 8;

    private static final float STRICT = 0.92f;
    private static final String BOARDS = "synthetic:pcb?pace=asap&width=640&height=640&seed=7&frames=";
    private static final String CAMERA = "synthetic:pcb?width=640&height=640&fps=5";
    /** What differs from run to run of one configuration: times, and the id of the run, also as part of messages' ids. */
    private static final Pattern OF_THE_RUN = Pattern.compile(
            "\"(streamEpoch|utc|publishedAt|since|until)\":\"[^\"]*\"|\"(decode|queue|preprocess|infer|post)Ns\":\\d+");

    @TempDir
    private Path dir;

    private Config config(String uri, String shadow) {
        try {
            Path file = Files.writeString(
                    dir.resolve("pipeline.yaml"), """
                    pipeline: {model: conf/models/pcb-defect.yaml, device: cpu, threshold: 0.3}
                    models:
                      int8: {file: conf/models/pcb-defect-int8.yaml, threshold: 0.3}
                      strict: {file: conf/models/pcb-defect.yaml, threshold: %s}
                    shadow: %s
                    sources: [{id: line1, uri: "%s"}]
                    sinks: [{jsonl: {path: "%s"}}]
                    """.formatted(STRICT, shadow, uri, dir.resolve("out.jsonl")));
            return new ConfigReader(file, Map.of(), ROOT, ModelYaml::read).read();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The messages of a whole run, times aside. */
    private List<String> run(String shadow) throws Exception {
        Files.deleteIfExists(dir.resolve("out.jsonl"));
        Daemon daemon = Daemon.start(config(BOARDS + FRAMES, shadow), Clock.system(), List.of());
        try (daemon) {
            daemon.await();
        }
        daemon.status().shadow().ifPresent(shadowing -> {
            Await.until(() -> shadowing.counters().value(ShadowCounter.FRAMES_COMPARED) > 0);
            assertThat(shadowing.counters().value(ShadowCounter.FRAMES_COMPARED))
                    .isLessThanOrEqualTo(FRAMES / 4);
        });
        return Files.readAllLines(dir.resolve("out.jsonl")).stream()
                .map(line -> OF_THE_RUN.matcher(line).replaceAll("\"$1$2\":0").replaceFirst("line1/[^/]*/", "line1/"))
                .toList();
    }

    @Test
    void whatIsPublishedIsTheSameWithAndWithoutAShadowByteForByte() throws Exception {
        List<String> alone = run("");
        List<String> beside = run("{model: int8, share: 0.2}");

        assertThat(alone)
                .filteredOn(line -> line.contains("\"type\":\"frame\""))
                .hasSize(FRAMES);
        assertThat(alone).anyMatch(line -> line.contains("\"confidence\":"));
        assertThat(beside).isEqualTo(alone);
    }

    /** The same weights with a higher threshold miss what lies between, and nothing else differs. */
    @Test
    void theReportIsRightAboutAPlantedDifference() throws Exception {
        Expected expected = new Expected();
        Daemon daemon =
                Daemon.start(config(BOARDS + AWAITED, "{model: strict, share: 1}"), Clock.system(), List.of(expected));
        Shadow shadow = daemon.status().shadow().orElseThrow();
        try (daemon) {
            expected.shadow = shadow;
            daemon.await();
        }

        Await.until(() -> shadow.counters().value(ShadowCounter.FRAMES_COMPARED) == AWAITED);
        assertThat(shadow.counters().value(ShadowCounter.FRAMES_DROPPED)).isZero();
        for (int i = 0; i < expected.sure.length; i++) {
            Agreement.Counts counts = shadow.agreement().of(i);
            assertThat(counts.matched()).isEqualTo(expected.sure[i]);
            assertThat(counts.missed()).isEqualTo(expected.doubtful[i]);
            assertThat(counts.extra()).isZero();
        }
        Agreement.Counts total = shadow.agreement().total();
        System.out.printf("shadow at %s beside 0.3: %s%n", STRICT, total);
        assertThat(total.matched()).isGreaterThan(5);
        assertThat(total.missed()).isPositive();
        assertThat(total.meanIou()).isCloseTo(1, within(1e-4));
    }

    @Test
    void aReloadAddsChangesAndEndsTheShadowWhileTheCameraRuns() throws Exception {
        int ours = Niceness.ofThisThread();
        Daemon daemon = Daemon.start(config(CAMERA, ""), Clock.system(), List.of());
        try (daemon) {
            assertThat(daemon.status().shadow()).isEmpty();

            assertThat(daemon.reload(() -> config(CAMERA, "{model: strict, share: 1}")))
                    .isEmpty();
            Shadow first = daemon.status().shadow().orElseThrow();
            Await.until(() -> first.counters().value(ShadowCounter.FRAMES_COMPARED) > 1);
            assertThat(Niceness.ofThreads("shadow-model")).containsExactly(LOWEST);
            assertThat(Niceness.ofThreads("worker-")).containsOnlyOnce(LOWEST).contains(ours);

            daemon.reload(() -> config(CAMERA, "{model: strict, share: 1}"));
            assertThat(daemon.status().shadow()).containsSame(first);

            daemon.reload(() -> config(CAMERA, "{model: int8, share: 1}"));
            Shadow second = daemon.status().shadow().orElseThrow();
            assertThat(second).isNotSameAs(first);
            Await.until(() -> second.counters().value(ShadowCounter.FRAMES_COMPARED) > 1);
            Await.until(() -> Niceness.ofThreads("shadow-model").size() == 1);

            daemon.reload(() -> config(CAMERA, ""));
            assertThat(daemon.status().shadow()).isEmpty();
            Await.until(() -> Niceness.ofThreads("shadow-model").isEmpty());
            assertThat(daemon.status().total(Counter.FRAMES_NOT_PUBLISHED)).isZero();
        }
    }

    /** What a shadow of a higher threshold must count; lets the next frame come when it has compared the one before. */
    private static final class Expected implements ResultSink {
        private final long[] sure = new long[6];
        private final long[] doubtful = new long[6];
        private volatile Shadow shadow;
        private long published;

        @Override
        public void frame(FrameResult frame, boolean lossless) {
            long before = published++;
            Await.until(() -> shadow != null && shadow.counters().value(ShadowCounter.FRAMES_COMPARED) == before);
            for (int i = 0; i < frame.detections().size(); i++) {
                boolean isSure = frame.detections().confidence(i) >= STRICT;
                (isSure ? sure : doubtful)[frame.detections().classId(i)]++;
            }
        }

        @Override
        public void gap(Gap gap, boolean lossless) {}
    }
}
