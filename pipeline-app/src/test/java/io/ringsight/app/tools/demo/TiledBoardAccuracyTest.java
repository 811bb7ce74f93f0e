package io.ringsight.app.tools.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.detect.Boxes;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Look;
import io.ringsight.core.pipeline.LookingIntake;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.preprocess.TileSpec;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.synthetic.KnownObjects;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;

/**
 * Panels of 4,000 x 3,000 pixels, each made of 25 synthetic boards whose defects are of 12 to 40 pixels: in tiles the shipped
 * model finds about what it finds on each board by itself, and tells nothing twice.
 */
class TiledBoardAccuracyTest {
    private static final Path MODEL = Path.of(System.getProperty("ringsight.root"), "conf/models/pcb-defect.yaml");
    private static final int SIDE = 5;
    private static final int WIDTH = 800;
    private static final int HEIGHT = 600;
    private static final int PANELS = Integer.getInteger("ringsight.panels", 1);
    /** Of 500 boards a few defects more or less do not matter. */
    private static final int ENOUGH_PANELS = 20;
    /** Nearer to a board's border than that, what is drawn is cut off and means nothing. */
    private static final float BORDER = 24;

    /** A defect that is wholly on its board. */
    private record Defect(int classId, float left, float top, float width, float height, boolean counts) {}

    /** What was found of what is there. */
    private static final class Score {
        private int right;
        private int missed;
        private int wrong;
        private int doubled;

        double recall() {
            return (double) right / (right + missed);
        }

        double precision() {
            return (double) right / (right + wrong);
        }

        @Override
        public String toString() {
            return "recall %.4f, precision %.4f: found %d, missed %d, false %d, doubled %d"
                    .formatted(recall(), precision(), right, missed, wrong, doubled);
        }

        void add(List<Defect> truth, Detections found) {
            boolean[] taken = new boolean[truth.size()];
            for (int i = 0; i < found.size(); i++) {
                int best = best(truth, taken, found, i, false);
                if (best >= 0) {
                    taken[best] = true;
                    right += truth.get(best).counts ? 1 : 0;
                } else if (best(truth, taken, found, i, true) >= 0) {
                    doubled++;
                    wrong++;
                } else {
                    wrong += isNearBorder(found, i) ? 0 : 1;
                }
            }
            for (int i = 0; i < truth.size(); i++) {
                missed += !taken[i] && truth.get(i).counts ? 1 : 0;
            }
        }

        private static int best(List<Defect> truth, boolean[] taken, Detections found, int i, boolean again) {
            int best = -1;
            float most = Scoreboard.MIN_IOU;
            for (int j = 0; j < truth.size(); j++) {
                Defect defect = truth.get(j);
                float iou = Boxes.iou(found, i, 0, defect.left, defect.top, defect.width, defect.height);
                if (iou >= most && defect.classId == found.classId(i) && taken[j] == again) {
                    best = j;
                    most = iou;
                }
            }
            return best;
        }

        private static boolean isNearBorder(Detections found, int i) {
            float x = (found.left(i) + found.width(i) / 2) % WIDTH;
            float y = (found.top(i) + found.height(i) / 2) % HEIGHT;
            return x < BORDER || y < BORDER || x > WIDTH - BORDER || y > HEIGHT - BORDER;
        }
    }

    @Test
    void tilesFindSmallDefectsOnALargePanelAndTellEachOnce() throws Exception {
        ModelSpec model = ModelYaml.read(MODEL);
        Score alone = score(model, Look.WHOLE, true);
        Score tiled = score(model, new Look(TileSpec.auto()), false);
        Score whole = score(model, Look.WHOLE, false);
        System.out.println(PANELS + " panels of 4000x3000\n  each board alone: " + alone + "\n  tiles: auto:      "
                + tiled + "\n  without tiles:    " + whole);
        assertThat(tiled.doubled).isZero();
        assertThat(tiled.recall()).isGreaterThan(alone.recall() - 0.02);
        assertThat(tiled.precision()).isGreaterThan(alone.precision() - 0.02);
        assertThat(whole.recall()).isLessThan(0.2);
        if (PANELS >= ENOUGH_PANELS) {
            assertThat(tiled.recall()).isGreaterThanOrEqualTo(0.98);
            assertThat(tiled.precision()).isGreaterThanOrEqualTo(0.98);
        }
    }

