package io.ringsight.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.FrameMessage;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.client.json.MessageWriter;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Severity;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.frame.SourceName;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.verdict.SampleVerdicts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The daemon's writer, the schema and the consumers' typed messages hold the same fields. */
class ClientReadsMessagesTest {
    private static final JsonMapper JSON = new JsonMapper();
    /** In place of a name of the user's own. */
    private static final String ANY = "*";

    private static final SourceId LINE1 = new SourceId("line1");

    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final SourceNames names = new SourceNames();
    private final MessageJson json = new MessageJson(Sample.EPOCH, names, clock);
    private final GapJson gaps = new GapJson(clock);
    private final List<byte[]> written = new ArrayList<>();

    @Test
    void noFieldOfAMessageIsLostOnTheWayThroughTheTypedOne() throws MessageFormatException {
        frames();
        gaps();
        events();
        add(json.decision(SampleVerdicts.full(1, "SN-1"), 17));
        add(json.decision(SampleVerdicts.pass(2, "SN-2"), 17, "file:///kept/line1/1/"));
        add(json.decision(
                SummaryMessageTest.summary(
                        new Summary.Span(Sample.NOW_UTC_NS, Sample.NOW_UTC_NS + 1_000_000, 60_000, 7)),
                17));
        Set<String> fields = new TreeSet<>();
        for (byte[] message : written) {
            JsonNode again = JSON.readTree(MessageWriter.write(MessageReader.read(message)));
            assertThat(again).isEqualTo(JSON.readTree(message));
            addFields("", again, fields);
        }
        JsonNode schema = JSON.readTree(MessageSchema.text());
        Set<String> described = new TreeSet<>();
        addDescribed("", schema, schema, described);
        assertThat(fields).as("what the schema describes").isEqualTo(described).hasSizeGreaterThan(40);
    }

