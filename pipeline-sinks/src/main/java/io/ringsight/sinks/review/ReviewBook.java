package io.ringsight.sinks.review;

import io.ringsight.client.json.MessageFormatException;
import io.ringsight.sinks.journal.JournalFile;
import io.ringsight.sinks.review.ReviewedVerdict.Missed;
import io.ringsight.sinks.review.ReviewedVerdict.Said;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The last verdicts of one source and what people said of them, in a file. What a person says is on the disk before it
 * counts. Bounded: {@value ReviewLines#KEPT} verdicts, and the file is written again when it has grown to twice what it needs. Any thread.
 */
final class ReviewBook {
    private static final long MIN_BYTES = 4 << 20;

    private final JournalFile file;
    private final ReviewLines lines = new ReviewLines();
    private boolean isRead;
    private long rewriteAt = MIN_BYTES;

    ReviewBook(Path path) {
        file = new JournalFile(path);
    }

    /**
     * Opens it, unless it is open, and reads what was said before.
     *
     * @throws IOException if it cannot be; asking again tries again
     */
    synchronized void open() throws IOException {
        if (file.isOpen()) {
            return;
        }
        if (!isRead) {
            file.read().forEach(lines::read);
        }
        isRead = true;
        rewrite();
    }

    /** A verdict was made. It is another's task to keep it for the line: here it may be lost by a power cut. */
    synchronized void saw(byte[] verdict) throws IOException {
        open();
        try {
            if (lines.addVerdict(verdict)) {
                append(ReviewLines.verdict(verdict), false);
            }
        } catch (MessageFormatException e) {
            throw new IOException("not a verdict: " + e.getMessage(), e);
        }
    }

    /**
     * A person looked at a defect, or at all of a part.
     *
     * @param defect which; below 0: all
     * @return the verdict with what is known of it now
     * @throws IOException if it is not on the disk; then it does not count
     */
    synchronized ReviewedVerdict review(String id, int defect, ReviewState state, Said said) throws IOException {
        append(ReviewLines.reviewLine(id, defect, state, said), true);
        lines.review(id, defect, state, said);
        return lines.find(id).orElseThrow();
    }

    /** A person found a defect that Ringsight had not; as {@link #review}. */
    synchronized ReviewedVerdict missed(String id, Missed missed, Said said) throws IOException {
        append(ReviewLines.missedLine(id, missed, said), true);
        lines.missed(id, missed, said);
        return lines.find(id).orElseThrow();
    }

    synchronized Optional<ReviewedVerdict> find(String id) {
        return lines.find(id);
    }

    /** The oldest first. */
    synchronized List<ReviewedVerdict> all() {
        return lines.all();
    }

    synchronized ReviewTotals totals() {
        return lines.totals();
    }

    private void append(String line, boolean durably) throws IOException {
        open();
        long before = file.size();
        file.append(line, durably);
        if (before > rewriteAt) {
            trim();
        }
    }

    /** What was to be kept is, whatever becomes of this. */
    private void trim() {
        try {
            rewrite();
        } catch (IOException expected) {
            // the file is as it was, and longer than it should be
        }
    }

    private void rewrite() throws IOException {
        file.rewrite(lines.lines());
        rewriteAt = Math.max(MIN_BYTES, 2 * file.size());
    }

    synchronized void close() {
        file.close();
    }
}
