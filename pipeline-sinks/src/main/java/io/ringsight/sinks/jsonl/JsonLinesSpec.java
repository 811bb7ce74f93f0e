package io.ringsight.sinks.jsonl;

import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.queue.SinkSpec;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where to write lines.
 *
 * @param path the file, or {@code -} for standard output
 * @param maxBytes a file grown to this is set aside as {@code path.1}, that as {@code path.2} and so on
 * @param keep how many files set aside are kept
 * @param limits what the queue holds
 */
public record JsonLinesSpec(String path, long maxBytes, int keep, QueueLimits limits) implements SinkSpec {
    /** The path that means standard output. */
    public static final String STANDARD_OUTPUT = "-";
    /** 100 MiB: about 150,000 messages. */
    public static final long DEFAULT_MAX_BYTES = 100L << 20;
    /** Files set aside. */
    public static final int DEFAULT_KEEP = 10;

    /** With ordinary rotation and queue. */
    public JsonLinesSpec(String path) {
        this(path, DEFAULT_MAX_BYTES, DEFAULT_KEEP, QueueLimits.DEFAULT);
    }

    /** What is wrong with it: a sentence for each mistake, by the configuration key it belongs to. */
    public Map<String, String> problems() {
        Map<String, String> problems = new TreeMap<>();
        if (path.isBlank()) {
            problems.put("path", "expected a file or - for standard output, got nothing");
        }
        if (maxBytes < 1) {
            problems.put("maxBytes", "expected at least 1, got " + maxBytes);
        }
        if (keep < 0) {
            problems.put("keep", "expected at least 0, got " + keep);
        }
        return problems;
    }

    public boolean isStandardOutput() {
        return path.equals(STANDARD_OUTPUT);
    }

    @Override
    public String name() {
        return "jsonl:" + path;
    }

    @Override
    public String toString() {
        return name();
    }
}
