package io.ringsight.client.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Rfc3339Test {
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private static Instant parse(String text) {
        char[] chars = ("[" + text + "]").toCharArray();
        return Rfc3339.parse(chars, 1, text.length());
    }

    @Test
    void readsAsInstantDoes() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long second = random.nextLong(-62_000_000_000L, 250_000_000_000L);
            String text = MICROS.format(Instant.ofEpochSecond(second, random.nextInt(1_000_000) * 1_000L));
            assertThat(parse(text)).isEqualTo(Instant.parse(text));
        }
        for (String other : List.of(
                "2026-11-22T13:40:00Z",
                "2026-11-22T13:40:00.1Z",
                "2024-02-29T23:59:59.999999Z",
                "2026-11-22T24:00:00.000000Z",
                "2026-11-22T13:40:00.123456789Z",
                "2026-11-22T14:40:00.123456+01:00")) {
            assertThat(parse(other)).isEqualTo(Instant.parse(other));
        }
    }

    @Test
    void refusesWhatInstantRefuses() {
        for (String none : List.of(
                "",
                "noon",
                "2026-02-30T13:40:00.123456Z",
                "2026-13-01T13:40:00.123456Z",
                "2026-11-22T25:40:00.123456Z",
                "2026-11-22T13:60:00.123456Z",
                "2026-11-22T13:40:61.123456Z",
                "2026-11-22 13:40:00.123456Z",
                "2026-11-22T13:40:00.12345xZ",
                "\u0662026-11-22T13:40:00.12345Z")) {
            assertThatThrownBy(() -> Instant.parse(none)).isInstanceOf(DateTimeException.class);
            assertThatThrownBy(() -> parse(none)).as(none).isInstanceOf(DateTimeException.class);
        }
    }
}
