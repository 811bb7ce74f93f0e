package io.ringsight.sinks.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.decision.Severity;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.PictureKeeper;
import io.ringsight.sinks.Sample;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clips beside pictures: whose they are, when they are there, and what they cost. */
class EvidenceClipsTest {
    private static final SourceId GATE = new SourceId("gate");
    private static final long NS_PER_S = 1_000_000_000L;
    private static final int CLIP_BYTES = 40_000;

    @TempDir
    private Path dir;

    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final MessageJson json = new MessageJson(Sample.EPOCH, clock);
    private final NativePictures pictures = new NativePictures();
    private final FakeVideo video = new FakeVideo();
    private EvidenceRecorder recorder;

    /** Gives clips that last two seconds and are complete when the test says so. */
    private static final class FakeVideo implements RecentVideo {
        private final List<FakeClip> begun = new ArrayList<>();
        private boolean isAway;
        private IOException failure;

        @Override
        public Optional<Clip> begin(long ptsNs) {
            if (isAway) {
                return Optional.empty();
            }
            FakeClip clip = new FakeClip(ptsNs, failure);
            begun.add(clip);
            return Optional.of(clip);
        }
    }

    private static final class FakeClip implements RecentVideo.Clip {
        private final long momentNs;
        private final IOException failure;
        private volatile boolean isComplete;
        private volatile boolean isClosed;

        FakeClip(long momentNs, IOException failure) {
            this.momentNs = momentNs;
            this.failure = failure;
        }

        @Override
        public boolean covers(long ptsNs) {
            return ptsNs >= momentNs && ptsNs <= momentNs + 2 * NS_PER_S;
        }

        @Override
        public boolean isComplete() {
            return isComplete;
        }

        @Override
        public long bytes() {
            return CLIP_BYTES;
        }

        @Override
        public void write(Path file) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.write(file, ByteBuffer.allocate(CLIP_BYTES).putInt(CLIP_BYTES).array());
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }

    @BeforeEach
    void open() {
        recorder = open(50_000_000);
    }

    private EvidenceRecorder open(long maxBytes) {
        EvidenceRecorder opened = new EvidenceRecorder(
                new EvidenceSpec(dir.resolve("evidence"), maxBytes, 3_600),
                Sample.EPOCH,
                clock,
                work -> Threads.start("evidence", work));
        opened.watch(GATE, blocked(), Optional.of(video));
        Await.until(() -> opened.state().state() == EvidenceState.KEEPING);
        return opened;
    }

    @AfterEach
    void close() throws InterruptedException {
        recorder.close(Duration.ofSeconds(30));
        pictures.close();
    }

    private static AnalysisSpec blocked() {
        Rule rule = new Rule(
                "blocked",
                "",
                new Rule.Condition(List.of("open"), 0.3, "", 1),
                new Rule.Lasting(0, 0, 0),
                0,
                Severity.ALARM);
        return new AnalysisSpec(
                TrackSettings.OFF, List.of(), List.of(), List.of(rule), Optional.empty(), Optional.empty(), 0);
    }

    /** A frame that matters, so many seconds into the stream. Returns the message. */
    private String keep(long frameSeq, double seconds) {
        Picture picture = pictures.packed(64, 64, PixelFormat.GRAY8, new byte[64 * 64]);
        picture.captured(Math.round(seconds * NS_PER_S), clock.epochNanos(), CaptureClock.ARRIVAL, Picture.UNKNOWN);
        Sample.Frame frame =
                Sample.frame("gate", frameSeq, frameSeq - 1).showing(picture).telling("blocked");
        PictureKeeper.Taken taken = recorder.take(frame);
        var message = json.frame(frame, taken.uri(), taken.clipUri());
        taken.keep(message);
        Await.until(() -> recorder.find(key(frameSeq)).isPresent());
        return new String(message.bytes(), StandardCharsets.UTF_8);
    }

    private static EvidenceKey key(long frameSeq) {
        return new EvidenceKey("gate", Sample.EPOCH, frameSeq);
    }

    private long count(EvidenceCounter counter) {
        return recorder.metrics().value(counter);
    }

    private Optional<EvidenceKey> clipOf(long frameSeq) {
        return recorder.clipOf(recorder.find(key(frameSeq)).orElseThrow());
    }

    private Path clipFile(long frameSeq) {
        return dir.resolve("evidence/gate/" + Sample.EPOCH + "/" + frameSeq + "/clip.mp4");
    }

