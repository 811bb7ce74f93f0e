package io.ringsight.sinks.kafka.spool;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.GapJson;
import io.ringsight.sinks.Message;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue of messages on disk that survives a crash of the process and a loss of power at any moment.
 *
 * <pre>
 *   committed              handed over             next
 *    | on their way,          | waiting              |
 *    | not answered yet       |                      |
 *   [00000.log][00812.log][01633.log]...[07405.log]     segments, oldest first; the last one grows
 * </pre>
 *
 * Entries are appended at the end, handed over in order and forgotten when they are answered: whole files at a time,
 * whose last entries are known then from a small state file. What is beyond the bounds loses its frames, the oldest file
 * first: gap messages of reason {@code spool-full} take their place and all other gap messages stay; only when no frames
 * are left are those counted together too.
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
    private final List<Segment> segments;
    private final InFlight inFlight = new InFlight();
    /** Entries before it may be with the receiver already, from an earlier process: they are sent again, not dropped. */
    private final long doubtedBefore;

    private final AtomicLong messages = new AtomicLong();
    /** Of the last segment, to append to; null before the first append and after a failure. */
    private FileChannel active;

    private SegmentReader reader;
    private SpoolEntry peeked;
    private long next;
    private long handedOver;
    private boolean dirty;
    private long dirtySinceNs;

    /** Takes over what the spool hands over. */
    public interface Receiver {
        /** @return whether there was room */
        boolean take(Message message, long offset);
    }

    private Spool(SpoolSpec spec, SinkMetrics metrics, Clock clock, SpoolLock lock) throws IOException {
        this.spec = spec;
        this.metrics = metrics;
        this.clock = clock;
        this.lock = lock;
        gaps = new GapJson(clock);
        state = SpoolState.read(spec.dir());
        cursor = SpoolCursor.open(spec.dir());
        SpoolRecovery recovery = new SpoolRecovery(spec.dir(), state);
        segments = recovery.run();
        long last = segments.isEmpty() ? 0 : segments.get(segments.size() - 1).lastOffset + 1;
        next = Math.max(last, Math.max(state.next(), cursor.committed()));
        doubtedBefore = Math.min(cursor.handOverLimit(), next);
        handedOver = segments.isEmpty() ? next : Math.max(cursor.committed(), segments.get(0).base);
        if (recovery.cutBytes() > 0) {
            metrics.count(SinkCounter.DISK_ERRORS);
        }
        countFound();
    }

    private void countFound() throws IOException {
        long found = 0;
        for (Segment segment : segments) {
            if (segment.base >= handedOver) {
                found += segment.entries;
            } else if (segment.lastOffset >= handedOver) {
                found += countFrom(segment, handedOver);
            }
        }
        messages.set(found);
        metrics.count(SinkCounter.SPOOL_FOUND, found);
        publish();
    }

    private static long countFrom(Segment segment, long offset) throws IOException {
        long count = 0;
        try (SegmentReader reading = new SegmentReader(segment)) {
            for (SpoolEntry entry = reading.next(segment.bytes); entry != null; entry = reading.next(segment.bytes)) {
                count += entry.offset() >= offset ? 1 : 0;
            }
        }
        return count;
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
    public List<Message> farewells() {
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
    public long append(Message message) throws IOException {
        ByteBuffer batch = SpoolRecords.encode(next, message);
        if (active == null || isDone(last(), batch.remaining())) {
            roll();
        }
        Segment segment = last();
        int size = batch.remaining();
        try {
            for (long at = segment.bytes; batch.hasRemaining(); ) {
                at += active.write(batch, at);
            }
        } catch (IOException e) {
            cutBack(segment.bytes);
            throw e;
        }
        segment.added(new SpoolEntry(next, message), segment.bytes + size);
        state.passed(message);
        if (!dirty) {
            dirty = true;
            dirtySinceNs = clock.nanoTime();
        }
        messages.incrementAndGet();
        metrics.count(SinkCounter.SPOOLED);
        return next++;
    }

    private boolean isDone(Segment segment, int more) {
        long oldEnoughNs = spec.maxAge().toNanos() / 16;
        return segment.entries > 0
                && (segment.bytes + more > spec.segmentBytes()
                        || clock.epochNanos() - segment.firstUtcNs > oldEnoughNs);
    }

    /** Begins a new segment. What is before it is safe on the disk then: only the last one can be torn. */
    private void roll() throws IOException {
        if (active != null && active.isOpen()) {
            active.force(false);
        }
        closeActive();
        if (!segments.isEmpty() && last().entries == 0) {
            segments.remove(segments.size() - 1);
        }
        Segment segment = new Segment(spec.dir().resolve(Segment.fileName(next)), next);
        active = FileChannel.open(
                segment.path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        segments.add(segment);
    }

    private void closeActive() throws IOException {
        FileChannel open = active;
        active = null;
        if (open != null) {
            open.close();
        }
    }

    private void cutBack(long size) {
        try {
            active.truncate(size);
        } catch (IOException expected) {
            // The next append begins another file; what is left here is no entry.
            active = null;
        }
    }

    private Segment last() {
        return segments.get(segments.size() - 1);
    }

    /** Hands over as much as is taken, in order. */
    public void pump(Receiver receiver) throws IOException {
        for (SpoolEntry entry = peek(); entry != null && handOver(entry, receiver); entry = peek()) {
            metrics.count(SinkCounter.REPLAYED);
        }
    }

    /** Hands over what was just appended without reading it back, if all before it was handed over. */
    public void handOver(long offset, Message message, Receiver receiver) {
        if (offset == handedOver) {
            handOver(new SpoolEntry(offset, message), receiver);
        }
    }

    private boolean handOver(SpoolEntry entry, Receiver receiver) {
        cursor.handingOver(entry.offset());
        inFlight.add(entry.offset(), entry.message().utcNs());
        if (!receiver.take(entry.message(), entry.offset())) {
            inFlight.remove(entry.offset());
            return false;
        }
        handedOver = entry.offset() + 1;
        peeked = null;
        return true;
    }

    private SpoolEntry peek() throws IOException {
        while (peeked == null && handedOver < next) {
            if (reader == null && !seek()) {
                handedOver = next;
                return null;
            }
            SpoolEntry entry = reader.next(reader.segment().bytes);
            if (entry == null) {
                leaveSegment();
            } else if (entry.offset() >= handedOver) {
                peeked = entry;
            }
        }
        return peeked;
    }

    private boolean seek() throws IOException {
        for (Segment segment : segments) {
            if (segment.lastOffset >= handedOver) {
                reader = new SegmentReader(segment);
                return true;
            }
        }
        return false;
    }

    private void leaveSegment() throws IOException {
        Segment segment = reader.segment();
        int damaged = segment.entries - reader.read();
        if (damaged > 0) {
            LOG.error("{}: {} messages cannot be read back, the disk damaged them", segment.path, damaged);
            metrics.count(SinkCounter.DISK_ERRORS);
            metrics.count(SinkCounter.SPOOL_DAMAGED, damaged);
            messages.addAndGet(-damaged);
            segment.entries = reader.read();
        }
        handedOver = Math.max(handedOver, segment.lastOffset + 1);
        closeReader();
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
        if (inFlight.remove(offset)) {
            messages.decrementAndGet();
        }
    }

    /** Whether all was handed over. */
    public boolean isHandedOver() {
        return handedOver == next;
    }

    /** Messages in the spool that are not answered yet. Any thread. */
    public long messages() {
        return messages.get();
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
            sync();
        }
        bound();
        publish();
    }

    private void sync() throws IOException {
        if (active != null) {
            active.force(false);
        }
        dirty = false;
    }

    private void forget(long committed) throws IOException {
        if (segments.isEmpty()) {
            return;
        }
        boolean allAnswered = committed == next && last().bytes >= WORTH_DELETING_BYTES;
        if (segments.get(0).lastOffset >= committed || segments.size() == 1 && !allAnswered) {
            return;
        }
        state.write(committed);
        while (!segments.isEmpty() && segments.get(0).lastOffset < committed && (segments.size() > 1 || allAnswered)) {
            delete(segments.get(0));
        }
    }

    private void delete(Segment segment) throws IOException {
        if (reader != null && reader.segment() == segment) {
            closeReader();
        }
        if (segment == last()) {
            closeActive();
        }
        Files.deleteIfExists(segment.path);
        segments.remove(segment);
    }

    private void bound() throws IOException {
        while (bytes() > spec.maxBytes()) {
            boolean more = segments.stream().anyMatch(Spool::isRaw);
            if (!compact(true, SinkCounter.SPOOL_DROPPED_BYTES, "the spool held its maxBytes") && !more) {
                break;
            }
        }
        long oldestNs = clock.epochNanos() - spec.maxAge().toNanos();
        while (segments.stream().anyMatch(segment -> isRaw(segment) && segment.lastUtcNs < oldestNs)) {
            compact(false, SinkCounter.SPOOL_DROPPED_AGE, "older than the spool's maxAgeSeconds");
        }
    }

    private static boolean isRaw(Segment segment) {
        return segment.entries > 0 && !segment.compacted;
    }

    /** Bytes of all files. */
    private long bytes() {
        long bytes = 0;
        for (int i = 0; i < segments.size(); i++) {
            bytes += segments.get(i).bytes;
        }
        return bytes;
    }

    /** Drops the frames of the oldest file that has any; returns whether that freed anything. */
    private boolean compact(boolean atAnyPrice, SinkCounter counter, String cause) throws IOException {
        List<Segment> victims = new ArrayList<>();
        boolean hasRaw = false;
        for (int i = 0; i < segments.size() && !hasRaw; i++) {
            if (segments.get(i).entries > 0) {
                victims.add(segments.get(i));
                hasRaw = isRaw(segments.get(i));
            }
        }
        if (victims.isEmpty() || !hasRaw && !atAnyPrice) {
            return false;
        }
        if (victims.get(victims.size() - 1) == last()) {
            roll();
        }
        long before = bytes();
        Compaction compaction = new Compaction(
                inFlight.committed(handedOver), Math.max(handedOver, doubtedBefore), hasRaw, cause, gaps);
        for (Segment victim : victims) {
            compaction.add(victim);
        }
        replace(victims, compaction.rest());
        metrics.count(counter, compaction.dropped());
        metrics.count(SinkCounter.GAPS_ADDED, compaction.added());
        metrics.count(SinkCounter.SPOOL_DAMAGED, compaction.damaged());
        messages.addAndGet(compaction.added() - compaction.dropped() - compaction.damaged());
        return bytes() < before;
    }

    /** In such an order that the files are the old ones or the new one, whenever the process ends. */
    private void replace(List<Segment> victims, List<SpoolEntry> rest) throws IOException {
        Segment first = victims.get(0);
        state.write(Math.max(state.next(), first.base));
        Segment fresh = new Segment(first.path, first.base);
        fresh.compacted = true;
        Path written = spec.dir().resolve("compacted.tmp");
        try (FileChannel channel = FileChannel.open(
                written, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (SpoolEntry entry : rest) {
                ByteBuffer batch = SpoolRecords.encode(entry.offset(), entry.message());
                while (batch.hasRemaining()) {
                    channel.write(batch);
                }
                fresh.added(entry, channel.position());
            }
            channel.force(true);
        }
        Files.move(written, first.path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        closeReader();
        segments.set(0, fresh);
        for (Segment victim : victims.subList(1, victims.size())) {
            Files.deleteIfExists(victim.path);
            segments.remove(victim);
        }
    }

    private void publish() {
        long inFlightUtcNs = inFlight.oldestUtcNs();
        long oldestUtcNs = messages.get() == 0
                ? 0
                : inFlightUtcNs != 0 || segments.isEmpty() ? inFlightUtcNs : segments.get(0).firstUtcNs;
        metrics.spooled(messages.get(), bytes(), oldestUtcNs);
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
            if (active != null && active.isOpen()) {
                active.force(false);
            }
            state.write(Math.max(state.next(), inFlight.committed(handedOver)));
            closeReader();
            closeActive();
        } catch (IOException e) {
            metrics.count(SinkCounter.DISK_ERRORS);
            LOG.warn("the spool in {} was not closed in order: {}", spec.dir(), e.getMessage());
        } finally {
            cursor.close();
            lock.close();
        }
    }
}
