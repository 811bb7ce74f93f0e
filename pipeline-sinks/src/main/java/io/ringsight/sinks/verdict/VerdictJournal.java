package io.ringsight.sinks.verdict;

import io.ringsight.core.analyse.verdict.Announcement;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.journal.JournalFile;
import io.ringsight.sinks.journal.JournalLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The announcements and verdicts of one source on the disk: each is there before anything else happens to it, so that a
 * process that dies loses no verdict somebody may have acted on, and its next start knows which parts got none.
 *
 * <p>A disk that fails makes {@link #announced} and {@link #judged} throw; each call tries again. Bounded: what is settled
 * is dropped when the file has grown to a megabyte. Any thread.
 */
public final class VerdictJournal implements AutoCloseable {
    private static final long MAX_BYTES = 1 << 20;

    private final Path path;
    private final JournalFile file;
    private final JournalLock lock;
    private final long maxBytes;
    private JournalLines lines = new JournalLines();
    private boolean isRead;
    private Optional<Left> left = Optional.empty();

    /**
     * What a run left that did not end well: never nothing.
     *
     * @param again verdicts that may not have reached every sink
     * @param unjudged parts without a verdict
     */
    public record Left(List<EncodedMessage> again, List<Announcement> unjudged) {}

    /** Opens nothing yet. */
    public VerdictJournal(Path dir, SourceId sourceId) {
        this(dir, sourceId, MAX_BYTES);
    }

    /** @param maxBytes at which what is settled is dropped */
    VerdictJournal(Path dir, SourceId sourceId, long maxBytes) {
        this.maxBytes = maxBytes;
        path = dir.resolve(sourceId.value() + ".journal");
        file = new JournalFile(path);
        lock = new JournalLock(path);
    }

    /**
     * Opens it, unless it is open, and reads what the run before left.
     *
     * @throws IOException if it cannot be; asking again tries again
     */
    public synchronized void open() throws IOException {
        if (file.isOpen()) {
            return;
        }
        Files.createDirectories(path.toAbsolutePath().getParent());
        lock.take();
        if (!isRead) {
            read();
        }
        write();
    }

    /** Once: what is written afterwards is of this run. */
    private void read() throws IOException {
        JournalLines all = new JournalLines();
        file.read().forEach(all::read);
        if (all.isOver()) {
            all = new JournalLines();
        } else if (!all.judged().isEmpty() || !all.open().isEmpty()) {
            left = Optional.of(new Left(List.copyOf(all.judged()), List.copyOf(all.open())));
        }
        all.addAll(lines);
        lines = all;
        isRead = true;
    }

    /** What the run before left, once; empty if it left nothing or ended well, and until {@link #open} worked. */
    public synchronized Optional<Left> takeLeft() {
        Optional<Left> taken = left;
        left = Optional.empty();
        return taken;
    }

    /**
     * A part comes.
     *
     * @throws IOException if that is not on the disk
     */
    public synchronized void announced(Announcement said) throws IOException {
        lines.add(said);
        append(JournalLines.announced(said));
        trim();
    }

    /** What was to be kept is, whatever becomes of this. */
    private void trim() {
        try {
            if (file.size() > maxBytes) {
                write();
            }
        } catch (IOException expected) {
            // The file is as it was, and a little longer than it should be.
        }
    }

    /**
     * A part has its verdict.
     *
     * @throws IOException if that is not on the disk: nobody may act on it
     */
    public synchronized void judged(String partId, EncodedMessage verdict) throws IOException {
        append(JournalLines.judged(partId, verdict));
        lines.add(partId, verdict);
        trim();
    }

    /** What took the place of a verdict that could not be kept: it is, as soon as the disk works. */
    public synchronized void unkept(String partId, EncodedMessage verdict) {
        lines.add(partId, verdict);
    }

    private void append(String line) throws IOException {
        open();
        file.append(line, true);
    }

    /** Writes only what is not settled. */
    private void write() throws IOException {
        List<String> unsettled = new ArrayList<>();
        for (EncodedMessage verdict : lines.judged()) {
            // its part may be open again: that is said below
            unsettled.add(JournalLines.judged("-", verdict));
        }
        for (Announcement said : lines.open()) {
            unsettled.add(JournalLines.announced(said));
        }
        file.rewrite(unsettled);
    }

    /**
     * The run ends well: every sink has delivered its verdicts, or keeps them on disk. What nobody took of the run before
     * ({@link #takeLeft}) stays for the next. Only {@link #close} comes after it.
     */
    public synchronized void over() {
        try {
            if (file.isOpen() && left.isEmpty()) {
                append(JournalLines.OVER);
            }
        } catch (IOException expected) {
            // Then the next start hands the last verdicts to the sinks once more.
        }
    }

    /** Lets others open it. Without {@link #over} the next who does finds what a run leaves that was killed. */
    @Override
    public synchronized void close() {
        file.close();
        lock.close();
    }
}
