package io.ringsight.sources.libav;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.Redaction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.ffmpeg.avutil.LogCallback;
import org.bytedeco.javacpp.BytePointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What FFmpeg says while it works for one source: kept as the cause of a failure, counted where it tells of lost
 * packets, and logged at debug level, at most {@value #LINES} lines in ten seconds, without secrets.
 *
 * <p>FFmpeg has one log for the whole process, but speaks on the thread that called it; with one decoder thread that is
 * the source's own. What it says on other threads is logged, unattributed.
 */
public final class FfmpegLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.ringsight.sources.ffmpeg");
    private static final int LINES = 20;
    private static final int MAX_ERRORS = 3;
    private static final long SPAN_NS = 10_000_000_000L;
    private static final Pattern MISSED = Pattern.compile("RTP: missed (\\d+) packets|RTP: PT=\\w+: bad cseq");
    private static final Pattern CONTEXT = Pattern.compile("^(?:\\[[^\\]]* @ 0x[0-9a-f]+]\\s*)+");
    private static final ThreadLocal<FfmpegLog> OF_THREAD = new ThreadLocal<>();
    private static final LogCallback CALLBACK = new LogCallback() {
        @Override
        public void call(int level, BytePointer message) {
            route(level, message);
        }
    };

    private final Clock clock;
    private final Redaction redaction;
    private SourceMetrics metrics;
    private final Deque<String> errors = new ArrayDeque<>();
    private long missedPackets;
    private long spanStartNs;
    private int linesInSpan;

    public FfmpegLog(Clock clock, Redaction redaction) {
        this.clock = clock;
        this.redaction = redaction;
        spanStartNs = clock.nanoTime();
    }

    /** Takes FFmpeg's log over for the process. Repeating it is harmless. */
    public static void install() {
        av_log_set_level(AV_LOG_WARNING);
        setLogCallback(CALLBACK);
    }

    /** What FFmpeg says on this thread from now on goes to {@code log}; null for nobody in particular. */
    public static void ofThread(FfmpegLog log) {
        if (log == null) {
            OF_THREAD.remove();
        } else {
            OF_THREAD.set(log);
        }
    }

    /** Where lost packets are counted, and a clean sheet. */
    public void begin(SourceMetrics metrics) {
        this.metrics = metrics;
        errors.clear();
    }

    /** The last error FFmpeg spoke of, in one line without secrets; empty for none. */
    public String lastError() {
        return errors.isEmpty() ? "" : errors.getLast();
    }

    /** The last few errors, the cause often before its consequence; empty for none. */
    public String errors() {
        return String.join("; ", errors);
    }

    /** Packets reported as missed so far. */
    public long missedPackets() {
        return missedPackets;
    }

    public void forgetErrors() {
        errors.clear();
    }

    private static void route(int level, BytePointer message) {
        // Nothing may be thrown through FFmpeg's C code.
        try {
            String line = message.getString();
            FfmpegLog log = OF_THREAD.get();
            if (log != null) {
                log.take(level, line);
            } else if (LOG.isDebugEnabled()) {
                LOG.debug("{}", Redaction.text(line.strip()));
            }
        } catch (Throwable e) {
            LOG.debug("a line of FFmpeg's log was lost", e);
        }
    }

    private void take(int level, String text) {
        String line = CONTEXT.matcher(text.strip()).replaceFirst("");
        if (line.isEmpty()) {
            return;
        }
        countMissed(line);
        if (level <= AV_LOG_ERROR) {
            if (errors.size() == MAX_ERRORS) {
                errors.removeFirst();
            }
            errors.addLast(redaction.apply(line));
        }
        if (LOG.isDebugEnabled() && mayLog()) {
            LOG.debug("{}: {}", metrics == null ? "?" : metrics.sourceId(), redaction.apply(line));
        }
    }

    private void countMissed(String line) {
        if (!line.startsWith("RTP: ")) {
            return;
        }
        Matcher missed = MISSED.matcher(line);
        if (missed.find()) {
            // A packet out of sequence is thrown away.
            long packets = missed.group(1) == null ? 1 : Long.parseLong(missed.group(1));
            missedPackets += packets;
            if (metrics != null) {
                metrics.count(Counter.PACKETS_MISSED, packets);
            }
        }
    }

    private boolean mayLog() {
        long nowNs = clock.nanoTime();
        if (nowNs - spanStartNs > SPAN_NS) {
            spanStartNs = nowNs;
            linesInSpan = 0;
        }
        return linesInSpan++ < LINES;
    }
}
