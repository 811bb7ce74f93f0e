package io.ringsight.sinks.jsonl;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.open.Sinks;
import io.ringsight.sinks.queue.SinkQueue;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Writes messages as JSON lines to a file that is set aside when it has grown, or to standard output. Each line is
 * there at once unless more messages wait.
 *
 * <p>A full disk or a path that cannot be written is a state with a reason in {@link MessageSink#metrics()}; messages wait in the
 * queue and are written when it is over. See {@link SinkQueue} for order, bounds and losses.
 */
public final class JsonLinesSink {
    private JsonLinesSink() {}

    /**
     * Opens the sink, and its file if that can be opened now.
     *
     * @param onReaderGone told, on the sink's thread, each time a line could not be written because whoever read standard
     *     output has gone
     * @throws FileInUseException if another process writes the file
     * @throws IllegalArgumentException if {@link JsonLinesSpec#problems()} finds any
     */
    public static MessageSink open(JsonLinesSpec spec, Clock clock, Runnable onReaderGone) throws FileInUseException {
        Map<String, String> problems = spec.problems();
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("jsonl sink: " + problems);
        }
        if (spec.isStandardOutput()) {
            return open(spec, new LineStream(new FileOutputStream(FileDescriptor.out), onReaderGone), clock);
        }
        LineFile file = new LineFile(Path.of(spec.path()), spec.maxBytes(), spec.keep());
        file.claim();
        return open(spec, file, clock);
    }

    static MessageSink open(JsonLinesSpec spec, LineOutput output, Clock clock) {
        SinkMetrics metrics = new SinkMetrics("jsonl:" + spec.path());
        return Sinks.open(
                metrics,
                spec.limits(),
                Optional.empty(),
                clock,
                (queue, status) -> new JsonLinesDelivery(output, queue, metrics, status));
    }
}
