package io.ringsight.sinks.spool;

import io.ringsight.core.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a spool's files, whatever became of them, and repairs what the disk damaged: whole records stay, damaged bytes
 * are copied aside, and gap messages of reason {@code unknown} take the place of what is lost. Where the files' names and
 * what is in them disagree, what is in them counts.
 */
final class SpoolRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolRecovery.class);
    /** Before it there was no Ringsight: a wall clock that says so was never set. */
    private static final long EARLIEST_UTC_NS = 1_735_689_600_000_000_000L;
    /** Nobody goes on deleting files for ever. */
    private static final int MAX_ATTEMPTS = 10;

    private final Path dir;
    private final SpoolState state;
    private final Clock clock;
    private final Chains chains;
    private final DamagedBytes damagedBytes;
    private final long wanted;
    private final List<Segment> segments = new ArrayList<>();
    private final Set<Segment> toRewrite = new HashSet<>();
    private final Map<String, SpoolEntry> lastOfEpoch = new HashMap<>();
    private long lastOffset = -1;
    private long lostRecords;
    private boolean isDamaged;

    /**
     * @param wanted entries before it were answered: what is missing there is not told
     * @param damagedBefore whether something before the first file was damaged
     */
    SpoolRecovery(Path dir, SpoolState state, Clock clock, long wanted, boolean damagedBefore) {
        this.dir = dir;
        this.state = state;
        this.clock = clock;
        this.wanted = wanted;
        chains = new Chains(clock, wanted);
        damagedBytes = new DamagedBytes(dir);
        if (damagedBefore) {
            chains.damaged();
        }
    }

    private record Found(Path path, SpoolFormat.FileHeader header, long base) {}

    /**
     * Finds the segments, in order, repairs them and brings the state up to date; all of it again if somebody deletes or
     * renames a file meanwhile.
     *
     * @param start makes one that has seen nothing yet
     * @param isRunEnded whether it is an earlier process's spool: a run that was killed is told of by other means
     * @throws SpoolException if a newer Ringsight wrote one of the files
     */
    static SpoolRecovery run(Supplier<SpoolRecovery> start, boolean isRunEnded) throws IOException {
        for (int attempt = 1; ; attempt++) {
            SpoolRecovery recovery = start.get();
            try {
                recovery.run(isRunEnded);
                recovery.tellInLog();
                return recovery;
            } catch (NoSuchFileException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
                LOG.warn("{} is gone: somebody deleted or renamed it; the spool is read again", e.getFile());
            }
        }
    }

    private void tellInLog() {
        if (lostRecords > 0) {
            LOG.error(
                    "{}: {} messages on disk are damaged; {} gap messages of reason unknown take their place",
                    dir,
                    lostRecords,
                    gaps().size());
        }
    }

    /** The files as they are now, oldest first. */
    List<Segment> segments() {
        return segments;
    }

    private void run(boolean isRunEnded) throws IOException {
        List<Found> files = files();
        if (!files.isEmpty() && files.get(0).base > wanted) {
            // the first file is missing
            chains.damaged();
        }
        for (int i = 0; i < files.size(); i++) {
            read(files.get(i), i == files.size() - 1);
        }
        tellMissingEnds(isRunEnded);
        // holes without damaged bytes: whole files are missing
        lostRecords = Math.max(lostRecords, chains.found().size());
        repair();
        for (Segment segment : segments) {
            segment.firstNs = byThisClock(segment.firstEpoch, segment.firstNs);
            segment.lastNs = byThisClock(segment.lastEpoch, segment.lastNs);
        }
    }

    private List<Found> files() throws IOException {
        List<Found> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(dir)) {
            for (Path file : all.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".tmp")) {
                    Files.delete(file);
                } else if (name.matches("[0-9]{20}\\" + Segment.SUFFIX)) {
                    found.add(found(file, name));
                }
            }
        }
        found.sort(Comparator.comparingLong(Found::base).thenComparing(Found::path));
        return found;
    }

    private static Found found(Path file, String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SpoolFormat.FILE_HEADER_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.read(bytes, 0);
        }
        SpoolFormat.FileHeader header = SpoolFormat.fileHeader(bytes.flip());
        if (header != null && header.version() != SpoolFormat.VERSION) {
            throw SpoolException.newer(file, header.version());
        }
        long base = header != null ? header.base() : Long.parseLong(name.replace(Segment.SUFFIX, ""));
        return new Found(file, header, base);
    }

    private void read(Found file, boolean isLastFile) throws IOException {
        Segment segment = new Segment(file.path, file.base);
        segment.compacted = file.header != null && file.header.compacted();
        long size = Files.size(file.path);
        try (SegmentReader reader = new SegmentReader(segment)) {
            int told = 0;
            for (SpoolEntry entry = reader.next(size); entry != null; entry = reader.next(size)) {
                long lost = segment.compacted || lastOffset < 0 ? 0 : entry.offset() - lastOffset - 1;
                told = tell(reader.damage(), told, false, entry.offset() >= wanted ? lost : -1);
                add(segment, entry, reader.position());
            }
            tell(reader.damage(), told, isLastFile, 0);
            keepOrDrop(segment, file, size, reader.damage());
        }
    }

    private void add(Segment segment, SpoolEntry entry, long position) {
        if (entry.offset() <= lastOffset) {
            // a compaction ended between replacing the first file and deleting the others, or a file is there twice
            toRewrite.add(segment);
            return;
        }
        lastOffset = entry.offset();
        segment.added(entry, position);
        chains.add(entry);
        lastOfEpoch.put(entry.message().key().streamEpoch(), entry);
        if (entry.offset() >= state.next()) {
            state.passed(entry);
        }
    }

    /**
     * Tells the chains of what was passed over, from the {@code from}th on.
     *
     * @param lost how many records the offsets say are missing there; -1 if they were answered
     */
    private int tell(List<Damage> damage, int from, boolean mayBeTorn, long lost) {
        int records = 0;
        for (Damage each : damage.subList(from, damage.size())) {
            boolean isDamage = !(mayBeTorn && each.isTorn());
            records += isDamage ? 1 : 0;
            if (isDamage && each.head() != null) {
                chains.lost(each.head());
                lastOffset = Math.max(lastOffset, each.head().offset());
            } else if (isDamage) {
                chains.damaged();
            }
        }
        lostRecords += lost < 0 || records == 0 ? 0 : Math.max(records, lost);
        return damage.size();
    }

    private void keepOrDrop(Segment segment, Found file, long size, List<Damage> damage) throws IOException {
        for (Damage each : damage) {
            LOG.warn(
                    "{}: {} bytes at {} are {}",
                    segment.path,
                    each.bytes(),
                    each.position(),
                    each.isTorn() ? "an incomplete message" : "damaged; a copy is in " + DamagedBytes.FOLDER);
            if (!each.isTorn()) {
                damagedBytes.keep(segment.path, each.position(), each.bytes());
            }
        }
        boolean isHeadless = file.header == null;
        if (isHeadless && size >= SpoolFormat.FILE_HEADER_BYTES) {
            chains.damaged();
        }
        isDamaged |= !damage.isEmpty() || isHeadless;
        if (segment.entries == 0) {
            Files.delete(segment.path);
            return;
        }
        segments.add(segment);
        if (isHeadless || !damage.isEmpty()) {
            toRewrite.add(segment);
        }
    }

    private void tellMissingEnds(boolean isRunEnded) {
        for (SpoolState.Position last : state.ends()) {
            if (last.offset() >= wanted) {
                chains.endBefore(last);
            }
        }
        for (SpoolState.Position last : state.positions()) {
            if (last.offset() >= wanted && (last.isOver() || !isRunEnded)) {
                chains.end(last);
            }
        }
    }

    private void repair() throws IOException {
        Map<Segment, List<SpoolEntry>> missing = new HashMap<>();
        List<SpoolEntry> before = new ArrayList<>();
        for (SpoolEntry gap : chains.found()) {
            Segment home = home(gap.offset());
            (home == null ? before : missing.computeIfAbsent(home, any -> new ArrayList<>())).add(gap);
        }
        long after = -1;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            List<SpoolEntry> gaps = missing.getOrDefault(segment, List.of());
            if (!gaps.isEmpty() || toRewrite.contains(segment)) {
                segments.set(i, rewrite(segment, after, gaps));
            }
            after = segment.lastOffset;
        }
        if (!before.isEmpty()) {
            before.sort(Comparator.comparingLong(SpoolEntry::offset));
            long base = before.get(0).offset();
            segments.add(0, Segment.replace(dir.resolve(Segment.fileName(base)), base, false, before));
        }
    }

    /** The last segment that begins at or before an offset. */
    private Segment home(long offset) {
        Segment home = null;
        for (Segment segment : segments) {
            home = segment.base <= offset ? segment : home;
        }
        return home;
    }

    private static Segment rewrite(Segment segment, long after, List<SpoolEntry> gaps) throws IOException {
        List<SpoolEntry> entries = new ArrayList<>(gaps);
        long size = Files.size(segment.path);
        try (SegmentReader reader = new SegmentReader(segment)) {
            for (SpoolEntry entry = reader.next(size); entry != null; entry = reader.next(size)) {
                if (entry.offset() > after) {
                    entries.add(entry);
                }
            }
        }
        entries.sort(Comparator.comparingLong(SpoolEntry::offset));
        long base = Math.min(segment.base, entries.get(0).offset());
        return Segment.replace(segment.path, base, segment.compacted, entries);
    }

    /** What a time by the monotonic clock of the run that appended an entry is by this process's. */
    private long byThisClock(String streamEpoch, long appendedNs) {
        SpoolEntry last = lastOfEpoch.get(streamEpoch);
        long beforeLastNs = last == null ? 0 : last.appendedNs() - appendedNs;
        long lastUtcNs = last == null ? 0 : last.message().utcNs();
        long sinceLastNs = lastUtcNs < EARLIEST_UTC_NS ? 0 : clock.epochNanos() - lastUtcNs;
        return clock.nanoTime() - Math.max(0, sinceLastNs) - Math.max(0, beforeLastNs);
    }

    /** Records that are lost, as far as they can be counted. */
    long lostRecords() {
        return lostRecords;
    }

    /** Gap messages that tell of them. */
    List<SpoolEntry> gaps() {
        return chains.found();
    }

    /** Whether any byte was no record's. */
    boolean isDamaged() {
        return isDamaged || lostRecords > 0;
    }
}
