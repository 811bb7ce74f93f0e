package io.ringsight.sinks.review;

import io.ringsight.core.frame.SourceId;
import io.ringsight.core.run.LogThrottle;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.MessageWatcher;
import io.ringsight.sinks.journal.JournalFile;
import io.ringsight.sinks.review.ReviewedVerdict.Missed;
import io.ringsight.sinks.review.ReviewedVerdict.Said;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last verdicts of all sources and what people say of them. Any thread. */
public final class Reviews implements MessageWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Reviews.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final Map<SourceId, ReviewBook> books = new ConcurrentHashMap<>();
    private final Clock clock;
    private final LogThrottle failures;

    public Reviews(Clock clock) {
        this.clock = clock;
        failures = new LogThrottle(clock, LOG_INTERVAL);
    }

    /** From now on verdicts of the source are remembered, in a file in {@code dir}. */
    public void open(SourceId source, Path dir) {
        ReviewBook book = books.computeIfAbsent(source, id -> new ReviewBook(file(dir, id)));
        try {
            book.open();
        } catch (IOException e) {
            tell(source, e);
        }
    }

    @Override
    public void saw(EncodedMessage message, int objects) {
        ReviewBook book = message.type() == MessageType.VERDICT ? books.get(message.sourceId()) : null;
        if (book == null) {
            return;
        }
        try {
            book.saw(message.bytes());
        } catch (IOException e) {
            tell(message.sourceId(), e);
        }
    }

    private void tell(SourceId source, IOException e) {
        failures.tell(span -> LOG.warn(
                "{}: verdicts are not kept for reviews: {}; they are published all the same{}",
                source,
                e.toString(),
                span));
    }

    /** All verdicts that are remembered, the newest first. */
    public List<ReviewedVerdict> list() {
        List<ReviewedVerdict> all = new ArrayList<>();
        books.values().forEach(book -> all.addAll(book.all()));
        all.sort(Comparator.comparing(
                        (ReviewedVerdict reviewed) -> reviewed.verdict().publishedAt())
                .reversed());
        return all;
    }

    /** One of them. */
    public Optional<ReviewedVerdict> find(SourceId source, String id) {
        return Optional.ofNullable(books.get(source)).flatMap(book -> book.find(id));
    }

    /**
     * A person looked at a defect of a verdict that is remembered, or at all of the part.
     *
     * @param defect which; below 0: all
     * @param by who; may be empty
     * @throws IOException if it could not be put on the disk; then it does not count
     */
    public ReviewedVerdict review(ReviewedVerdict of, int defect, ReviewState state, String by) throws IOException {
        return book(of).review(of.id(), defect, state, new Said(by, clock.epochNanos()));
    }

    /** A person found a defect that Ringsight had not; as {@link #review}. */
    public ReviewedVerdict missed(ReviewedVerdict of, Missed missed, String by) throws IOException {
        return book(of).missed(of.id(), missed, new Said(by, clock.epochNanos()));
    }

    private ReviewBook book(ReviewedVerdict of) {
        return books.get(new SourceId(of.verdict().identity().sourceId()));
    }

    /** How often people found what, by source. */
    public Map<String, ReviewTotals> totals() {
        Map<String, ReviewTotals> totals = new TreeMap<>();
        books.forEach((source, book) -> totals.put(source.value(), book.totals()));
        return totals;
    }

    /** Nothing is kept any more. */
    public void close() {
        books.values().forEach(ReviewBook::close);
    }

    /**
     * What is known of a source's last verdicts, the oldest first; none if nothing is. Another process may be writing.
     *
     * @param dir as where they were opened
     */
    public static List<ReviewedVerdict> read(Path dir, SourceId source) throws IOException {
        ReviewLines lines = new ReviewLines();
        new JournalFile(file(dir, source)).read().forEach(lines::read);
        return lines.all();
    }

    private static Path file(Path dir, SourceId source) {
        return dir.resolve(source.value() + ".reviews");
    }
}
