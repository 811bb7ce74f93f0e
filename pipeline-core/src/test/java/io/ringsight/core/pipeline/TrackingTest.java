package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.SharedAnalysis;
import io.ringsight.core.analyse.track.TrackNumbers;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.ManualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Objects are followed on their way through the pipeline. */
@Timeout(300)
class TrackingTest {
    private static final long FRAME_NS = 40_000_000L;

    private volatile float top = 6;

    /** Finds one object, at the same place until it is moved. */
    private final DetectionDecoder one = (output, row, threshold, into) -> {
        into.clear();
        into.add(4, top, 8, 8, 0.9f, 5);
    };

    /** The track of the first object of each frame. */
    private static final class FirstTracks implements ResultSink {
        private final List<Long> tracks = new ArrayList<>();
        private final List<Long> crossings = new ArrayList<>();
        private final List<String> decisions = new ArrayList<>();
        private final List<String> places = new ArrayList<>();

        @Override
        public synchronized void frame(FrameResult result, boolean lossless) {
            tracks.add(result.detections().track(0));
            crossings.add(result.detections().crossed(0));
            places.add(result.suspicion() + " in " + result.zoneNames());
        }

        @Override
        public void gap(Gap gap, boolean lossless) {}

        @Override
        public synchronized void decision(Decision decision, long frameSeq, boolean lossless) {
            Event event = (Event) decision;
            decisions.add(event.number() + " " + event.what().name() + " behind frame " + frameSeq + " and "
                    + tracks.size() + " messages");
        }

        synchronized List<String> takenDecisions() {
            return List.copyOf(decisions);
        }

        synchronized List<String> takenPlaces() {
            List<String> all = List.copyOf(places);
            places.clear();
            return all;
        }

        synchronized List<Long> takenCrossings() {
            return List.copyOf(crossings);
        }

        synchronized List<Long> taken() {
            List<Long> all = List.copyOf(tracks);
            tracks.clear();
            return all;
        }
    }

    private final FirstTracks sink = new FirstTracks();
    private final NativePictures pictures = new NativePictures();
    private final SourceAccounts accounts = new SourceAccounts(new ManualClock(0));
    private final Pipeline pipeline = pipeline();
    private long frame;
    private long shiftNs;

    private Pipeline pipeline() {
        DetectorSwitch detectors = FakeBackend.computing(new FakeBackend(1, 1), one);
        return new Pipeline(16, detectors, List.of(sink), new ManualClock(0), accounts);
    }

    private FrameIntake connect(String id, AnalysisSpec analysis) {
        return pipeline.connect(intake(id, analysis));
    }

    private static IntakeSpec intake(String id, AnalysisSpec analysis) {
        return new IntakeSpec(new SourceId(id), true, 4, 0, 0, labels -> WantedClasses.ALL, analysis);
    }

    private FrameIntake followed(String id) {
        return connect(id, new AnalysisSpec(TrackSettings.DEFAULT));
    }

    /** The tracks of the object in so many more frames. */
    private List<Long> tracks(FrameIntake intake, int frames) throws InterruptedException {
        return tracks(pipeline, intake, frames);
    }

    private List<Long> tracks(Pipeline through, FrameIntake intake, int frames) throws InterruptedException {
        for (int i = 0; i < frames; i++) {
            Picture picture = pictures.grey(32, 32, 1);
            picture.captured(frame * FRAME_NS, frame * FRAME_NS + shiftNs, CaptureClock.ARRIVAL, 0);
            frame++;
            intake.offer(picture);
        }
        assertThat(through.drain(60_000)).isTrue();
        return sink.taken();
    }

    @AfterEach
    void close() {
        pipeline.close();
        pictures.close();
    }

    @Test
    void anObjectGetsATrackAndItIsCounted() throws InterruptedException {
        FrameIntake intake = followed("a");

        assertThat(tracks(intake, 6)).containsExactly(0L, 0L, 0L, 1L, 1L, 1L);
        assertThat(intake.metrics().value(Counter.TRACKS)).isEqualTo(1);
    }

