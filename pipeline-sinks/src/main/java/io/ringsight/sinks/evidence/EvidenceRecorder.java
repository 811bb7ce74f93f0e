package io.ringsight.sinks.evidence;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.preprocess.JpegEncoder;
import io.ringsight.core.preprocess.PreprocessException;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.PictureKeeper;
import io.ringsight.sinks.queue.DiskFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the pictures of frames that matter: whole and cut, beside their messages, in a folder. A thread of its own encodes and
 * writes; the frame path hands over a reference and waits for nothing. Of each source at most one picture is held, and what
 * comes meanwhile is counted and left out, so no camera ever lacks memory for its next frame. A folder that cannot be written
 * stops the keeping, and nothing else; it is tried again every few seconds.
 */
public final class EvidenceRecorder implements PictureKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(EvidenceRecorder.class);
    /** FFmpeg's scale: nearly without loss, since it is to teach models. */
    private static final int QUANTIZER = 2;

    private static final long RETRY_NS = 5_000_000_000L;
    private static final long TRIM_MS = 1_000;

    private final EvidenceSpec spec;
    private final String streamEpoch;
    private final Clock clock;
    private final Counters<EvidenceCounter> metrics = new Counters<>(EvidenceCounter.class);
    private final EvidenceClips clips = new EvidenceClips(metrics);
    private final Map<SourceId, SourceEvidence> sources = new ConcurrentHashMap<>();
    /** One of each source at most. */
    private final BlockingQueue<Waiting> waiting = new LinkedBlockingQueue<>();

    private final JpegEncoder whole = new JpegEncoder(QUANTIZER);
    private final JpegEncoder part = new JpegEncoder(QUANTIZER);
    private final Thread writer;

    private volatile EvidenceFolder folder;
    private volatile State state = new State(EvidenceState.STARTING, "");
    private volatile boolean closed;
    private volatile long nextTryNs;

    private record Waiting(HeldPicture held, EncodedMessage message) {}

    /**
     * How it stands.
     *
     * @param detail what the disk said, or empty
     */
    public record State(EvidenceState state, String detail) {}

    /**
     * Begins; opens the folder in the background.
     *
     * @param streamEpoch of this run
     * @param starter starts a thread, of low priority if it can
     */
    public EvidenceRecorder(EvidenceSpec spec, String streamEpoch, Clock clock, Function<Runnable, Thread> starter) {
        this.spec = spec;
        this.streamEpoch = streamEpoch;
        this.clock = clock;
        nextTryNs = clock.nanoTime();
        writer = starter.apply(this::write);
    }

    /**
     * From the source's next frame on, those that matter are kept. Called before its first frame.
     *
     * @param video of which clips are kept, too, if any
     */
    public void watch(SourceId source, AnalysisSpec spec, Optional<RecentVideo> video) {
        if (SourceMatches.isWanted(spec)) {
            sources.put(source, new SourceEvidence(spec, video));
        } else {
            sources.remove(source);
        }
    }

    /** Whether pictures of a source with this analysis are ever held: it needs one more then. */
    public static boolean holdsPicturesOf(AnalysisSpec spec) {
        return SourceMatches.isWanted(spec);
    }

    @Override
    public Taken take(FrameResult frame) {
        SourceEvidence source = sources.get(frame.sourceId());
        SourceMatches.Match match = source == null ? null : source.match(frame);
        if (match == null) {
            return null;
        }
        EvidenceFolder open = folder;
        if (closed || open == null || isStopped()) {
            metrics.count(EvidenceCounter.STOPPED);
            return null;
        }
        if (frame.picture().memory() != MemoryKind.HOST) {
            metrics.count(EvidenceCounter.ON_GPU);
            return null;
        }
        if (!source.hold()) {
            metrics.count(EvidenceCounter.SKIPPED);
            return null;
        }
        EvidenceKey key = new EvidenceKey(frame.sourceId().value(), streamEpoch, frame.frameSeq());
        Optional<EvidenceClips.Begun> clip =
                clips.of(source, key, frame.picture().ptsNs());
        HeldPicture held = new HeldPicture(key, source, match, frame, clip);
        source.took(frame.frameSeq());
        return taken(held, open.uri(key), clip.map(shown -> open.clipUri(shown.key())));
    }

    private boolean isStopped() {
        return state.state() != EvidenceState.KEEPING && clock.nanoTime() - nextTryNs < 0;
    }

    private Taken taken(HeldPicture held, String uri, Optional<String> clipUri) {
        return new Taken() {
            @Override
            public String uri() {
                return uri;
            }

            @Override
            public String clipUri() {
                return clipUri.orElse(null);
            }

            @Override
            public void keep(EncodedMessage message) {
                if (message == null) {
                    forget(held);
                    held.release();
                } else {
                    waiting.add(new Waiting(held, message));
                }
            }
        };
    }

    @Override
    public String uri(SourceId source, long frameSeq) {
        SourceEvidence known = sources.get(source);
        EvidenceFolder open = folder;
        return known == null || open == null || !known.hasTaken(frameSeq)
                ? null
                : open.uri(new EvidenceKey(source.value(), streamEpoch, frameSeq));
    }

    private void write() {
        try {
            while (!closed || !waiting.isEmpty() || clips.isWaiting()) {
                if (folder == null && clock.nanoTime() - nextTryNs >= 0) {
                    open();
                }
                Waiting next = waiting.poll(TRIM_MS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    keep(next);
                }
                writeClips();
                trim();
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        } finally {
            closed = true;
            for (Waiting left = waiting.poll(); left != null; left = waiting.poll()) {
                fail(left.held());
            }
            clips.close();
            whole.close();
            part.close();
            closeFolder();
        }
    }

    private void open() {
        try {
            folder = EvidenceFolder.open(spec, metrics);
            works();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void keep(Waiting next) {
        HeldPicture held = next.held();
        try {
            EvidenceItem item = held.item(next.message());
            folder.put(item, files(next));
            metrics.count(EvidenceCounter.KEPT);
            held.clip().ifPresent(clip -> clip.kept(held.key()));
            works();
        } catch (RuntimeException e) {
            // of this picture only: one that cannot be encoded ends neither the keeping nor the daemon
            lost(held);
            LOG.warn(
                    "{}: the picture of frame {} cannot be kept: {}",
                    held.key().sourceId(),
                    held.key().frameSeq(),
                    e instanceof PreprocessException ? e.getMessage() : e.toString());
        } catch (IOException e) {
            failed(e);
            lost(held);
        }
    }

    /** The picture is its source's again, whatever happens. */
    private Map<String, byte[]> files(Waiting next) {
        try {
            return next.held().files(whole, part, next.message());
        } finally {
            next.held().release();
        }
    }

    private void fail(HeldPicture held) {
        held.release();
        lost(held);
    }

    private void lost(HeldPicture held) {
        forget(held);
        metrics.count(EvidenceCounter.FAILED);
    }

    private static void forget(HeldPicture held) {
        held.source().lost(held.key().frameSeq());
        held.clip().ifPresent(clip -> clip.lost(held.key()));
    }

    private void writeClips() {
        EvidenceFolder open = folder;
        if (open == null) {
            return;
        }
        try {
            clips.write(open);
        } catch (IOException e) {
            failed(e);
        }
    }

    private void trim() {
        EvidenceFolder open = folder;
        if (open == null) {
            return;
        }
        try {
            open.trim(clock.epochNanos());
        } catch (IOException e) {
            failed(e);
        }
    }

    private void works() {
        if (state.state() != EvidenceState.KEEPING) {
            state = new State(EvidenceState.KEEPING, "");
            LOG.info("evidence: pictures are kept in {}", spec.dir());
        }
    }

    private void failed(IOException e) {
        nextTryNs = clock.nanoTime() + RETRY_NS;
        State now = new State(EvidenceState.of(DiskFailure.state(e)), DiskFailure.detail(e));
        if (now.state() != state.state()) {
            LOG.error("evidence: {}: {}; everything else goes on", now.state().sentence(), now.detail());
        }
        state = now;
    }

    /** How it stands. Any thread. */
    public State state() {
        return state;
    }

    public EvidenceSpec spec() {
        return spec;
    }

    /** Its counters. */
    public Counters<EvidenceCounter> metrics() {
        return metrics;
    }

    /** Bytes on the disk; 0 while it is not open. */
    public long bytes() {
        EvidenceFolder open = folder;
        return open == null ? 0 : open.bytes();
    }

    /** Pictures on the disk; 0 while it is not open. */
    public int size() {
        EvidenceFolder open = folder;
        return open == null ? 0 : open.size();
    }

    /** Pictures that are kept, the newest first. Any thread. */
    public List<EvidenceItem> list(EvidenceQuery query) {
        EvidenceFolder open = folder;
        return open == null ? List.of() : open.list(query);
    }

    /** One of them, if it is there. */
    public Optional<EvidenceItem> find(EvidenceKey key) {
        return Optional.ofNullable(folder).flatMap(open -> open.find(key));
    }

    /** The frame beside whose picture the clip is that shows it, if there is one. Any thread. */
    public Optional<EvidenceKey> clipOf(EvidenceItem item) {
        return Optional.ofNullable(folder).flatMap(open -> open.clipOf(item));
    }

    /**
     * Where a file of one is, if it is there: {@code picture.jpg}, {@code crop.jpg}, {@code clip.mp4}, {@code message.json},
     * {@code evidence.json}. It may go at any time. Any thread.
     */
    public Optional<Path> file(EvidenceKey key, String file) {
        return Optional.ofNullable(folder).flatMap(open -> open.file(key, file));
    }

    /**
     * Takes no more and waits at most {@code limit} for what is on its way to the disk; what is left then is given up.
     *
     * @return whether its thread ended: else it may use a picture still
     */
    public boolean close(Duration limit) throws InterruptedException {
        closed = true;
        state = new State(EvidenceState.CLOSED, "");
        writer.join(Math.max(1, limit.toMillis() / 2));
        writer.interrupt();
        writer.join(Math.max(1, limit.toMillis() / 2));
        return !writer.isAlive();
    }

    private void closeFolder() {
        EvidenceFolder open = folder;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException expected) {
            // the lock ends with the process
        }
    }
}
