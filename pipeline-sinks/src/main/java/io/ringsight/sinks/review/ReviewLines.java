package io.ringsight.sinks.review;

import io.ringsight.client.Message;
import io.ringsight.client.VerdictMessage;
import io.ringsight.client.VerdictMessage.Place;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.sinks.review.ReviewedVerdict.Missed;
import io.ringsight.sinks.review.ReviewedVerdict.Said;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the lines of a file of reviews say: {@code verdict MESSAGE}, {@code review ID DEFECT STATE =BY UTC_NS} with -1 for the
 * whole, {@code missed ID =CLASS PLACE =BY UTC_NS}, and of verdicts that are not kept any more {@code total =CLASS STATE N}.
 * The last {@value #KEPT} verdicts are kept, and of the others how often people found what. Not for several threads.
 */
final class ReviewLines {
    static final int KEPT = 1_000;
    private static final String VERDICT = "verdict";
    private static final String REVIEW = "review";
    private static final String MISSED = "missed";
    private static final String TOTAL = "total";
    private static final String NOWHERE = "-";

    /** The oldest first. */
    private final Map<String, ReviewedVerdict> verdicts = new LinkedHashMap<>();

    private final ReviewTotals gone = new ReviewTotals();

    /** Reads one line; one that is none, torn by a power cut perhaps, is left out. */
    void read(String line) {
        String[] words = line.split(" ", 2);
        try {
            if (words[0].equals(VERDICT)) {
                addVerdict(words[1].getBytes(StandardCharsets.UTF_8));
            } else if (words[0].equals(REVIEW)) {
                String[] parts = words[1].split(" ");
                Said said = new Said(decoded(parts[3]), Long.parseLong(parts[4]));
                review(parts[0], Integer.parseInt(parts[1]), ReviewState.of(parts[2]), said);
            } else if (words[0].equals(MISSED)) {
                String[] parts = words[1].split(" ");
                Said said = new Said(decoded(parts[3]), Long.parseLong(parts[4]));
                missed(parts[0], new Missed(decoded(parts[1]), place(parts[2])), said);
            } else if (words[0].equals(TOTAL)) {
                total(words[1].split(" "));
            }
        } catch (MessageFormatException | RuntimeException torn) {
            // what else is in the file counts
        }
    }

    private void total(String[] parts) {
        long n = Long.parseLong(parts[2]);
        if (parts[1].equals(MISSED)) {
            gone.addMissed(decoded(parts[0]), n);
        } else {
            gone.add(decoded(parts[0]), ReviewState.of(parts[1]), n);
        }
    }

    /** Adds one, unless it is there; returns whether it was not. */
    boolean addVerdict(byte[] json) throws MessageFormatException {
        Message message = MessageReader.read(json);
        if (!(message instanceof VerdictMessage verdict)
                || verdicts.containsKey(verdict.identity().messageId())) {
            return false;
        }
        verdicts.put(verdict.identity().messageId(), ReviewedVerdict.unseen(verdict, json));
        if (verdicts.size() > KEPT) {
            ReviewedVerdict oldest = verdicts.values().iterator().next();
            gone.add(oldest);
            verdicts.remove(oldest.id());
        }
        return true;
    }

    void review(String id, int defect, ReviewState state, Said said) {
        verdicts.computeIfPresent(id, (key, before) -> before.with(defect, state, said));
    }

    void missed(String id, Missed missed, Said said) {
        verdicts.computeIfPresent(id, (key, before) -> before.with(missed, said));
    }

    Optional<ReviewedVerdict> find(String id) {
        return Optional.ofNullable(verdicts.get(id));
    }

    /** The oldest first. */
    List<ReviewedVerdict> all() {
        return new ArrayList<>(verdicts.values());
    }

    ReviewTotals totals() {
        ReviewTotals totals = gone.copy();
        verdicts.values().forEach(totals::add);
        return totals;
    }

    /** All that is known, in as few lines as it takes. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        gone.classes().forEach((label, counts) -> {
            for (ReviewState state : ReviewState.values()) {
                lines.add(TOTAL + ' ' + encoded(label) + ' ' + state.wireName() + ' ' + counts.of(state));
            }
            lines.add(TOTAL + ' ' + encoded(label) + ' ' + MISSED + ' ' + counts.missed());
        });
        for (ReviewedVerdict reviewed : verdicts.values()) {
            lines.add(verdict(reviewed.json()));
            reviewed.last().ifPresent(said -> {
                lines.add(reviewLine(reviewed.id(), -1, reviewed.whole(), said));
                for (int i = 0; i < reviewed.defects().size(); i++) {
                    lines.add(reviewLine(reviewed.id(), i, reviewed.defects().get(i), said));
                }
                reviewed.missed().forEach(missed -> lines.add(missedLine(reviewed.id(), missed, said)));
            });
        }
        return lines;
    }

    static String verdict(byte[] json) {
        return VERDICT + ' ' + new String(json, StandardCharsets.UTF_8);
    }

    static String reviewLine(String id, int defect, ReviewState state, Said said) {
        return REVIEW
                + ' '
                + id
                + ' '
                + defect
                + ' '
                + state.wireName()
                + ' '
                + encoded(said.by())
                + ' '
                + said.utcNs();
    }

    static String missedLine(String id, Missed missed, Said said) {
        String place = missed.place()
                .map(at -> at.centerX() + "," + at.centerY() + "," + at.width() + "," + at.height())
                .orElse(NOWHERE);
        return MISSED
                + ' '
                + id
                + ' '
                + encoded(missed.label())
                + ' '
                + place
                + ' '
                + encoded(said.by())
                + ' '
                + said.utcNs();
    }

    private static Optional<Place> place(String text) {
        if (text.equals(NOWHERE)) {
            return Optional.empty();
        }
        String[] parts = text.split(",");
        return Optional.of(new Place(
                Double.parseDouble(parts[0]),
                Double.parseDouble(parts[1]),
                Double.parseDouble(parts[2]),
                Double.parseDouble(parts[3])));
    }

    private static String encoded(String text) {
        return '=' + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String word) {
        return URLDecoder.decode(word.substring(1), StandardCharsets.UTF_8);
    }
}