    @Test
    void sourcesAreFollowedApartAndShareTheNumbers() throws InterruptedException {
        FrameIntake a = followed("a");
        FrameIntake b = followed("b");
        FrameIntake unfollowed = connect("c", AnalysisSpec.NONE);

        assertThat(tracks(a, 5)).endsWith(1L);
        assertThat(tracks(b, 5)).endsWith(2L);
        assertThat(tracks(unfollowed, 5)).containsOnly(0L);
        assertThat(tracks(a, 1)).containsExactly(1L);
    }

    /** As the sources of different models do. */
    @Test
    void sourcesInPipelinesOfTheirOwnShareTheNumbers() throws InterruptedException {
        assertThat(tracks(followed("a"), 5)).endsWith(1L);
        try (Pipeline other = pipeline()) {
            FrameIntake b = other.connect(intake("b", new AnalysisSpec(TrackSettings.DEFAULT)));
            assertThat(tracks(other, b, 5)).endsWith(2L);
        }
    }

    @Test
    void aSourceThatIsConnectedAgainGetsNewNumbers() throws InterruptedException {
        assertThat(tracks(followed("a"), 5)).endsWith(1L);
        assertThat(tracks(followed("a"), 5)).endsWith(2L);
    }

    /** The stream's own time goes on as if nothing had been; capture times tell. */
    @Test
    void anOutageTakesTheTimeItTakes() throws InterruptedException {
        FrameIntake intake = followed("a");
        tracks(intake, 5);
        intake.gap(GapReason.DISCONNECTED, "");
        shiftNs += 500_000_000L;
        assertThat(tracks(intake, 1)).containsExactly(1L);

        intake.gap(GapReason.DISCONNECTED, "");
        shiftNs += 5_000_000_000L;
        assertThat(tracks(intake, 5)).containsExactly(0L, 0L, 0L, 2L, 2L);
    }

    @Test
    void framesUnderSuspicionSayNothingOfWhereAnObjectIs() throws InterruptedException {
        FrameIntake intake = followed("a");
        tracks(intake, 5);
        intake.suspect(GapReason.FROZEN, "", 0);
        assertThat(tracks(intake, 10)).containsOnly(0L);
        intake.trust();
        assertThat(tracks(intake, 1)).containsExactly(1L);

        intake.suspect(GapReason.FROZEN, "", 0);
        assertThat(tracks(intake, 30)).containsOnly(0L);
        intake.trust();
        assertThat(tracks(intake, 5)).endsWith(2L, 2L);
    }

    /** The object stands at 7/8 of the height in the first five frames and at 5/8 from then on. */
    @Test
    void aLineThatWasCrossedBehindLostFramesIsToldOnce() throws InterruptedException {
        Line line = new Line("gate", new Zone.Point(0, 0.75), new Zone.Point(1, 0.75));
        FrameIntake intake = connect("a", new AnalysisSpec(TrackSettings.DEFAULT, List.of(), List.of(line)));
        tracks(intake, 5);
        assertThat(intake.metrics().value(Counter.CROSSINGS)).isZero();
        intake.lost(GapReason.CORRUPT, 10);
        frame += 10;
        top = 2;
        tracks(intake, 5);

        assertThat(sink.takenCrossings()).containsExactly(0L, 0L, 0L, 0L, 0L, 1L << 32, 0L, 0L, 0L, 0L);
        assertThat(intake.metrics().value(Counter.CROSSINGS)).isEqualTo(1);
    }

