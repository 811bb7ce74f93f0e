package io.ringsight.app.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageKey;
import io.ringsight.sinks.MessageType;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentMessagesTest {
    private final RecentMessages recent = new RecentMessages();

    private static EncodedMessage message(String source, int number, MessageType type, int bytes) {
        MessageKey key = new MessageKey(new SourceId(source), "epoch", source + "/" + number, number, number - 1);
        return new EncodedMessage(key, type, number, null, new byte[bytes]);
    }

    private List<Long> numbers(String source, boolean detections, boolean gaps, int limit) {
        return recent.list(source, detections, gaps, limit).stream()
                .map(EncodedMessage::utcNs)
                .toList();
    }

    @Test
    void theNewestWithObjectsAndTheGapsAreKeptApart() {
        recent.saw(message("a", 1, MessageType.GAP, 10), 0);
        for (int i = 2; i <= 100; i++) {
            recent.saw(message("a", i, MessageType.FRAME, 10), i % 2);
        }
        recent.saw(message("b", 101, MessageType.FRAME, 10), 3);

        assertThat(numbers("a", true, false, 1_000)).hasSize(49).startsWith(3L).endsWith(99L);
        assertThat(numbers("a", false, true, 1_000))
                .as("frames push no gap out")
                .containsExactly(1L);
        assertThat(numbers(null, true, true, 2)).as("the newest of all").containsExactly(99L, 101L);
    }

    @Test
    void theyAreBoundedByNumberAndBytes() {
        for (int i = 1; i <= 1_000; i++) {
            recent.saw(message("many", i, MessageType.FRAME, 10), 1);
            recent.saw(message("large", i, MessageType.FRAME, 100 << 10), 1);
        }
        recent.saw(message("huge", 1, MessageType.FRAME, 1 << 20), 1);

        assertThat(numbers("many", true, false, 10_000)).hasSize(64).endsWith(1_000L);
        assertThat(numbers("large", true, false, 10_000)).containsExactly(999L, 1_000L);
        assertThat(numbers("huge", true, false, 10_000))
                .as("the newest is always there")
                .containsExactly(1L);
    }

    @Test
    void listenersHearUntilTheyCloseAndForgottenSourcesAreGone() throws Exception {
        List<EncodedMessage> first = new ArrayList<>();
        List<EncodedMessage> second = new ArrayList<>();
        AutoCloseable listening = recent.listen(first::add);
        recent.listen(second::add);
        recent.saw(message("a", 1, MessageType.FRAME, 1), 0);
        listening.close();
        recent.saw(message("a", 2, MessageType.FRAME, 1), 1);

        assertThat(first).hasSize(1);
        assertThat(second).hasSize(2);
        recent.keepOnly(List.of("b"));
        assertThat(recent.list(null, true, true, 10)).isEmpty();
    }

    @Test
    void aFrameCostsNoMemoryOfItsOwn() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        EncodedMessage frame = message("a", 1, MessageType.FRAME, 1_000);
        EncodedMessage gap = message("a", 2, MessageType.GAP, 1_000);
        saw(frame, gap, 100_000);
        long before = threads.getCurrentThreadAllocatedBytes();

        saw(frame, gap, 100_000);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000);
    }

    private void saw(EncodedMessage frame, EncodedMessage gap, int times) {
        for (int i = 0; i < times; i++) {
            recent.saw(frame, i & 1);
            recent.saw(gap, 0);
        }
    }
}
