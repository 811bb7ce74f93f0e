package io.ringsight.sinks.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.verdict.Grades;
import io.ringsight.core.analyse.verdict.PartSpec;
import io.ringsight.core.analyse.verdict.PartTrigger;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.decision.Severity;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessagePublisher;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.PictureKeeper;
import io.ringsight.sinks.Sample;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceRecorderTest {
    private static final SourceId LINE1 = new SourceId("line1");
    private static final long MB = 1_000_000;

    @TempDir
    private Path dir;

    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final MessageJson json = new MessageJson(Sample.EPOCH, clock);
    private final NativePictures pictures = new NativePictures();
    private final List<EvidenceRecorder> opened = new ArrayList<>();

    @AfterEach
    void close() throws InterruptedException {
        for (EvidenceRecorder recorder : opened) {
            recorder.close(Duration.ofSeconds(60));
        }
        pictures.close();
    }

    private EvidenceRecorder open(Path folder, long maxBytes) {
        EvidenceSpec spec = new EvidenceSpec(folder, maxBytes, 3_600);
        EvidenceRecorder recorder =
                new EvidenceRecorder(spec, Sample.EPOCH, clock, work -> Threads.start("evidence", work));
        opened.add(recorder);
        recorder.watch(LINE1, withParts(), Optional.empty());
        return recorder;
    }

    private EvidenceRecorder keeping(long maxBytes) {
        EvidenceRecorder recorder = open(dir.resolve("evidence"), maxBytes);
        await(() -> recorder.state().state() == EvidenceState.KEEPING);
        return recorder;
    }

    private static void await(BooleanSupplier condition) {
        Await.until(condition);
    }

    private AnalysisSpec withParts() {
        PartSpec parts = new PartSpec(
                new PartTrigger(PartTrigger.Kind.HTTP, ""),
                new PartSpec.Window(0, 500, 1),
                1_000,
                new Grades(List.of("open"), List.of("short"), 0.5),
                Recipe.NONE,
                PartSpec.Motion.NONE,
                List.of(),
                dir);
        return new AnalysisSpec(
                TrackSettings.OFF, List.of(), List.of(), List.of(), Optional.empty(), Optional.of(parts), 0);
    }

    /** A frame of a board with a defect near its right lower corner. */
    private Sample.Frame defect(long frameSeq, Picture picture) {
        Sample.Frame frame = Sample.frame("line1", frameSeq, frameSeq - 1).showing(picture);
        frame.detections().add(590, 330, 40, 20, 0.9f, 1);
        frame.detections().add(100, 100, 40, 20, 0.4f, 0);
        return frame;
    }

    private Picture noise(int width, int height, long seed) {
        byte[] pixels = new byte[width * height];
        new Random(seed).nextBytes(pixels);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (128 + pixels[i] / 12);
        }
        Picture picture = pictures.packed(width, height, PixelFormat.GRAY8, pixels);
        picture.captured(Picture.UNKNOWN, clock.epochNanos(), CaptureClock.ARRIVAL, Picture.UNKNOWN);
        return picture;
    }

    private static boolean isFree(Picture picture) {
        picture.release();
        boolean free = picture.isFree();
        picture.tryAcquire();
        if (!free) {
            picture.retain();
        }
        return free;
    }

    @Test
    void aDefectsPictureItsCropAndItsMessageAreKeptUnderTheMessagesId() throws IOException {
        EvidenceRecorder recorder = keeping(50 * MB);
        List<EncodedMessage> sent = new ArrayList<>();
        MessagePublisher publisher =
                new MessagePublisher(json, List.<MessageSink>of(), (message, objects) -> sent.add(message), recorder);

        publisher.frame(defect(7, noise(640, 360, 1)), false);
        await(() -> recorder.size() == 1);

        EvidenceItem item = recorder.list(EvidenceQuery.newest(10)).get(0);
        assertThat(item.key().messageId()).isEqualTo(sent.get(0).messageId());
        assertThat(item.labels()).containsExactly("short");
        assertThat(item.objects()).containsExactly(0);
        Path folder = dir.resolve("evidence/" + sent.get(0).messageId());
        assertThat(new String(sent.get(0).bytes(), StandardCharsets.UTF_8))
                .contains("\"evidence\":\"" + folder.toUri() + '"');
        assertThat(folder.resolve("message.json")).hasBinaryContent(sent.get(0).bytes());
        assertThat(ImageIO.read(folder.resolve("picture.jpg").toFile()).getWidth())
                .isEqualTo(640);
        var crop = ImageIO.read(folder.resolve("crop.jpg").toFile());
        assertThat(crop.getWidth()).isEqualTo(item.crop().width()).isBetween(90, 110);
        assertThat(item.crop().left() + item.crop().width()).isLessThanOrEqualTo(640);
        assertThat(item.crop().left()).isLessThan(590);
        assertThat(recorder.uri(LINE1, 7)).isEqualTo(folder.toUri().toString());
        assertThat(recorder.uri(LINE1, 8)).isNull();
    }

    @Test
    void framesThatDoNotMatterAreNotKept() {
        EvidenceRecorder recorder = keeping(50 * MB);
        Picture picture = noise(64, 64, 1);
        Sample.Frame weak = Sample.frame("line1", 1, 0).showing(picture);
        weak.detections().add(1, 1, 9, 9, 0.49f, 1);
        weak.detections().add(1, 1, 9, 9, 0.99f, 2);
        Sample.Frame elsewhere = Sample.frame("gate", 1, 0).showing(picture);
        elsewhere.detections().add(1, 1, 9, 9, 0.99f, 1);

        assertThat(recorder.take(weak)).isNull();
        assertThat(recorder.take(elsewhere)).isNull();
        assertThat(isFree(picture)).isTrue();
    }

    @Test
    void aRulesEventKeepsTheFrameInWhichItHappens() {
        EvidenceRecorder recorder = keeping(50 * MB);
        Rule rule = new Rule(
                "blocked",
                "",
                new Rule.Condition(List.of("OPEN"), 0.3, "", 1),
                new Rule.Lasting(0, 0, 0),
                0,
                Severity.ALARM);
        recorder.watch(
                LINE1,
                new AnalysisSpec(
                        TrackSettings.OFF, List.of(), List.of(), List.of(rule), Optional.empty(), Optional.empty(), 0),
                Optional.empty());
        Sample.Frame frame = defect(9, noise(640, 360, 2));

        assertThat(recorder.take(frame)).isNull();
        PictureKeeper.Taken taken = recorder.take(frame.telling("blocked"));
        taken.keep(json.frame(frame, taken.uri(), taken.clipUri()));
        await(() -> recorder.size() == 1);

        EvidenceItem item = recorder.list(EvidenceQuery.newest(1)).get(0);
        assertThat(item.rules()).containsExactly("blocked");
        assertThat(item.labels()).containsExactly("open");
        assertThat(item.objects()).containsExactly(1);
    }

    @Test
    void ofEachSourceOnePictureIsHeldAtMostAndGivenBack() {
        EvidenceRecorder recorder = keeping(50 * MB);
        Picture first = noise(640, 360, 1);
        Picture second = noise(640, 360, 2);

        PictureKeeper.Taken taken = recorder.take(defect(1, first));
        assertThat(recorder.take(defect(2, second))).isNull();
        assertThat(recorder.metrics().value(EvidenceCounter.SKIPPED)).isOne();
        assertThat(isFree(second)).isTrue();
        taken.keep(json.frame(defect(1, first), taken.uri(), taken.clipUri()));
        await(() -> recorder.size() == 1 && isFree(first));

        PictureKeeper.Taken unsent = recorder.take(defect(3, second));
        unsent.keep(null);
        assertThat(isFree(second)).isTrue();
        assertThat(recorder.uri(LINE1, 3)).isNull();
        assertThat(recorder.take(defect(4, second))).isNotNull();
    }

    @Test
    void aFolderThatCannotBeWrittenStopsTheKeepingAndIsTriedAgain() throws IOException {
        Path folder = Files.writeString(dir.resolve("evidence"), "a file");
        EvidenceRecorder recorder = open(folder, 50 * MB);
        await(() -> recorder.state().state() == EvidenceState.NOT_WRITABLE);

        assertThat(recorder.state().detail()).contains("evidence");
        assertThat(recorder.take(defect(1, noise(64, 64, 1)))).isNull();
        assertThat(recorder.metrics().value(EvidenceCounter.STOPPED)).isOne();
        Files.delete(folder);
        clock.advanceMs(5_000);
        await(() -> recorder.state().state() == EvidenceState.KEEPING);
    }

    @Test
    void aWriteThatFailsLeavesNothingAndTheNextMessageSaysSo() throws IOException {
        EvidenceRecorder recorder = keeping(50 * MB);
        Files.delete(dir.resolve("evidence/work~"));
        Files.writeString(dir.resolve("evidence/work~"), "in the way");

        PictureKeeper.Taken taken = recorder.take(defect(1, noise(64, 64, 1)));
        taken.keep(json.frame(defect(1, noise(64, 64, 1)), taken.uri(), taken.clipUri()));
        await(() -> recorder.metrics().value(EvidenceCounter.FAILED) == 1);

        assertThat(recorder.state().state()).isEqualTo(EvidenceState.NOT_WRITABLE);
        assertThat(recorder.uri(LINE1, 1)).isNull();
        assertThat(recorder.take(defect(2, noise(64, 64, 1)))).isNull();
        Files.delete(dir.resolve("evidence/work~"));
        Files.createDirectory(dir.resolve("evidence/work~"));
        clock.advanceMs(5_000);
        PictureKeeper.Taken later = recorder.take(defect(3, noise(64, 64, 1)));
        later.keep(json.frame(defect(3, noise(64, 64, 1)), later.uri(), later.clipUri()));
        await(() -> recorder.size() == 1);
        assertThat(recorder.state().state()).isEqualTo(EvidenceState.KEEPING);
    }

    @Test
    void aPictureThatCannotBeEncodedIsCountedAndTheNextIsKept() {
        EvidenceRecorder recorder = keeping(50 * MB);
        Picture tooWide = noise(70_000, 16, 1);
        Picture ofNoFormat = noise(64, 64, 1);
        ofNoFormat.layout(64, 64, 9_999);

        for (Picture picture : List.of(tooWide, ofNoFormat)) {
            long before = recorder.metrics().value(EvidenceCounter.FAILED);
            Sample.Frame frame = defect(before + 1, picture);
            PictureKeeper.Taken taken = recorder.take(frame);
            taken.keep(json.frame(frame, taken.uri(), taken.clipUri()));
            await(() -> recorder.metrics().value(EvidenceCounter.FAILED) == before + 1);
            assertThat(isFree(picture)).isTrue();
        }

        keep(recorder, 3);
        assertThat(recorder.state().state()).isEqualTo(EvidenceState.KEEPING);
    }

    @Test
    void whatAKillOrAPowerCutLeavesIsRemovedAtTheNextStart() throws Exception {
        EvidenceRecorder before = keeping(50 * MB);
        for (int i = 1; i <= 3; i++) {
            keep(before, i);
            clock.advanceMs(1);
        }
        before.close(Duration.ofSeconds(60));
        Path epoch = dir.resolve("evidence/line1/" + Sample.EPOCH);
        byte[] whole = Files.readAllBytes(epoch.resolve("2/picture.jpg"));
        Files.write(epoch.resolve("2/picture.jpg"), Arrays.copyOf(whole, whole.length / 2));
        Files.createDirectories(dir.resolve("evidence/work~/made"));
        Files.write(dir.resolve("evidence/work~/made/picture.jpg"), whole);
        Files.writeString(dir.resolve("evidence/notes.txt"), "somebody's own");

        EvidenceRecorder after = keeping(50 * MB);

        assertThat(after.list(EvidenceQuery.newest(10)))
                .extracting(item -> item.key().frameSeq())
                .containsExactly(3L, 1L);
        assertThat(after.metrics().value(EvidenceCounter.DAMAGED)).isOne();
        assertThat(epoch.resolve("2")).doesNotExist();
        assertThat(dir.resolve("evidence/work~/made")).doesNotExist();
        assertThat(dir.resolve("evidence/notes.txt")).exists();
        assertThat(after.bytes()).isPositive().isLessThanOrEqualTo(onDisk(epoch));
    }

    @Test
    void twoDaemonsDoNotShareAFolder() {
        keeping(50 * MB);
        EvidenceRecorder second = open(dir.resolve("evidence"), 50 * MB);
        await(() -> second.state().state() == EvidenceState.NOT_WRITABLE);
        assertThat(second.state().detail()).contains("in use by another Ringsight");
    }

    @Test
    void whatIsOlderThanItsAgeGoes() {
        EvidenceRecorder recorder = keeping(50 * MB);
        keep(recorder, 1);
        clock.advanceMs(3_000_000);
        keep(recorder, 2);
        clock.advanceMs(1_000_000);
        await(() -> recorder.size() == 1);
        assertThat(recorder.list(EvidenceQuery.newest(9)).get(0).key().frameSeq())
                .isEqualTo(2);
        assertThat(dir.resolve("evidence/line1/" + Sample.EPOCH + "/1")).doesNotExist();
    }

    @Test
    void theGalleryFindsByCameraClassAndTimeAndGoesOnWhereItStopped() {
        EvidenceRecorder recorder = keeping(50 * MB);
        for (int i = 1; i <= 5; i++) {
            keep(recorder, i);
            clock.advanceMs(1_000);
        }
        EvidenceItem third =
                recorder.find(new EvidenceKey("line1", Sample.EPOCH, 3)).orElseThrow();

        assertThat(frames(recorder, Optional.of("line1"), Optional.of("short"), third.takenUtcNs(), null, 2))
                .containsExactly(5L, 4L);
        assertThat(frames(recorder, Optional.of("line1"), Optional.of("short"), third.takenUtcNs(), 4L, 9))
                .containsExactly(3L);
        assertThat(frames(recorder, Optional.of("gate"), Optional.empty(), 0, null, 9))
                .isEmpty();
        assertThat(frames(recorder, Optional.empty(), Optional.of("open"), 0, null, 9))
                .isEmpty();
    }

    private static List<Long> frames(
            EvidenceRecorder from,
            Optional<String> source,
            Optional<String> label,
            long since,
            Long before,
            int limit) {
        Optional<EvidenceKey> key = Optional.ofNullable(before).map(seq -> new EvidenceKey("line1", Sample.EPOCH, seq));
        return from.list(new EvidenceQuery(source, label, since, Long.MAX_VALUE, key, limit)).stream()
                .map(item -> item.key().frameSeq())
                .toList();
    }

    @Test
    void noAddressLeavesTheFolder() {
        for (String bad : List.of("..", ".", "", "a/b", "%2e%2e", "line1\u0000", "work~", "..\\x", "-1", "1e3", "01")) {
            assertThat(EvidenceKey.of("line1", Sample.EPOCH, bad)).as(bad).isEmpty();
            assertThat(EvidenceKey.of("line1", bad.equals("01") ? ".." : bad.replaceAll("^1e3$", "..") + "/", "1"))
                    .isEmpty();
        }
        assertThat(EvidenceKey.of("..", Sample.EPOCH, "1")).isEmpty();
        assertThat(EvidenceKey.of("a/../b", Sample.EPOCH, "1")).isEmpty();
    }

    @Test
    void tenDefectsASecondStayWithinTheirBytesTheOldestFirstAndNoneHalfWritten() throws Exception {
        stream(400, 10_485_760);
    }

    /** The acceptance: an hour of them, as fast as they can be written. */
    @Test
    @Tag("bench")
    void anHourOfTenDefectsASecondStaysWithinAHundredMegabytes() throws Exception {
        stream(36_000, 100 * MB);
    }

    private void stream(int defects, long maxBytes) throws Exception {
        EvidenceRecorder recorder = keeping(maxBytes);
        Picture picture = noise(640, 360, 5);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger seen = new AtomicInteger();
        Thread reader = Threads.start("reader", () -> {
            while (!over.get()) {
                seen.addAndGet(readWhole(recorder));
            }
        });
        long most = 0;
        for (int i = 1; i <= defects; i++) {
            keep(recorder, i, picture);
            clock.advanceMs(100);
            if (i % Math.max(100, defects / 50) == 0) {
                most = Math.max(most, onDisk(dir.resolve("evidence")));
            }
        }
        over.set(true);
        reader.join();

        List<EvidenceItem> left = recorder.list(EvidenceQuery.newest(Integer.MAX_VALUE));
        assertThat(most).isLessThanOrEqualTo(maxBytes + 1_000_000).isGreaterThan(maxBytes * 8 / 10);
        assertThat(recorder.bytes()).isLessThanOrEqualTo(maxBytes);
        assertThat(recorder.metrics().value(EvidenceCounter.KEPT)).isEqualTo(defects);
        assertThat(recorder.metrics().value(EvidenceCounter.REMOVED)).isEqualTo(defects - left.size());
        for (int i = 0; i < left.size(); i++) {
            assertThat(left.get(i).key().frameSeq()).isEqualTo(defects - i);
        }
        assertThat(seen.get()).isPositive();
        System.out.printf(
                "evidence: %d kept, %d left, %d bytes counted, %d bytes on the disk at most, %d read whole meanwhile%n",
                defects, left.size(), recorder.bytes(), most, seen.get());
    }

    private static Optional<byte[]> read(EvidenceRecorder recorder, EvidenceKey key) {
        try {
            Optional<Path> file = recorder.file(key, "picture.jpg");
            return file.isPresent() ? Optional.of(Files.readAllBytes(file.get())) : Optional.empty();
        } catch (IOException removed) {
            return Optional.empty();
        }
    }

    /** Reads one of those that are there; it is whole, or gone. */
    private static int readWhole(EvidenceRecorder recorder) {
        int read = 0;
        for (EvidenceItem item : recorder.list(EvidenceQuery.newest(3))) {
            Optional<byte[]> picture = read(recorder, item.key());
            if (picture.isPresent()) {
                try {
                    assertThat(ImageIO.read(new ByteArrayInputStream(picture.get())))
                            .isNotNull();
                } catch (IOException e) {
                    throw new AssertionError(item.key().messageId(), e);
                }
                read++;
            }
        }
        return read;
    }

    private void keep(EvidenceRecorder recorder, long frameSeq) {
        keep(recorder, frameSeq, noise(640, 360, frameSeq));
    }

    private void keep(EvidenceRecorder recorder, long frameSeq, Picture picture) {
        long before = recorder.metrics().value(EvidenceCounter.KEPT);
        Sample.Frame frame = defect(frameSeq, picture);
        PictureKeeper.Taken taken = recorder.take(frame);
        taken.keep(json.frame(frame, taken.uri(), taken.clipUri()));
        await(() -> recorder.metrics().value(EvidenceCounter.KEPT) == before + 1);
    }

    private static long onDisk(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            long bytes = 0;
            for (Path path : all.toList()) {
                try {
                    bytes += (Files.size(path) + 4_095) / 4_096 * 4_096;
                } catch (NoSuchFileException removed) {
                    continue;
                }
            }
            return bytes;
        } catch (UncheckedIOException removed) {
            return 0;
        }
    }
}