    @Test
    void framesOfOneHappeningShareOneClipBesideTheFirst() {
        String first = keep(7, 10);
        String second = keep(9, 11.5);
        assertThat(first).contains("\"clip\":\"" + clipFile(7).toUri() + '"');
        assertThat(second).contains("\"clip\":\"" + clipFile(7).toUri() + '"');
        assertThat(clipOf(7)).isEmpty();
        assertThat(clipFile(7)).doesNotExist();
        long before = recorder.bytes();

        video.begun.get(0).isComplete = true;
        Await.until(() -> count(EvidenceCounter.CLIPS_KEPT) == 1);

        assertThat(clipOf(7)).contains(key(7));
        assertThat(clipOf(9)).contains(key(7));
        assertThat(clipFile(7)).hasSize(CLIP_BYTES);
        assertThat(recorder.bytes() - before).isEqualTo(40_960);
        assertThat(video.begun.get(0).isClosed).isTrue();
        assertThat(keep(11, 12)).contains("/7/clip.mp4");
        assertThat(keep(13, 12.5)).contains("/13/clip.mp4");
    }

    @Test
    void oneClipOfASourceIsOnItsWayAtATime() {
        keep(1, 10);
        assertThat(keep(2, 13)).doesNotContain("\"clip\"");
        assertThat(count(EvidenceCounter.CLIPS_SKIPPED)).isOne();
        assertThat(video.begun).hasSize(1);
    }

    @Test
    void aFrameWhoseVideoIsNotAtHandIsKeptWithoutAClip() {
        video.isAway = true;
        assertThat(keep(1, 10)).contains("\"evidence\"").doesNotContain("\"clip\"");
        assertThat(count(EvidenceCounter.CLIPS_MISSED)).isOne();
    }

    @Test
    void aClipThatCannotBeWrittenIsCountedAndTheNextIsBegunAgain() {
        video.failure = new RecentVideo.GoneException("it has gone");
        keep(1, 10);
        video.begun.get(0).isComplete = true;
        Await.until(() -> count(EvidenceCounter.CLIPS_FAILED) == 1);
        assertThat(recorder.state().state()).isEqualTo(EvidenceState.KEEPING);
        assertThat(clipOf(1)).isEmpty();

        video.failure = new IOException("No space left on device");
        assertThat(keep(2, 10.5)).contains("/2/clip.mp4");
        video.begun.get(1).isComplete = true;
        Await.until(() -> count(EvidenceCounter.CLIPS_FAILED) == 2);
        Await.until(() -> recorder.state().state() == EvidenceState.DISK_FULL);
        assertThat(video.begun).allMatch(clip -> clip.isClosed);
    }

    @Test
    void aClipWithoutItsPictureIsGivenUp() {
        Picture picture = pictures.packed(64, 64, PixelFormat.GRAY8, new byte[64 * 64]);
        recorder.take(Sample.frame("gate", 1, 0).showing(picture).telling("blocked"))
                .keep(null);
        Await.until(() -> count(EvidenceCounter.CLIPS_FAILED) == 1);
        assertThat(video.begun.get(0).isClosed).isTrue();
    }

    @Test
    void clipsThatAreCompleteAtTheEndAreWrittenAndOthersGivenUp() throws Exception {
        keep(1, 10);
        video.begun.get(0).isComplete = true;
        Await.until(() -> count(EvidenceCounter.CLIPS_KEPT) == 1);
        keep(2, 20);
        recorder.close(Duration.ofSeconds(30));
        assertThat(count(EvidenceCounter.CLIPS_FAILED)).isOne();
        assertThat(video.begun).allMatch(clip -> clip.isClosed);
    }

    @Test
    void whatAPowerCutLeavesOfAClipIsRemovedAndItsPictureStays() throws Exception {
        for (int i = 1; i <= 2; i++) {
            keep(i, 10 * i);
            video.begun.get(i - 1).isComplete = true;
            int made = i;
            Await.until(() -> count(EvidenceCounter.CLIPS_KEPT) == made);
        }
        recorder.close(Duration.ofSeconds(30));
        Files.write(
                clipFile(1),
                ByteBuffer.allocate(CLIP_BYTES / 2).putInt(CLIP_BYTES).array());

        recorder = open(50_000_000);

        assertThat(clipOf(1)).isEmpty();
        assertThat(clipOf(2)).contains(key(2));
        assertThat(recorder.file(key(1), "picture.jpg")).isPresent();
        assertThat(clipFile(1)).doesNotExist();
        assertThat(count(EvidenceCounter.DAMAGED)).isOne();
        assertThat(recorder.bytes()).isBetween(70_000L, 100_000L);
    }

    @Test
    void clipsGoWithTheirPicturesByAge() {
        keep(1, 10);
        video.begun.get(0).isComplete = true;
        Await.until(() -> count(EvidenceCounter.CLIPS_KEPT) == 1);
        clock.advanceMs(3_601_000);
        Await.until(() -> recorder.size() == 0);
        assertThat(clipFile(1)).doesNotExist();
        assertThat(recorder.bytes()).isZero();
    }
}
