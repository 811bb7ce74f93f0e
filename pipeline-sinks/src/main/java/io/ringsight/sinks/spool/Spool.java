package io.ringsight.sinks.spool;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.GapJson;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue of messages on disk that survives a crash of the process and a loss of power at any moment.
 *
 * <pre>
 *   committed              handed over             next
 *    | on their way,          | waiting              |
 *    | not answered yet       |                      |
 *   [00000.spool][00812.spool][01633.spool]...[07405.spool] files, oldest first; the last one grows
 * </pre>
 *
 * Entries are appended at the end, handed over in order and forgotten when they are answered: whole files at a time,
 * whose last entries are known then from a small state file. What is beyond the bounds loses its frames, the oldest file
 * first: gap messages of reason {@code spool-full} take their place and all other gap messages stay; only when no frames
 * are left are those counted together too. What the disk damages costs the messages whose bytes it hit: gap messages of
 * reason {@code unknown} take their place, and a copy of the bytes is kept ({@link DamagedBytes}).
 *
 * <p><b>Threads.</b> One thread calls all but {@link #settled}, {@link #messages()} and {@link #handedOver()}, which any
 * thread may.
 */
public final class Spool implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    /** A file of answered messages of this size is deleted: before the system has written most of it to the disk. */
    private static final long WORTH_DELETING_BYTES = 1 << 20;

    private final SpoolSpec spec;
    private final SinkMetrics metrics;
    private final Clock clock;
    private final GapJson gaps;
    private final SpoolLock lock;
    private final SpoolState state;
    private final SpoolCursor cursor;
    private final SpoolFiles files;
    private final InFlight inFlight = new InFlight();
    /** Entries before it may be with the receiver already, from an earlier process: they are sent again, not dropped. */
    private final long doubtedBefore;

    /** Entries that were not handed over yet. Written by the spool's thread. */
    private volatile long waiting;

    private SegmentReader reader;
    private SpoolEntry peeked;
    private long next;
    private long handedOver;
    private boolean dirty;
    private long dirtySinceNs;

    /** Takes over what the spool hands over. */
    public interface Receiver {
        /** @return whether there was room */
        boolean take(EncodedMessage message, long offset);
    }

    private Spool(SpoolSpec spec, SinkMetrics metrics, Clock clock, SpoolLock lock) throws IOException {
        this.spec = spec;
        this.metrics = metrics;
        this.clock = clock;
        this.lock = lock;
        gaps = new GapJson(clock);
        files = new SpoolFiles(spec, clock);
        state = SpoolState.read(spec.dir());
        cursor = SpoolCursor.open(spec.dir());
        SpoolRecovery recovery = recover(true, LegacyLog.takeOver(spec.dir(), state, cursor, clock));
        next = Math.max(Math.max(files.end(), state.lastOffset() + 1), Math.max(state.next(), cursor.committed()));
        doubtedBefore = Math.min(cursor.handOverLimit(), next);
        handedOver = files.isEmpty() ? next : Math.max(cursor.committed(), files.first().base);
        countFound(recovery);
    }

    private SpoolRecovery recover(boolean isRunEnded, boolean damagedBefore) throws IOException {
        long told = isRunEnded ? Math.max(cursor.committed(), state.next()) : handedOver;
        SpoolRecovery recovery =
                SpoolRecovery.run(() -> new SpoolRecovery(spec.dir(), state, clock, told, damagedBefore), isRunEnded);
        files.found(recovery.segments());
        metrics.count(SinkCounter.DISK_ERRORS, recovery.isDamaged() ? 1 : 0);
        return recovery;
    }

    private void countFound(SpoolRecovery recovery) throws IOException {
        waiting = Segment.entriesFrom(handedOver, files.all());
        long told = recovery.gaps().size();
        metrics.count(SinkCounter.SPOOL_FOUND, waiting - told + recovery.lostRecords());
        metrics.count(SinkCounter.SPOOL_DAMAGED, recovery.lostRecords());
        metrics.count(SinkCounter.GAPS_ADDED, told);
        publish();
    }

    /**
     * Opens the spool in its directory, with all that an earlier process left there.
     *
     * @throws SpoolException if the directory cannot be made or used, or another process uses it
     */
    public static Spool open(SpoolSpec spec, SinkMetrics metrics, Clock clock) {
        try {
            Files.createDirectories(spec.dir());
        } catch (IOException e) {
            throw new SpoolException("the directory " + spec.dir() + " cannot be made", e);
        }
        SpoolLock lock = SpoolLock.take(spec.dir());
        try {
            return new Spool(spec, metrics, clock, lock);
        } catch (IOException e) {
            lock.close();
            throw new SpoolException("what is in " + spec.dir() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** For each source whose run ended without a word: the gap message that says so. To be published first. */
    public List<EncodedMessage> farewells() {
        return state.unfinished().stream()
                .map(at -> gaps.unknown(at.sourceId(), at.streamEpoch(), at.frameSeq(), at.utcNs()))
                .toList();
    }

    /**
     * Writes a message behind all others. The operating system has it then: a crash of this process does not lose it.
     *
     * @return its offset
     * @throws IOException if the disk is full, or broken: the spool is as it was before
     */
    public long append(EncodedMessage message) throws IOException {
        SpoolEntry entry = new SpoolEntry(next, message, clock.nanoTime());
        files.append(entry);
        state.passed(entry);
        if (!dirty) {
            dirty = true;
            dirtySinceNs = clock.nanoTime();
        }
        waiting++;
        metrics.count(SinkCounter.SPOOLED);
        return next++;
    }

    /** A message was handed on without the spool: should it get lost, the next start finds a number missing. */
    public void bypassed() {
        if (isHandedOver()) {
            handedOver = next + 1;
        }
        next++;
    }

    /** Gives up files that a call may have left half written: the next append begins another. */
    public void reopen() {
        try {
            closeReader();
            files.release();
        } catch (IOException expected) {
            // They are forgotten all the same.
        }
    }

    /** Hands over as much as is taken, in order. */
    public void pump(Receiver receiver) throws IOException {
        for (SpoolEntry entry = peek(); entry != null && handOver(entry, receiver); entry = peek()) {
            metrics.count(SinkCounter.REPLAYED);
        }
    }

    /** Hands over what was just appended without reading it back, if all before it was handed over. */
    public void handOver(long offset, EncodedMessage message, Receiver receiver) {
        if (offset == handedOver) {
            handOver(new SpoolEntry(offset, message, 0), receiver);
        }
    }

    private boolean handOver(SpoolEntry entry, Receiver receiver) {
        cursor.handingOver(entry.offset());
        inFlight.add(entry.offset(), entry.message().utcNs());
        waiting--; // before it is taken: whoever answers it at once finds it counted once
        if (!receiver.take(entry.message(), entry.offset())) {
            waiting++;
            inFlight.remove(entry.offset());
            return false;
        }
        handedOver = entry.offset() + 1;
        peeked = null;
        return true;
    }

    private SpoolEntry peek() throws IOException {
        while (peeked == null && handedOver < next) {
            if (!seek()) {
                handedOver = next;
                return null;
            }
            SpoolEntry entry = reader.next(reader.segment().bytes);
            if (!reader.damage().isEmpty()) {
                repair();
            } else if (entry == null) {
                leaveSegment();
            } else if (entry.offset() >= handedOver) {
                peeked = entry;
            }
        }
        return peeked;
    }

    private boolean seek() throws IOException {
        while (reader == null) {
            Segment segment = files.firstReaching(handedOver);
            if (segment == null) {
                return false;
            }
            try {
                reader = new SegmentReader(segment);
            } catch (NoSuchFileException e) {
                LOG.warn("{} is gone: somebody deleted or renamed it", e.getFile());
                repair();
            }
        }
        return true;
    }

    private void leaveSegment() throws IOException {
        handedOver = Math.max(handedOver, reader.segment().lastOffset + 1);
        closeReader();
    }

    /** The disk damaged what it had taken: reads all of it once more, and has what is lost told. */
    private void repair() throws IOException {
        closeReader();
        files.release();
        SpoolRecovery recovery = recover(false, false);
        long left = Segment.entriesFrom(handedOver, files.all());
        long told = recovery.gaps().stream()
                .filter(gap -> gap.offset() >= handedOver)
                .count();
        metrics.count(SinkCounter.SPOOL_DAMAGED, waiting - (left - told));
        metrics.count(SinkCounter.GAPS_ADDED, told);
        waiting = left;
        next = Math.max(next, files.end());
    }

    private void closeReader() throws IOException {
        SegmentReader open = reader;
        reader = null;
        peeked = null;
        if (open != null) {
            open.close();
        }
    }

    /** What was handed over with this offset is answered for good. Any thread. */
    public void settled(long offset) {
        inFlight.remove(offset);
    }

    /** Whether all was handed over. */
    public boolean isHandedOver() {
        return handedOver == next;
    }

    /** Messages in the spool that are not answered yet. Any thread. */
    public long messages() {
        return waiting + inFlight.size();
    }

    /** How many of {@link #messages()} are on their way. Any thread. */
    public int handedOver() {
        return inFlight.size();
    }

    /**
     * Remembers what was answered, frees and bounds the disk, and writes through what must be. To be called after each
     * message and some times a second.
     */
    public void maintain() throws IOException {
        long committed = inFlight.committed(handedOver);
        cursor.commit(committed);
        forget(committed);
        if (committed == next) {
            dirty = false;
        } else if (dirty && clock.nanoTime() - dirtySinceNs >= TimeUnit.MILLISECONDS.toNanos(spec.syncMs())) {
            files.sync();
            dirty = false;
        }
        bound();
        publish();
        state.keep();
    }

    private void forget(long committed) throws IOException {
        boolean allAnswered = committed == next && !files.isEmpty() && files.last().bytes >= WORTH_DELETING_BYTES;
        if (frees(committed, allAnswered)) {
            state.write(committed);
        }
        while (frees(committed, allAnswered)) {
            delete(files.first());
        }
    }

    private boolean frees(long committed, boolean allAnswered) {
        return !files.isEmpty()
                && files.first().lastOffset < committed
                && (files.all().size() > 1 || allAnswered);
    }

    private void delete(Segment segment) throws IOException {
        if (reader != null && reader.segment() == segment) {
            closeReader();
        }
        files.delete(segment);
    }

    private void bound() throws IOException {
        while (files.bytes() > spec.maxBytes()) {
            boolean more = files.any(Segment::isRaw);
            if (!compact(true, SinkCounter.SPOOL_DROPPED_BYTES, "the spool held its maxBytes") && !more) {
                break;
            }
        }
        while (files.any(this::isTooOld)) {
            compact(false, SinkCounter.SPOOL_DROPPED_AGE, "older than the spool's maxAgeSeconds");
        }
    }

    /** By the monotonic clock: the wall clock may be set by years while the broker is away. */
    private boolean isTooOld(Segment segment) {
        return segment.isRaw()
                && clock.nanoTime() - segment.lastNs > spec.maxAge().toNanos();
    }

    /** Drops the frames of the oldest file that has any; returns whether that freed anything. */
    private boolean compact(boolean atAnyPrice, SinkCounter counter, String cause) throws IOException {
        List<Segment> victims = Compaction.victims(files.all());
        boolean hasRaw = victims.stream().anyMatch(Segment::isRaw);
        if (victims.isEmpty() || !hasRaw && !atAnyPrice) {
            return false;
        }
        if (victims.get(victims.size() - 1) == files.last()) {
            files.roll(next);
        }
        long before = files.bytes();
        Compaction compaction = new Compaction(
                inFlight.committed(handedOver), Math.max(handedOver, doubtedBefore), hasRaw, cause, gaps);
        for (Segment victim : victims) {
            compaction.add(victim);
        }
        if (compaction.isDamaged()) {
            repair();
            return true;
        }
        replace(victims, compaction.rest());
        metrics.count(counter, compaction.dropped());
        metrics.count(SinkCounter.GAPS_ADDED, compaction.added());
        waiting += compaction.added() - compaction.dropped();
        return files.bytes() < before;
    }

    private void replace(List<Segment> victims, List<SpoolEntry> rest) throws IOException {
        state.write(Math.max(state.next(), victims.get(0).base));
        closeReader();
        files.replace(victims, rest);
    }

    private void publish() {
        long inFlightUtcNs = inFlight.oldestUtcNs();
        long oldestUtcNs =
                messages() == 0 ? 0 : inFlightUtcNs != 0 || files.isEmpty() ? inFlightUtcNs : files.first().firstUtcNs;
        metrics.spooled(messages(), files.bytes(), oldestUtcNs);
    }

    /** The run ends in order: nothing more will be appended, and no {@link #farewells()} are owed for it. */
    public void finish() {
        state.finish();
    }

    /** Writes through all that is left and lets go of the directory. */
    @Override
    public void close() {
        try {
            maintain();
            files.syncIfOpen();
            state.write(Math.max(state.next(), inFlight.committed(handedOver)));
            closeReader();
            files.release();
        } catch (IOException e) {
            metrics.count(SinkCounter.DISK_ERRORS);
            LOG.warn("the spool in {} was not closed cleanly: {}", spec.dir(), e.getMessage());
        } finally {
            cursor.close();
            lock.close();
        }
    }
}
