package io.ringsight.sinks.webhook;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.open.Sinks;
import io.ringsight.sinks.spool.SpoolException;
import java.util.Map;

/**
 * Posts messages to a web server: in order, signed, each until it is answered. With a spool a message is on the disk
 * before it is posted, and what is not answered outlives the process.
 */
public final class WebhookSink {
    private WebhookSink() {}

    /**
     * Opens the sink; nothing is connected before the first message.
     *
     * @throws IllegalArgumentException if {@link WebhookSpec#problems()} finds any
     * @throws SpoolException if the spool's directory cannot be used
     */
    public static MessageSink open(WebhookSpec spec, Clock clock) {
        Map<String, String> problems = spec.problems();
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("webhook sink: " + problems);
        }
        return Sinks.open(
                new SinkMetrics(spec.name()),
                spec.limits(),
                spec.spool(),
                clock,
                (queue, status) -> new WebhookDelivery(spec, queue, status, clock));
    }
}
