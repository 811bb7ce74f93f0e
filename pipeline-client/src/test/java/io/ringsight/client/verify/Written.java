package io.ringsight.client.verify;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Messages written by hand, right or wrong: what no part of the product would make. */
public final class Written {
    /** When the first frame is published, unless said otherwise. */
    public static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

    private Written() {}

    /** A frame's message; the frames between are lost without a word unless {@code gaps} counts them. */
    public static byte[] frame(String source, String epoch, long seq, long prev, String... gaps) {
        return message("frame", source + '/' + epoch + '/' + seq, seq, prev, NOON.plusMillis(seq * 40), null, gaps);
    }

    /** A frame's message made at {@code publishedAt}. */
    public static byte[] frameAt(String source, String epoch, long seq, Instant publishedAt) {
        return message("frame", source + '/' + epoch + '/' + seq, seq, seq - 1, publishedAt, null);
    }

    /** A gap's message; {@code name} such as g1, n1, u1. */
    public static byte[] gap(
            String source, String epoch, String name, String reason, long seq, long prev, String... gaps) {
        return message("gap", source + '/' + epoch + '/' + name, seq, prev, NOON.plusMillis(seq * 40), reason, gaps);
    }

    private static byte[] message(
            String type, String id, long seq, long prev, Instant publishedAt, String reason, String... gaps) {
        String[] names = id.split("/");
        String lost = Stream.of(gaps)
                .map(gap -> gap.split(":"))
                .map(gap -> "{\"reason\":\"" + gap[0] + "\",\"frames\":" + gap[1] + "}")
                .collect(Collectors.joining(","));
        String text = "{\"schemaVersion\":\"1.0\",\"type\":\"" + type + "\",\"messageId\":\"" + id
                + "\",\"sourceId\":\"" + names[0] + "\",\"streamEpoch\":\"" + names[1] + "\",\"frameSeq\":" + seq
                + ",\"prevFrameSeq\":" + prev + ",\"gaps\":[" + lost + "],"
                + (reason == null ? "" : "\"reason\":\"" + reason + "\",") + "\"publishedAt\":\"" + publishedAt + "\"}";
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
