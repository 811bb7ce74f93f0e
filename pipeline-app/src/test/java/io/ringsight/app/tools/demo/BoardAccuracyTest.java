package io.ringsight.app.tools.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.client.Box;
import io.ringsight.client.Detection;
import io.ringsight.core.detect.Decoders;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.LookingIntake;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.synthetic.DefectKind;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped model, trained on real boards, finds the defects of synthetic ones at the threshold it comes with. */
class BoardAccuracyTest {
    private static final Path MODEL = Path.of(System.getProperty("ringsight.root"), "conf/models/pcb-defect.yaml");

    @ParameterizedTest
    @CsvSource({
        // The demo's own 20 seconds at a tenth of its frame rate, and never twice at the same pixel of the model's
        // grid.
        "width=640&height=640&seed=1&fps=2.3&frames=46, 0.97, 0.05",
        // The belt moves half a picture from frame to frame, so few frames show many boards.
        "width=640&height=640&seed=3&fps=0.5&frames=80, 0.97, 0.08",
        "width=1280&height=720&seed=3&fps=0.5&frames=80, 0.97, 0.08",
        "width=320&height=240&seed=3&fps=0.5&frames=50, 0.75, 1"
    })
    void theModelFindsTheDefects(String scene, double minFScore, double maxFalseShare) throws Exception {
        String uri = "synthetic:pcb?pace=asap&" + scene;
        SourceSpec spec = SourceSpec.parse(uri);
        Scoreboard scoreboard = new Scoreboard(new SyntheticTruth((SourceSpec.Synthetic) spec));
        ModelSpec model = ModelYaml.read(MODEL);
        try (InferenceBackend backend = Backends.open(
                                model, new BackendSpec("cpu", 1, 1), new Counters<>(BackendCounter.class))
                        .now();
                Source source = Sources.open(spec, Clock.system(), 2)) {
            source.run(new Inspector(model, backend.lanes().get(0), scoreboard));
        }
        StringBuilder table = new StringBuilder(uri);
        for (DefectKind kind : DefectKind.values()) {
            table.append("\n  ").append(kind.label());
            table.append(": found ").append(scoreboard.right(kind));
            table.append(", missed ").append(scoreboard.missed(kind));
            table.append(", false ").append(scoreboard.wrong(kind));
        }
        System.out.println(table.append("\n  F-score ").append(scoreboard.fScore()));
        assertThat(scoreboard.fScore()).as(table.toString()).isGreaterThanOrEqualTo(minFScore);
        for (DefectKind kind : DefectKind.values()) {
            double found = scoreboard.right(kind) + scoreboard.wrong(kind);
            assertThat(scoreboard.wrong(kind) / found)
                    .as("share of false " + kind.label() + " in " + table)
                    .isLessThanOrEqualTo(maxFalseShare);
        }
    }

    /** Finds defects in each picture on the spot. */
    private static final class Inspector implements LookingIntake {
        private final ModelSpec model;
        private final Lane lane;
        private final Scoreboard scoreboard;
        private final DetectionDecoder decoder;
        private final Detections detections = new Detections(Detections.DEFAULT_CAPACITY);

        Inspector(ModelSpec model, Lane lane, Scoreboard scoreboard) {
            this.model = model;
            this.lane = lane;
            this.scoreboard = scoreboard;
            decoder = Decoders.of(model);
        }

        @Override
        public void offer(Picture picture) throws InterruptedException {
            lane.load(0, picture);
            lane.launch(1);
            lane.await();
            detections.clear();
            decoder.decode(lane.output(), 0, model.threshold(), detections);
            lane.letterbox(0).toSource(detections);
            List<Detection> found = new ArrayList<>();
            for (int i = 0; i < detections.size(); i++) {
                found.add(new Detection(
                        i,
                        model.label(detections.classId(i)),
                        detections.classId(i),
                        detections.confidence(i),
                        new Box(detections.left(i), detections.top(i), detections.width(i), detections.height(i))));
            }
            scoreboard.add(picture.ptsNs(), found);
            picture.release();
        }

        @Override
        public void lost(GapReason reason, int frames) {
            throw new AssertionError("a drawing is a recording");
        }

        @Override
        public void gap(GapReason reason, String detail) {
            throw new AssertionError("a source tells no gaps");
        }

        @Override
        public SourceMetrics metrics() {
            throw new AssertionError("not asked for");
        }
    }
}
