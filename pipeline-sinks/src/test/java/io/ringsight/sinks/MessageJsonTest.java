package io.ringsight.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.frame.SourceName;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageJsonTest {
    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final MessageJson json = Sample.json(clock);
    private final MessageSchema schema = new MessageSchema();

    @Test
    void writesAFrameAsTheGoldenFileSays() throws IOException {
        EncodedMessage message = json.frame(fullFrame());
        assertGolden("frame.json", message);
        assertThat(message.messageId()).isEqualTo("line1/" + Sample.EPOCH + "/123");
        assertThat(message.utc()).isEqualTo("2026-11-22T13:40:00.123456Z");
    }

    private static Sample.Frame fullFrame() {
        Sample.Frame frame = Sample.frame("line1", 123, 120);
        frame.picture().captured(4_920_000_000L, Sample.NOW_UTC_NS - 80_000_000, CaptureClock.RTCP_SR, 500);
        frame.timings().start(3_100_000, 1_000_000);
        frame.timings().loaded(1_200_000, 1_900_000);
        frame.timings().launched(2_000_000);
        frame.timings().inferred(82_000_000);
        frame.timings().published(82_150_000);
        frame.detections().add(12, 30.5f, 40, 22, 0.91f, 1);
        frame.detections().track(0, 1_234_567_890_123L, 2);
        frame.detections().add(0.004f, 1079.996f, 1919.5f, 0.0049f, 0.25004f, 2);
        frame.detections().add(7, 7, 7, 7, 1, 17);
        return frame;
    }

    @Test
    void writesNullForWhatIsNotKnown() throws IOException {
        Sample.Frame frame = Sample.frame("cam-2", 1, 0);
        frame.detections().add(Float.NaN, 0, Float.POSITIVE_INFINITY, 1, 0.5f, 0);
        assertGolden("frame-unknown.json", json.frame(frame));
    }

    @Test
    void writesAnOpenAndAClosedGap() throws IOException {
        assertGolden("gap-open.json", json.gap(Sample.gap("line1", 3, GapReason.STALLED, 130, 125)));
        Gap closed = new Gap(
                new SourceId("line1"),
                4,
                GapReason.AUTH_FAILED,
                "RTSP 401 \u00fc",
                0,
                0,
                new FrameLosses(),
                new Gap.Span(Sample.NOW_UTC_NS, Sample.NOW_UTC_NS + 2_000_000_000L));
        assertGolden("gap-closed.json", json.gap(closed));
    }

    @Test
    void writesWhatASinkCouldNotKeep() throws IOException {
        Loss loss = new Loss(
                json.frame(Sample.frame("line1", 10, 7)), GapReason.NOT_PUBLISHED, "the sink's queue was full");
        clock.advanceMs(40);
        loss.add(json.frame(Sample.frame("line1", 11, 10)));
        loss.add(json.gap(Sample.gap("line1", 1, GapReason.STALLED, 14, 11)));
        assertGolden("gap-not-published.json", new GapJson(clock).lost(loss, "n2"));
    }

    @Test
    void saysWhatPeopleCallTheSourceAtTheMoment() {
        SourceNames names = new SourceNames();
        MessageJson named = new MessageJson(Sample.EPOCH, names, clock);
        SourceId line1 = new SourceId("line1");
        assertThat(text(named.frame(fullFrame()))).isEqualTo(text(json.frame(fullFrame())));

        assertThat(names.set(line1, Optional.of(new SourceName("Oven \\ \"3\" \u00fc \ud83d\udd25"))))
                .isTrue();
        EncodedMessage frame = named.frame(fullFrame());
        String field = "\"sourceName\":\"Oven \\\\ \\\"3\\\" \u00fc \ud83d\udd25\",";
        schema.accepts(frame.bytes());
        assertThat(text(frame).replace(field, "")).isEqualTo(text(json.frame(fullFrame())));
        EncodedMessage gap = named.gap(Sample.gap("line1", 3, GapReason.STALLED, 130, 125));
        schema.accepts(gap.bytes());
        assertThat(text(gap)).contains(",\"sourceId\":\"line1\"," + field);
        assertThat(text(named.frame(Sample.frame("line2", 1, 0)))).doesNotContain("sourceName");

        Loss loss = new Loss(frame, GapReason.NOT_PUBLISHED, "the sink's queue was full");
        assertThat(names.set(line1, Optional.empty())).isTrue();
        loss.add(named.frame(fullFrame()));
        EncodedMessage lost = new GapJson(clock).lost(loss, "n1");
        schema.accepts(lost.bytes());
        assertThat(text(lost)).contains(",\"sourceId\":\"line1\"," + field);
        assertThat(text(named.frame(fullFrame()))).isEqualTo(text(json.frame(fullFrame())));
    }

    private static String text(EncodedMessage message) {
        return new String(message.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aLossWhoseMessagesCannotBeReadHasNoName() {
        EncodedMessage good = json.frame(Sample.frame("line1", 10, 7));
        for (String text : List.of("", "{", "[1]", "no message", "{\"sourceName\":7}", "{\"sourceName\":\"x")) {
            EncodedMessage odd = new EncodedMessage(
                    good.key(), good.type(), good.utcNs(), null, text.getBytes(StandardCharsets.UTF_8));
            EncodedMessage lost = new GapJson(clock).lost(new Loss(odd, GapReason.NOT_PUBLISHED, "full"), "n1");
            schema.accepts(lost.bytes());
            assertThat(text(lost)).doesNotContain("sourceName");
        }
    }

    @Test
    void namesTheZonesThatAnObjectIsIn() {
        Sample.Frame frame = Sample.frame("line1", 1, 0).zones("bay \"3\"", "door");
        for (long zones : new long[] {0b11, 0b10, 0}) {
            frame.detections().add(1, 1, 2, 2, 0.5f, 0);
            frame.detections().zones(frame.detections().size() - 1, zones);
        }
        EncodedMessage message = json.frame(frame);

        schema.accepts(message.bytes());
        assertThat(text(message))
                .containsSubsequence(
                        ",\"zones\":[\"bay \\\"3\\\"\",\"door\"]}", ",\"zones\":[\"door\"]}", ",\"zones\":[]}]}");
        assertThat(text(json.frame(fullFrame()))).doesNotContain("zones");
    }

    @Test
    void namesTheLinesThatAnObjectCrossed() {
        Sample.Frame frame = Sample.frame("line1", 1, 0).lines("gate", "stop");
        frame.detections().add(1, 1, 2, 2, 0.5f, 0);
        frame.detections().crossed(0, 1L << 1 | 1L << 32);
        frame.detections().add(1, 1, 2, 2, 0.5f, 0);
        EncodedMessage message = json.frame(frame);

        schema.accepts(message.bytes());
        assertThat(text(message))
                .containsOnlyOnce("crossings")
                .contains(",\"crossings\":[{\"line\":\"gate\",\"direction\":\"backward\"},"
                        + "{\"line\":\"stop\",\"direction\":\"forward\"}]},{");
    }

    private void assertGolden(String name, EncodedMessage message) throws IOException {
        schema.accepts(message.bytes());
        try (InputStream golden = MessageJsonTest.class.getResourceAsStream("/golden/" + name)) {
            assertThat(golden).as("golden file " + name).isNotNull();
            String expected = new String(golden.readAllBytes(), StandardCharsets.UTF_8).strip();
            assertThat(new String(message.bytes(), StandardCharsets.UTF_8)).isEqualTo(expected);
        }
    }

    @Test
    void everyReasonAndClockIsInTheSchema() {
        for (GapReason reason : GapReason.values()) {
            if (reason.countsFrames()) {
                Sample.Frame frame = Sample.frame("a", 2, 1);
                frame.losses().add(reason, 1);
                schema.accepts(json.frame(frame).bytes());
            } else {
                schema.accepts(json.gap(Sample.gap("a", 1, reason, 0, 0)).bytes());
            }
            if (reason.isSuspicion()) {
                byte[] marked =
                        json.frame(Sample.frame("a", 1, 0).suspect(reason)).bytes();
                schema.accepts(marked);
                assertThat(new String(marked, StandardCharsets.UTF_8))
                        .contains("\"suspect\":\"" + reason.wireName() + "\"");
            }
        }
        for (CaptureClock captureClock : CaptureClock.values()) {
            Sample.Frame frame = Sample.frame("a", 1, 0);
            frame.picture().captured(0, Sample.NOW_UTC_NS, captureClock, 0);
            schema.accepts(json.frame(frame).bytes());
        }
    }

    @Test
    void theSchemaRefusesWhatIsNoMessage() {
        String good = new String(json.frame(Sample.frame("a", 1, 0)).bytes(), StandardCharsets.UTF_8);
        schema.refuses(good.replace("\"frameSeq\":1", "\"frameSeq\":0"));
        schema.refuses(good.replace("\"type\":\"frame\"", "\"type\":\"gap\""));
        schema.refuses(good.replace("\"gaps\":[]", "\"gaps\":[{\"reason\":\"tired\",\"frames\":1}]"));
        schema.refuses(good.replace("\"objects\":[]", "\"object\":[]"));
        schema.refuses("{}");
    }

    @Test
    void everyMessageOfRandomFramesKeepsToTheSchema() {
        long seed = Long.getLong("seed", 20261122);
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            Sample.Frame frame = Sample.frame("cam" + i % 7, 1 + random.nextInt(1_000_000), 0);
            frame.picture().captured(random.nextLong() >>> 1, random.nextLong(0, Long.MAX_VALUE), CaptureClock.FILE, i);
            int objects = random.nextInt(20);
            for (int k = 0; k < objects; k++) {
                frame.detections()
                        .add(
                                number(random),
                                number(random),
                                number(random),
                                number(random),
                                random.nextFloat(),
                                random.nextInt(5) - 1);
            }
            schema.accepts(json.frame(frame).bytes());
        }
    }

    private static float number(Random random) {
        return Float.intBitsToFloat(random.nextInt());
    }

    @Test
    void formatsTimesAsInstantDoes() {
        Random random = new Random(7);
        char[] text = new char[40];
        for (int i = 0; i < 5_000; i++) {
            long utcNs = random.nextLong();
            String expected = Instant.ofEpochSecond(
                            Math.floorDiv(utcNs, 1_000_000_000L), Math.floorMod(utcNs, 1_000_000_000L) / 1_000 * 1_000)
                    .toString();
            String actual = new String(text, 0, JsonDigits.utc(utcNs, text));
            assertThat(Instant.parse(actual)).isEqualTo(Instant.parse(expected));
            assertThat(actual).hasSize(27);
        }
    }

    @Test
    void roundsDecimalsAndKeepsOne() {
        assertThat(decimal(12, 2)).isEqualTo("12.0");
        assertThat(decimal(30.5, 2)).isEqualTo("30.5");
        assertThat(decimal(0.005, 2)).isEqualTo("0.01");
        assertThat(decimal(-0.25, 2)).isEqualTo("-0.25");
        assertThat(decimal(-0.001, 2)).isEqualTo("0.0");
        assertThat(decimal(0.91f, 4)).isEqualTo("0.91");
        assertThat(decimal(0.99996f, 4)).isEqualTo("1.0");
        assertThat(decimal(9.999, 2)).isEqualTo("10.0");
        assertThat(decimal(0.05, 2)).isEqualTo("0.05");
    }

    private static String decimal(double value, int digits) {
        char[] text = new char[40];
        return new String(text, 0, JsonDigits.decimal(value, digits, text));
    }

    @Test
    void aMessageCostsAtMostFourKilobytes() {
        long each = allocated(json);
        System.out.println(
                "message of " + json.frame(fullFrame()).bytes().length + " bytes allocates " + each + " bytes");
        assertThat(each).isLessThanOrEqualTo(4096);
    }

    @Test
    void aNameCostsItsOwnBytesAndNoMore() {
        SourceNames names = new SourceNames();
        names.set(new SourceId("line1"), Optional.of(new SourceName("Line 3, camera over the oven \u00fc")));
        MessageJson named = new MessageJson(Sample.EPOCH, names, clock);
        long more = named.frame(fullFrame()).bytes().length
                - json.frame(fullFrame()).bytes().length;
        long cost = allocated(named) - allocated(json);
        assertThat(cost).isBetween(0L, more + Long.BYTES);
    }

    /** Bytes a message in the middle one of many windows: until the compiler is done there are more. */
    private static long allocated(MessageJson json) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Sample.Frame frame = fullFrame();
        int count = 2_000;
        long[] windows = new long[51];
        for (int window = 0; window < windows.length; window++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < count; i++) {
                json.frame(frame);
            }
            windows[window] = threads.getCurrentThreadAllocatedBytes() - before;
        }
        Arrays.sort(windows);
        return windows[windows.length / 2] / count;
    }

    @Test
    void saysOfEachFrameWhatComputedIt() {
        MessageJson switching = new MessageJson(Sample.EPOCH, clock);
        for (String backend : List.of("onnxruntime-cpu", "tensorrt-cuda", "tensorrt-cuda", "onnxruntime-cpu")) {
            Sample.Frame frame = Sample.frame("line1", 1, 0).runBy(backend);
            assertThat(new String(switching.frame(frame).bytes(), StandardCharsets.UTF_8))
                    .contains("\"precision\":\"" + Sample.MODEL.weights().precision() + "\",\"backend\":\"" + backend
                            + "\"}");
        }
    }

    @Test
    void saysOfEachFrameWhichModelComputedItAndNamesItsClasses() {
        ModelSpec other = Sample.model("street", "f".repeat(64), "car", "bus");
        for (ModelSpec model : List.of(Sample.MODEL, other, other, Sample.MODEL)) {
            Sample.Frame frame = Sample.frame("line1", 1, 0).of(model);
            frame.detections().add(1, 2, 3, 4, 0.5f, 1);
            assertThat(text(json.frame(frame)))
                    .contains("\"model\":{\"name\":\"" + model.name() + "\",\"version\":\"1\",\"sha256\":\""
                            + model.weights().sha256() + '"')
                    .contains("\"label\":\"" + model.labels().get(1) + '"');
        }
    }

    @Test
    void goesOnAfterAMessageThatCouldNotBeWritten() {
        Sample.Frame frame = Sample.frame("line1", 1, 0);
        MessageJson fragile = new MessageJson(Sample.EPOCH, clock);
        byte[] good = fragile.frame(frame).bytes();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> fragile.frame(new Broken(frame)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(fragile.frame(frame).bytes()).isEqualTo(good);
    }

    /** A frame that throws in the middle of being written. */
    private record Broken(Sample.Frame frame) implements io.ringsight.core.frame.FrameResult {
        @Override
        public SourceId sourceId() {
            return frame.sourceId();
        }

        @Override
        public long frameSeq() {
            return 2;
        }

        @Override
        public long prevFrameSeq() {
            return 1;
        }

        @Override
        public FrameLosses losses() {
            return frame.losses();
        }

        @Override
        public io.ringsight.core.frame.Picture picture() {
            return frame.picture();
        }

        @Override
        public io.ringsight.core.time.FrameTimings timings() {
            return frame.timings();
        }

        @Override
        public io.ringsight.core.detect.Detections detections() {
            throw new IllegalStateException("broken on purpose");
        }

        @Override
        public String backend() {
            return frame.backend();
        }

        @Override
        public io.ringsight.core.model.ModelSpec model() {
            return frame.model();
        }
    }
}
