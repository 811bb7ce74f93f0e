package io.ringsight.sinks.open;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.queue.FakeDelivery;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any delivery becomes a sink, with a spool or without. */
class SinksTest {
    @TempDir
    private Path dir;

    private final Camera camera = new Camera("line1", Clock.system());

    private MessageSink open(FakeDelivery delivery, Optional<SpoolSpec> spool) {
        return Sinks.open(
                new SinkMetrics("any:thing"),
                QueueLimits.DEFAULT,
                spool,
                Clock.system(),
                (queue, status) -> delivery.of(queue));
    }

    private List<EncodedMessage> offer(MessageSink sink, int messages) {
        return IntStream.range(0, messages)
                .mapToObj(i -> camera.next())
                .peek(sink::offer)
                .toList();
    }

    @Test
    void whatWasNotDeliveredIsDeliveredAfterARestartThroughTheSpool() {
        Optional<SpoolSpec> spool = Optional.of(new SpoolSpec(dir.resolve("spool")));
        MessageSink before = open(new FakeDelivery(), spool);
        List<EncodedMessage> offered = offer(before, 100);
        Await.until("all on disk", () -> before.metrics().value(SinkCounter.SPOOLED) == 100);
        assertThat(before.close(Duration.ZERO)).as("all arrived").isFalse();

        FakeDelivery delivery = new FakeDelivery().answerAtOnce().allow(1_000);
        MessageSink after = open(delivery, spool);
        assertThat(after.close(Duration.ofMinutes(1))).as("all arrived").isTrue();
        assertThat(delivery.taken())
                .extracting(EncodedMessage::messageId)
                .containsExactlyElementsOf(
                        offered.stream().map(EncodedMessage::messageId).toList());
    }

    @Test
    void withoutASpoolWhatWasNotDeliveredIsCounted() {
        MessageSink sink = open(new FakeDelivery(), Optional.empty());
        offer(sink, 100);
        assertThat(sink.close(Duration.ZERO)).as("all arrived").isFalse();
        assertThat(sink.metrics().value(SinkCounter.FAILED) + sink.metrics().value(SinkCounter.UNKNOWN))
                .isEqualTo(100);
    }
}
