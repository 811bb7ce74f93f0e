package io.ringsight.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoMessageTest {
    private static final String FRAME = """
            {"schemaVersion":"1.0","type":"frame","messageId":"line1/E/9","sourceId":"line1","streamEpoch":"E",
             "frameSeq":9,"prevFrameSeq":6,"gaps":[{"reason":"overload","frames":2}],"ptsNs":320000000,
             "captureTime":{"utc":"2026-11-22T13:40:00.043456Z","clock":"device","uncertaintyUs":1000},
             "stages":{"decodeNs":5,"queueNs":10,"preprocessNs":20,"inferNs":30,"postNs":40},
             "publishedAt":"2026-11-22T13:40:00.123456Z","frame":{"width":640,"height":640},"model":{"name":"m"},
             "future":{"deep":[1,{"label":"no"}]},
             "objects":[{"id":0,"label":"short","classId":1,"confidence":0.5,
               "bbox":{"left":1.5,"top":2.0,"width":3.0,"height":4.0},"later":[{}]}]}
            """;

    private static Optional<DemoMessage> read(String json) {
        return DemoMessage.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsAFrame() {
        DemoMessage message = read(FRAME).orElseThrow();
        assertThat(message.isFrame()).isTrue();
        assertThat(message.frameSeq()).isEqualTo(9);
        assertThat(message.lost()).isEqualTo(2);
        assertThat(message.ptsNs()).isEqualTo(320_000_000L);
        assertThat(message.captured()).isEqualTo(Instant.parse("2026-11-22T13:40:00.043456Z"));
        assertThat(message.latencyNs()).as("decode is before it").isEqualTo(100);
        assertThat(message.objects()).containsExactly(new DemoMessage.Found("short", 0.5f, 1.5f, 2, 3, 4));
    }

    @Test
    void readsAGap() {
        DemoMessage message = read("""
                {"type":"gap","sourceId":"line1","frameSeq":4,"prevFrameSeq":2,"gaps":[],"reason":"stalled",
                 "detail":"no picture for 3 s"}
                """).orElseThrow();
        assertThat(message.isFrame()).isFalse();
        assertThat(message.reason()).isEqualTo("stalled");
        assertThat(message.detail()).isEqualTo("no picture for 3 s");
        assertThat(message.lost()).isEqualTo(2);
    }

    @Test
    void whatIsUnknownStaysUnknown() {
        DemoMessage message = read(FRAME.replace("320000000", "null")
                        .replace("\"2026-11-22T13:40:00.043456Z\"", "null"))
                .orElseThrow();
        assertThat(message.ptsNs()).isNegative();
        assertThat(message.captured()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "not json",
                "{\"type\":\"frame\"}",
                "{\"type\":\"event\",\"frameSeq\":1,\"prevFrameSeq\":0}",
                "{\"type\":\"frame\",\"frameSeq\":1,\"prevFrameSeq\":0,\"captureTime\":{\"utc\":\"yesterday\"}}",
                "{\"type\":\"frame\",\"frameSeq\":1,\"prevFrameSeq\":0,"
            })
    void somethingElseIsNoMessage(String json) {
        assertThat(read(json)).isEmpty();
    }

    @Test
    void aRecordWithoutValueIsNoMessage() {
        assertThat(DemoMessage.read(null)).isEmpty();
    }
}