    @Test
    void anEventFollowsItsFrame() throws InterruptedException {
        Zone all = new Zone("all", Zone.corners("0,0 1,0 1,1 0,1").orElseThrow());
        AnalysisSpec analysis = new AnalysisSpec(TrackSettings.DEFAULT, List.of(all), List.of());
        FrameIntake intake = connect("a", analysis);
        intake.lost(GapReason.CORRUPT, 1);
        tracks(intake, 6);
        FrameIntake again = connect("a", analysis);
        tracks(again, 6);

        // the number goes on when the source is configured again
        assertThat(sink.takenDecisions())
                .containsExactly("1 all behind frame 5 and 4 messages", "2 all behind frame 11 and 4 messages");
        assertThat(again.metrics().value(Counter.DECISIONS)).isEqualTo(2);
    }

    @Test
    void aCameraThatWasMovedHasNoZonesAndIsToldOnce() throws InterruptedException {
        Zone all = new Zone("all", Zone.corners("0,0 1,0 1,1 0,1").orElseThrow());
        FrameIntake intake = connect("a", new AnalysisSpec(TrackSettings.DEFAULT, List.of(all), List.of()));
        tracks(intake, 4);
        intake.doubt(GapReason.MOVED);
        assertThat(tracks(intake, 1)).containsExactly(0L);
        intake.doubt(null);
        assertThat(tracks(intake, 1)).containsExactly(1L);
        intake.suspect(GapReason.MOVED, "off by 5 %", 1_000);
        assertThat(tracks(intake, 1)).containsExactly(0L);
        intake.trust();
        assertThat(tracks(intake, 1)).containsExactly(1L);

        assertThat(sink.takenPlaces().subList(3, 8))
                .containsExactly("null in [all]", "MOVED in []", "null in [all]", "MOVED in []", "null in [all]");
        assertThat(sink.takenDecisions())
                .containsExactly("1 all behind frame 4 and 4 messages", "2 camera behind frame 6 and 0 messages");
        assertThat(intake.metrics().value(Counter.FRAMES_SUSPECT)).isEqualTo(2);
    }

    /** A source that is configured again while in doubt is a new one: whoever doubts begins again, or is not there any more. */
    @Test
    void aDoubtEndsWithItsIntake() throws InterruptedException {
        Zone all = new Zone("all", Zone.corners("0,0 1,0 1,1 0,1").orElseThrow());
        AnalysisSpec analysis = new AnalysisSpec(TrackSettings.DEFAULT, List.of(all), List.of());
        FrameIntake intake = connect("a", analysis);
        intake.doubt(GapReason.MOVED);
        tracks(intake, 1);
        tracks(connect("a", analysis), 1);

        assertThat(sink.takenPlaces()).containsExactly("MOVED in []", "null in [all]");
    }

    @Test
    void framesThatWereNotAnalysedAreTheirTime() throws InterruptedException {
        FrameIntake intake = followed("a");
        tracks(intake, 5);
        intake.lost(GapReason.CORRUPT, 20);
        frame += 20;
        assertThat(tracks(intake, 1)).containsExactly(1L);
        intake.lost(GapReason.CORRUPT, 30);
        frame += 30;
        assertThat(tracks(intake, 1)).containsExactly(0L);
    }

    /** A slot without its picture is what no pipeline has: the analysis throws, and the stage does not. */
    @Test
    void whatTheAnalysisThrowsCostsTheTracksAndNotTheFrame() {
        SourceIntake intake = (SourceIntake) followed("a");
        FrameSlot slot = new FrameSlot(4, List.of());
        slot.source = intake;
        slot.computed = true;
        slot.detections.add(1, 1, 4, 4, 0.9f, 0);
        slot.detections.track(0, 7, 0);

        new AnalyseStage(new SharedAnalysis(new TrackNumbers()), new StageFailures(new ManualClock(0))).onSlot(slot);

        assertThat(slot.failure).isNull();
        assertThat(slot.detections.size()).isEqualTo(1);
        assertThat(slot.detections.track(0)).isZero();
        assertThat(intake.metrics().value(Counter.ANALYSIS_FAILURES)).isEqualTo(1);
    }
}
