package io.ringsight.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.http.HttpCounter;
import io.ringsight.core.metrics.Counters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A viewer that is slower than its sources. */
class LiveStreamTest {
    private final Counters<HttpCounter> metrics = new Counters<>(HttpCounter.class);
    private final List<String> wakes = new ArrayList<>();
    private final LiveStream stream = new LiveStream(true, () -> wakes.add("woken"), metrics);

    private void show(String source, long frameSeq) {
        stream.show(new LivePicture(
                source, frameSeq, 7_000 + frameSeq, bytes("jpeg " + frameSeq), bytes("{\"of\":" + frameSeq + "}")));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private String next(boolean beat) {
        ByteBuffer parts = stream.next(beat);
        return parts == null ? null : StandardCharsets.US_ASCII.decode(parts).toString();
    }

    @Test
    void getsTheNewestPictureAndNoneThatItMissed() {
        show("line1", 1);
        show("line1", 2);
        show("line1", 3);
        assertThat(next(false))
                .contains("Ringsight-Frame-Seq: 3\r\n", "Ringsight-Capture-Utc-Ns: 7003\r\n", "{\"of\":3}", "jpeg 3")
                .doesNotContain("jpeg 1", "jpeg 2", "{\"of\":1}", "{\"of\":2}");
        assertThat(next(false)).as("no more").isNull();
        assertThat(metrics.value(HttpCounter.PICTURES_SKIPPED)).isEqualTo(2);
        assertThat(wakes).hasSize(3);
    }

    @Test
    void seesItsSourcesInTurn() {
        show("line1", 1);
        show("line2", 10);
        show("line1", 2);
        assertThat(next(false)).contains("Ringsight-Source: line1", "jpeg 2");
        show("line1", 3);
        assertThat(next(false)).contains("Ringsight-Source: line2", "jpeg 10");
        assertThat(next(false)).contains("Ringsight-Source: line1", "jpeg 3");
    }

    @Test
    void aSignOfLifeIsTheLastPictureOnceMore() {
        assertThat(next(true)).as("before the first").isEqualTo("\r\n");
        show("line1", 1);
        String first = next(false);
        assertThat(next(true)).isEqualTo(first);
        assertThat(next(false)).isNull();
    }
}