    private static Score score(ModelSpec model, Look look, boolean alone) throws Exception {
        Score score = new Score();
        Counters<BackendCounter> metrics = new Counters<>(BackendCounter.class);
        for (int seed = 1; seed <= PANELS; seed++) {
            try (NativePictures pictures = new NativePictures();
                    DetectorSwitch detectors = new DetectorSwitch(
                            model,
                            model.threshold(),
                            Backends.open(model, new BackendSpec("cpu", 0, 1), metrics),
                            metrics)) {
                Panel panel = new Panel(seed);
                if (alone) {
                    for (int board = 0; board < SIDE * SIDE; board++) {
                        run(detectors, look, panel.board(pictures, board), panel.defects.get(board), score);
                    }
                } else {
                    run(detectors, look, panel.whole(pictures), panel.onPanel(), score);
                }
            }
        }
        return score;
    }

    private static void run(DetectorSwitch detectors, Look look, Picture picture, List<Defect> truth, Score score)
            throws InterruptedException {
        ResultSink sink = new ResultSink() {
            @Override
            public void frame(FrameResult result, boolean lossless) {
                score.add(truth, result.detections());
            }

            @Override
            public void gap(Gap gap, boolean lossless) {}
        };
        try (Pipeline pipeline = new Pipeline(2, detectors, List.of(sink), Clock.system())) {
            FrameIntake intake = pipeline.connect(new IntakeSpec(
                    new SourceId("panel"),
                    true,
                    1,
                    0,
                    0,
                    new IntakeSpec.Sight(look, labels -> WantedClasses.ALL),
                    AnalysisSpec.NONE,
                    null));
            picture.captured(Picture.UNKNOWN, 0, CaptureClock.FILE, 0);
            intake.offer(picture);
            assertThat(pipeline.drain(600_000)).isTrue();
        }
    }

    /** Boards as the synthetic line shows them, side by side, and their defects. */
    private static final class Panel implements LookingIntake {
        private final List<byte[]> boards = new ArrayList<>();
        private final List<List<Defect>> defects = new ArrayList<>();
        private final SyntheticTruth truth;
        private final KnownObjects known = SyntheticTruth.room();

        Panel(int seed) throws Exception {
            SourceSpec spec = SourceSpec.parse("synthetic:pcb?pace=asap&width=" + WIDTH + "&height=" + HEIGHT + "&seed="
                    + seed + "&fps=0.2&frames=" + SIDE * SIDE);
            truth = new SyntheticTruth((SourceSpec.Synthetic) spec);
            try (Source source = Sources.open(spec, Clock.system(), 2)) {
                source.run(this);
            }
        }

        @Override
        public void offer(Picture picture) {
            byte[] pixels = new byte[WIDTH * HEIGHT];
            try (BytePointer plane = new BytePointer() {
                {
                    address = picture.planeAddress(0);
                }
            }) {
                for (int y = 0; y < HEIGHT; y++) {
                    plane.position((long) y * picture.planeStride(0)).get(pixels, y * WIDTH, WIDTH);
                }
            }
            boards.add(pixels);
            truth.objectsAt(picture.ptsNs(), known);
            List<Defect> mine = new ArrayList<>();
            for (int i = 0; i < known.size(); i++) {
                mine.add(new Defect(
                        known.classId(i),
                        known.left(i),
                        known.top(i),
                        known.width(i),
                        known.height(i),
                        known.isWhole(i) && isOff(known, i)));
            }
            defects.add(mine);
            picture.release();
        }

        private static boolean isOff(KnownObjects known, int i) {
            return known.left(i) >= BORDER
                    && known.top(i) >= BORDER
                    && known.left(i) + known.width(i) <= WIDTH - BORDER
                    && known.top(i) + known.height(i) <= HEIGHT - BORDER;
        }

        Picture board(NativePictures pictures, int board) {
            return pictures.packed(WIDTH, HEIGHT, PixelFormat.GRAY8, boards.get(board));
        }

        Picture whole(NativePictures pictures) {
            byte[] pixels = new byte[SIDE * SIDE * WIDTH * HEIGHT];
            for (int board = 0; board < boards.size(); board++) {
                int from = board / SIDE * HEIGHT * SIDE * WIDTH + board % SIDE * WIDTH;
                for (int y = 0; y < HEIGHT; y++) {
                    System.arraycopy(boards.get(board), y * WIDTH, pixels, from + y * SIDE * WIDTH, WIDTH);
                }
            }
            return pictures.packed(SIDE * WIDTH, SIDE * HEIGHT, PixelFormat.GRAY8, pixels);
        }

        List<Defect> onPanel() {
            List<Defect> all = new ArrayList<>();
            for (int board = 0; board < boards.size(); board++) {
                int left = board % SIDE * WIDTH;
                int top = board / SIDE * HEIGHT;
                defects.get(board)
                        .forEach(defect -> all.add(new Defect(
                                defect.classId,
                                left + defect.left,
                                top + defect.top,
                                defect.width,
                                defect.height,
                                defect.counts)));
            }
            return all;
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
