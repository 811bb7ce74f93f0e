package io.ringsight.client.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.client.Box;
import io.ringsight.client.CaptureTime;
import io.ringsight.client.Coverage;
import io.ringsight.client.Detection;
import io.ringsight.client.EventMessage;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.FrameTimes;
import io.ringsight.client.GapMessage;
import io.ringsight.client.Identity;
import io.ringsight.client.Message;
import io.ringsight.client.MessageHead;
import io.ringsight.client.ModelIdentity;
import io.ringsight.client.OtherMessage;
import io.ringsight.client.PictureSize;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MessageReaderTest {
    private static final String SHA = "0123456789abcdef".repeat(4);
    private static final String EVENT = """
            {"schemaVersion":"1.4","type":"event","messageId":"line1/01JD/e3","sourceId":"line1","streamEpoch":"01JD",
             "frameSeq":130,"prevFrameSeq":130,"gaps":[],"event":"left","name":"bay 3","severity":"info",
             "captureTime":{"utc":"2026-11-22T13:40:00.123456Z","clock":"arrival","uncertaintyUs":null},
             "trackId":"01JD/t17","trackLabel":"car","classId":2,"durationMs":60000,"missingMs":80,
             "publishedAt":"2026-11-22T13:40:00.123456Z"}
            """;
    private static final Instant PUBLISHED = Instant.parse("2026-11-22T13:40:00.123456Z");
    private static final String FRAME = """
            {"schemaVersion":"1.3","type":"frame","messageId":"line1/01JD/123","sourceId":"line1",
            "sourceName":"Oven 3","streamEpoch":"01JD","frameSeq":123,"prevFrameSeq":119,
            "gaps":[{"reason":"overload","frames":2},{"reason":"late","frames":1}],"resent":true,"ptsNs":4920000000,
            "captureTime":{"utc":"2026-11-22T13:40:00.043456Z","clock":"rtcp-sr","uncertaintyUs":500},
            "stages":{"decodeNs":1,"queueNs":20,"preprocessNs":300,"inferNs":4000,"postNs":50000},
            "publishedAt":"2026-11-22T13:40:00.123456Z","frame":{"width":1920,"height":1080},
            "model":{"name":"pcb-defect","version":"1","sha256":"%s","precision":"fp32","backend":"onnxruntime-cpu"},
            "suspect":"frozen","evidence":"file:///kept/",
            "clip":"file:///kept/clip.mp4","objects":[{"id":0,"label":"short","classId":1,"confidence":0.91,
            "bbox":{"left":12.0,"top":30.5,"width":40.25,"height":22.0},"trackId":"01JD/t17","trackLabel":"spur",
            "zones":["bay 3","door"],"crossings":[{"line":"gate","direction":"forward"}]}]}
            """.formatted(SHA);
    private static final String GAP = """
            {"schemaVersion":"1.3","type":"gap","messageId":"line1/01JD/g3","sourceId":"line1","streamEpoch":"01JD",
            "frameSeq":130,"prevFrameSeq":125,"gaps":[{"reason":"overload","frames":5}],"reason":"stalled",
            "detail":null,"since":"2026-11-22T13:40:00.000001Z","until":null,
            "publishedAt":"2026-11-22T13:40:00.123456Z"}
            """;

    private static Message read(String json) throws MessageFormatException {
        return MessageReader.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static MessageHead head(String json) throws MessageFormatException {
        return MessageReader.readHead(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsEveryFieldOfAFrame() throws MessageFormatException {
        assertThat(read(FRAME))
                .isEqualTo(new FrameMessage(
                        new Identity("1.3", "line1/01JD/123", "line1", Optional.of("Oven 3"), "01JD"),
                        new Coverage(119, 123, Map.of("overload", 2L, "late", 1L), true),
                        new FrameTimes(
                                OptionalLong.of(4_920_000_000L),
                                new CaptureTime(
                                        Optional.of(Instant.parse("2026-11-22T13:40:00.043456Z")),
                                        "rtcp-sr",
                                        OptionalLong.of(500)),
                                new FrameTimes.Stages(1, 20, 300, 4_000, 50_000),
                                PUBLISHED),
                        new PictureSize(1920, 1080),
                        new ModelIdentity("pcb-defect", "1", SHA, "fp32", "onnxruntime-cpu"),
                        Optional.of("frozen"),
                        new FrameMessage.Notes(
                                Map.of(), Optional.of("file:///kept/"), Optional.of("file:///kept/clip.mp4")),
                        List.of(new Detection(
                                0,
                                "short",
                                1,
                                0.91,
                                new Box(12, 30.5, 40.25, 22),
                                Optional.of(new Detection.Track("01JD/t17", "spur", Optional.empty())),
                                new Detection.Places(
                                        Optional.of(List.of("bay 3", "door")),
                                        List.of(new Detection.Crossing("gate", "forward"))),
                                Map.of()))));
    }

    @Test
    void readsEveryFieldOfAGap() throws MessageFormatException {
        GapMessage open = (GapMessage) read(GAP);
        assertThat(open)
                .isEqualTo(new GapMessage(
                        new Identity("1.3", "line1/01JD/g3", "line1", Optional.empty(), "01JD"),
                        new Coverage(125, 130, Map.of("overload", 5L), false),
                        "stalled",
                        Optional.empty(),
                        new GapMessage.Span(Instant.parse("2026-11-22T13:40:00.000001Z"), Optional.empty()),
                        PUBLISHED));
        assertThat(open.isOpen()).isTrue();
        GapMessage closed = (GapMessage) read(GAP.replace("\"until\":null", "\"until\":\"2026-11-22T13:40:02.000000Z\"")
                .replace("\"detail\":null", "\"detail\":\"3 s\""));
        assertThat(closed.isOpen()).isFalse();
        assertThat(closed.detail()).contains("3 s");
        assertThat(closed.span().until()).contains(Instant.parse("2026-11-22T13:40:02Z"));
    }

    @Test
    void unknownIsEmptyOrNaNAndNeverZero() throws MessageFormatException {
        FrameMessage frame = (FrameMessage) read(FRAME.replace("4920000000", "null")
                .replace("\"2026-11-22T13:40:00.043456Z\"", "null")
                .replace("500}", "null}")
                .replace("0.91", "null")
                .replace("12.0", "null"));
        assertThat(frame.times().ptsNs()).isEmpty();
        assertThat(frame.times().capture())
                .isEqualTo(new CaptureTime(Optional.empty(), "rtcp-sr", OptionalLong.empty()));
        assertThat(frame.objects().get(0).confidence()).isNaN();
        assertThat(frame.objects().get(0).box().left()).isNaN();
    }

    @Test
    void anObjectThatIsNotFollowedHasNoTrackAndWithoutZonesNone() throws MessageFormatException {
        String unfollowed = FRAME.replaceFirst(",\"trackId\"(?s:.*)", "}]}");

        assertThat(((FrameMessage) read(unfollowed)).objects())
                .containsExactly(new Detection(0, "short", 1, 0.91, new Box(12, 30.5, 40.25, 22)));
        assertThatThrownBy(() -> read(FRAME.replace("trackLabel", "label9")))
                .isInstanceOf(MessageFormatException.class)
                .hasMessage("expected the field objects.trackLabel, got none");
    }

    @Test
    void addsUpWhatAMessageCovers() throws MessageFormatException {
        FrameMessage frame = (FrameMessage) read(FRAME);
        assertThat(frame.coverage().frames()).isEqualTo(4);
        assertThat(frame.coverage().lost()).isEqualTo(3);
        assertThat(frame.times().stages().latencyNs()).isEqualTo(54_320);
        assertThat(MessageHead.of(frame).orElseThrow().explained()).isEqualTo(4);
        assertThat(MessageHead.of(read(GAP)).orElseThrow().explained()).isEqualTo(5);
    }

    @Test
    void ignoresFieldsThatItDoesNotKnow() throws MessageFormatException {
        String newer = FRAME.replaceFirst("\\{", "{\"reasonable\":{\"reason\":[1,{\"frameSeq\":9}]},\"x\":[[{}]],")
                .replace("\"1.3\"", "\"1.73\"")
                .replace("\"frames\":2", "\"frames\":2,\"x\":{}")
                .replace("\"clock\"", "\"x\":[{\"clock\":1}],\"clock\"")
                .replace("\"decodeNs\"", "\"x\":{\"decodeNs\":9},\"decodeNs\"")
                .replace("\"width\":1920", "\"width\":1920,\"x\":null")
                .replace("\"backend\"", "\"x\":[],\"backend\"")
                .replace("\"id\":0", "\"id\":0,\"zone\":7,\"tilt\":{\"kmh\":50.5}")
                .replace("\"left\"", "\"x\":{\"left\":1},\"left\"");
        FrameMessage known = (FrameMessage) read(FRAME);
        FrameMessage read = (FrameMessage) read(newer);
        assertThat(read.identity().schemaVersion()).isEqualTo("1.73");
        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("identity.schemaVersion")
                .isEqualTo(known);
        assertThat(head(newer).coverage()).isEqualTo(known.coverage());
    }

    @Test
    void aTypeThatItDoesNotKnowIsPassedOnWhole() throws MessageFormatException {
        String json = "{\"schemaVersion\":\"1.9\",\"type\":\"tide\",\"messageId\":\"line1/01JD/t1\","
                + "\"sourceId\":\"line1\",\"streamEpoch\":\"01JD\",\"publishedAt\":\"2026-11-22T13:40:00.123456Z\","
                + "\"rule\":\"wrong way\"}";
        OtherMessage other = (OtherMessage) read(json);
        assertThat(other.type()).isEqualTo("tide");
        assertThat(other.identity().sourceId()).isEqualTo("line1");
        assertThat(other.publishedAt()).isEqualTo(PUBLISHED);
        assertThat(other.json()).isEqualTo(json);
        assertThat(MessageHead.of(other)).isEmpty();
        assertThat(head(json).accountsForFrames()).isFalse();
        assertThat(head(json).coverage().frames()).isZero();
    }

    @Test
    void readsAnEventWhateverTheOrderOfItsFields() throws MessageFormatException {
        EventMessage event = (EventMessage) read(EVENT);
        assertThat(event.what())
                .isEqualTo(new EventMessage.What("left", "bay 3", Optional.empty(), "info", Optional.empty()));
        assertThat(event.subject()).contains(new EventMessage.Subject("01JD/t17", "car", 2));
        assertThat(event.figures().durationMs()).hasValue(60_000);
        assertThat(event.time().uncertaintyUs()).isEmpty();
        assertThat(event.coverage().frames()).isZero();
        assertThat(MessageHead.of(event)).isEmpty();
        String turned = EVENT.replace("\"type\":\"event\",", "").replace("}\n", ",\"type\":\"event\"}\n");
        assertThat(turned).isNotEqualTo(EVENT);
        assertThat(read(turned)).isEqualTo(event);
    }

    @Test
    void refusesAnotherMajorVersionAndSaysWhichItGot() {
        for (String version : List.of("2.0", "0.9", "10.1", "1", "")) {
            String json = FRAME.replace("\"1.3\"", '"' + version + '"');
            assertThatThrownBy(() -> read(json))
                    .isInstanceOf(MessageFormatException.class)
                    .hasMessageStartingWith("expected schemaVersion 1.x, got \"" + version + "\"");
            assertThatThrownBy(() -> head(json)).hasMessageStartingWith("expected schemaVersion 1.x");
        }
    }

    @Test
    void saysWhereWhatIsWrong() {
        assertRefused(
                FRAME.replace("12.0", "\"12\""), "field /objects/0/bbox/left: expected a number or null, got \"12\"");
        assertRefused(
                FRAME.replace("1920", "0.5"), "field /frame/width: expected an integer from 0 to 2147483647, got 0.5");
        assertRefused(
                FRAME.replace("\"frameSeq\":123", "\"frameSeq\":-1"),
                "field /frameSeq: expected an integer from 0 to 9007199254740992, got -1");
        assertRefused(
                FRAME.replace("\"frameSeq\":123", "\"frameSeq\":99999999999999999999"),
                "field /frameSeq: expected an integer from 0 to 9007199254740992, got 99999999999999999999");
        assertRefused(
                FRAME.replace("\"frameSeq\":123", "\"frameSeq\":5"),
                "expected prevFrameSeq and a frameSeq that is not smaller, got 119 and 5");
        assertRefused(FRAME.replace("[{\"reason\"", "[7,{\"reason\""), "field /gaps/0: expected an object, got 7");
        assertRefused(
                GAP.replace("00.000001Z", "00Z and a text that is far too long to be shown"),
                "field /since: expected a time such as 2026-11-22T13:40:00.123456Z,"
                        + " got \"2026-11-22T13:40:00Z and a text that is ...\"");
        assertRefused("[1,2]", "expected a JSON object, got an array");
        assertRefused("", "expected a JSON object, got nothing");
        assertRefused(GAP + "{}", "expected nothing after the message, got an object");
    }

    private static void assertRefused(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(MessageFormatException.class)
                .hasMessage(message);
    }

    @Test
    void everyFieldThatTheSchemaWantsMustBeThere() {
        for (String field : List.of(
                "schemaVersion",
                "type",
                "messageId",
                "sourceId",
                "streamEpoch",
                "frameSeq",
                "prevFrameSeq",
                "gaps",
                "publishedAt",
                "ptsNs",
                "captureTime",
                "clock",
                "stages",
                "decodeNs",
                "queueNs",
                "preprocessNs",
                "inferNs",
                "postNs",
                "frame",
                "width",
                "height",
                "model",
                "name",
                "version",
                "sha256",
                "precision",
                "backend",
                "objects",
                "id",
                "label",
                "classId",
                "confidence",
                "bbox",
                "left",
                "top")) {
            assertThatThrownBy(() -> read(FRAME.replace('"' + field + "\":", "\"other\":")))
                    .as(field)
                    .isInstanceOf(MessageFormatException.class)
                    .hasMessageStartingWith("expected ")
                    .hasMessageContaining(field);
        }
        for (String field : List.of("reason", "detail", "since", "until", "gaps")) {
            assertThatThrownBy(() -> read(GAP.replaceFirst("(?s)(.*)\"" + field + "\":", "$1\"other\":")))
                    .as(field)
                    .hasMessage("expected the field " + field + ", got none");
        }
    }

    @Test
    void noCutTextAndNoDamagedByteEndsInAnythingButItsOwnException() {
        byte[] whole = FRAME.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < whole.length - 2; i++) {
            byte[] cut = java.util.Arrays.copyOf(whole, i);
            assertThatThrownBy(() -> MessageReader.read(cut))
                    .as("cut at %d", i)
                    .isInstanceOf(MessageFormatException.class);
            for (byte damage : new byte[] {0, '"', '}', '9', (byte) 0xff}) {
                byte[] damaged = whole.clone();
                damaged[i] = damage;
                try {
                    assertThat(MessageReader.read(damaged)).isNotNull();
                    assertThat(MessageReader.readHead(damaged)).isNotNull();
                } catch (MessageFormatException e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
            }
        }
    }

    @Test
    void theHeadNeedsNoContentAndNoTimes() throws MessageFormatException {
        MessageHead head = head("{\"schemaVersion\":\"1.0\",\"type\":\"frame\",\"messageId\":\"a/b/3\","
                + "\"sourceId\":\"a\",\"streamEpoch\":\"b\",\"frameSeq\":3,\"prevFrameSeq\":2,\"publishedAt\":\"noon\","
                + "\"captureTime\":{\"utc\":7},\"objects\":\"many\"}");
        assertThat(head)
                .isEqualTo(new MessageHead(
                        "frame",
                        new Identity("1.0", "a/b/3", "a", Optional.empty(), "b"),
                        new Coverage(2, 3, Map.of(), false),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void theHeadIsThatOfTheWholeMessage() throws MessageFormatException {
        for (String json :
                List.of(FRAME, GAP, FRAME.replace("\"resent\":true,", "").replace("500}", "null}"))) {
            MessageHead whole = MessageHead.of(read(json)).orElseThrow();
            assertThat(head(json))
                    .usingRecursiveComparison()
                    .ignoringFields("capture.value.uncertaintyUs") // nobody accounts by it
                    .isEqualTo(whole);
        }
    }

    @Test
    void whatIsWrittenIsReadAsTheSame() throws MessageFormatException {
        for (String json : List.of(
                FRAME,
                GAP,
                EVENT,
                FRAME.replace("12.0", "null").replace("0.91", "null").replace("4920000000", "-5"),
                GAP.replace("\"detail\":null", "\"detail\":\"\\\"\\u0000 \u00fc \ud83d\udd25\""))) {
            Message message = read(json);
            assertThat(MessageReader.read(MessageWriter.write(message))).isEqualTo(message);
        }
    }
}