    @Test
    void noFieldOfRandomFramesIsLost() throws MessageFormatException {
        long seed = Long.getLong("seed", 20261129);
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Sample.Frame frame = Sample.frame("cam" + i % 7, 1 + random.nextInt(1_000_000), 0);
            frame.picture().captured(random.nextLong() >>> 1, random.nextLong(0, Long.MAX_VALUE), CaptureClock.FILE, i);
            for (int objects = random.nextInt(20); objects > 0; objects--) {
                frame.detections()
                        .add(
                                Float.intBitsToFloat(random.nextInt()),
                                Float.intBitsToFloat(random.nextInt()),
                                random.nextFloat() * 4_000,
                                random.nextFloat() * 4_000,
                                random.nextFloat(),
                                random.nextInt(5) - 1);
            }
            byte[] message = json.frame(frame).bytes();
            assertThat(JSON.readTree(MessageWriter.write(MessageReader.read(message))))
                    .as("seed " + seed)
                    .isEqualTo(JSON.readTree(message));
        }
    }

    private void frames() {
        for (CaptureClock captureClock : CaptureClock.values()) {
            Sample.Frame frame = Sample.frame("line1", 123, 120);
            frame.picture().captured(4_920_000_000L, Sample.NOW_UTC_NS - 80_000_000, captureClock, 500);
            frame.timings().start(3_100_000, 1_000_000);
            frame.timings().loaded(1_200_000, 1_900_000);
            frame.timings().launched(2_000_000);
            frame.timings().inferred(82_000_000);
            frame.timings().published(82_150_000);
            frame.detections().add(12, 30.5f, 40, 22, 0.91f, 1);
            frame.detections().add(0.004f, 1079.996f, 1919.5f, 0.0049f, 0.25004f, 2);
            frame.detections().add(Float.NaN, 7, Float.POSITIVE_INFINITY, 7, Float.NaN, 17);
            add(json.frame(frame));
        }
        add(json.frame(analysed(), "file:///kept/line1/1/", "file:///kept/line1/1/clip.mp4"));
        add(json.frame(lookedAtCloser()));
        add(json.frame(Sample.frame("cam-2", 1, 0)));
        for (GapReason reason : GapReason.values()) {
            Sample.Frame frame = Sample.frame("line1", 9, 8);
            if (reason.countsFrames()) {
                frame.losses().add(reason, 3);
            }
            add(json.frame(reason.isSuspicion() ? frame.suspect(reason) : frame));
        }
        names.set(LINE1, Optional.of(new SourceName("Oven \\ \"3\" \u00fc \ud83d\udd25")));
        add(json.frame(Sample.frame("line1", 124, 123)));
        String resent = new String(json.frame(Sample.frame("line1", 125, 124)).bytes(), StandardCharsets.UTF_8);
        written.add(resent.replaceFirst("\\{", "{\"resent\":true,").getBytes(StandardCharsets.UTF_8));
    }

    private static Sample.Frame analysed() {
        Sample.Frame frame = Sample.frame("line1", 1, 0).zones("bay 3", "door").lines("gate", "exit");
        for (int object = 0; object < 3; object++) {
            frame.detections().add(10, 10, 5, 5, 0.9f, object);
            frame.detections().zones(object, object);
        }
        frame.detections().track(1, 17, 2);
        frame.detections().speed(1, 51.25f, 2.5f);
        frame.detections().crossed(1, 0b11L << Line.MAX_LINES | 0b1);
        return frame;
    }

    private static Sample.Frame lookedAtCloser() {
        ObjectAttribute kind = new ObjectAttribute("kind", 8);
        ObjectAttribute plate = new ObjectAttribute("plate", 8);
        Sample.Frame frame = Sample.frame("line1", 1, 0).attributes(kind, plate);
        for (int object = 0; object < 5; object++) {
            frame.detections().add(10, 10, 50, 50, 0.9f, object % 3);
        }
        kind.begin(5);
        Detections found = new Detections(3);
        found.add(8, 8, 56, 56, 0.75f, 1);
        kind.found(0, Sample.CLASSIFIER, "onnxruntime-cpu", found);
        found.clear();
        kind.found(1, Sample.CLASSIFIER, "onnxruntime-cpu", found);
        kind.state(2, ObjectAttribute.State.LEFT_OUT);
        kind.state(3, ObjectAttribute.State.FAILED);
        plate.begin(5);
        plate.found(1, Sample.MODEL, "tensorrt", found);
        found.add(20, 20, 4.125f, 5, 0.5f, 0);
        found.add(30, 20, 4, 5, 0.25f, 7);
        plate.found(0, Sample.MODEL, "tensorrt", found);
        return frame;
    }

    @Test
    void whatASecondModelSaysIsReadByItsName() throws MessageFormatException {
        FrameMessage read =
                (FrameMessage) MessageReader.read(json.frame(lookedAtCloser()).bytes());
        ObjectAttribute.State failed = ObjectAttribute.State.FAILED;
        assertThat(read.notes().attributeModels().get("plate").backend()).isEqualTo("tensorrt");
        assertThat(read.objects().get(0).attributes().get("kind").answer())
                .hasValue(new io.ringsight.client.Attribute.Answer("short", 1, 0.75));
        assertThat(read.objects().get(0).attributes().get("plate").objects().orElseThrow())
                .extracting(part -> part.answer().label() + " " + part.box().left())
                .containsExactly("open 20.0", "class-7 30.0");
        assertThat(read.objects().get(1).attributes().get("plate").objects().orElseThrow())
                .isEmpty();
        assertThat(List.of(1, 2, 3))
                .extracting(i ->
                        read.objects().get(i).attributes().get("kind").reason().orElseThrow())
                .containsExactly("unsure", "limit", failed.reason());
        assertThat(read.objects().get(4).attributes()).isEmpty();
    }

    private void gaps() {
        for (GapReason reason : GapReason.values()) {
            if (!reason.countsFrames()) {
                add(json.gap(Sample.gap("line1", 3, reason, 130, 125)));
                add(json.gap(Sample.gap("cam-2", 4, reason, 0, 0)));
            }
        }
        FrameLosses losses = new FrameLosses();
        long untilNs = Sample.NOW_UTC_NS + 2_000_000_000L;
        add(json.gap(new Gap(
                LINE1,
                5,
                GapReason.AUTH_FAILED,
                "RTSP 401 \u00fc",
                7,
                7,
                losses,
                new Gap.Span(Sample.NOW_UTC_NS, untilNs))));
        for (GapReason reason : List.of(GapReason.NOT_PUBLISHED, GapReason.SPOOL_FULL)) {
            Loss loss = new Loss(json.frame(Sample.frame("line1", 10, 7)), reason, "the disk was full");
            loss.add(json.gap(Sample.gap("line1", 1, GapReason.STALLED, 14, 11)));
            add(gaps.lost(loss, "n2"));
        }
        add(gaps.unknown(LINE1, Sample.EPOCH, 14, Sample.NOW_UTC_NS));
        add(gaps.damaged(LINE1, Sample.EPOCH, 15, Sample.NOW_UTC_NS, untilNs, "d1"));
    }

    private void events() {
        long number = 1;
        for (Event.Kind kind : Event.Kind.values()) {
            Event event = Sample.event("line1", number++);
            Event.What what = new Event.What(kind, "a \u00fc", null, Severity.INFO, null);
            add(json.decision(new Event(LINE1, number, what, event.when(), null, Event.Figures.NONE), 17));
            add(json.decision(event, 17, "file:///kept/line1/1/"));
        }
        for (Severity severity : Severity.values()) {
            Event.What what = new Event.What(Event.Kind.CROSSED, "gate", "forward", severity, "stop \u00fc");
            Event.When when = new Event.When(Picture.UNKNOWN, CaptureClock.FILE, 7);
            add(json.decision(
                    new Event(LINE1, number++, what, when, new Event.Subject(1, "car", 2), new Event.Figures(0, 0, 0)),
                    17));
        }
    }

    private void add(EncodedMessage message) {
        new MessageSchema().accepts(message.bytes());
        written.add(message.bytes());
    }

    private static void addFields(String path, JsonNode node, Set<String> fields) {
        if (node.isArray()) {
            node.forEach(element -> addFields(path + "[]", element, fields));
        }
        boolean isOfNames = path.endsWith(".attributes") || path.endsWith(".attributeModels");
        node.propertyNames().forEach(name -> {
            String field = path + "." + (isOfNames ? ANY : name);
            fields.add(field);
            addFields(field, node.get(name), fields);
        });
    }

    /** The paths of all {@code properties} of a part of the schema. */
    private static void addDescribed(String path, JsonNode part, JsonNode schema, Set<String> described) {
        if (part.has("$ref")) {
            addDescribed(path, schema.at(part.get("$ref").asString().substring(1)), schema, described);
        }
        if (part.has("oneOf")) {
            part.get("oneOf").forEach(choice -> addDescribed(path, choice, schema, described));
        }
        if (part.path("additionalProperties").isObject()) {
            described.add(path + "." + ANY);
            addDescribed(path + "." + ANY, part.get("additionalProperties"), schema, described);
        }
        if (part.has("items")) {
            addDescribed(path + "[]", part.get("items"), schema, described);
        }
        if (part.has("properties")) {
            part.get("properties").propertyNames().forEach(name -> {
                described.add(path + "." + name);
                addDescribed(path + "." + name, part.get("properties").get(name), schema, described);
            });
        }
    }
}
