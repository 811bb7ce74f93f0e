package io.ringsight.sinks.verdict;

import io.ringsight.client.Identity;
import io.ringsight.client.MessageHead;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.core.analyse.verdict.Announcement;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageKey;
import io.ringsight.sinks.MessageType;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What the lines of a journal say. {@code announced UTC_NS PART =RECIPE =REVISION}, {@code judged PART MESSAGE} and, at the
 * end of a run that ended well, {@code over}. Of the judged the last {@value #KEPT} are remembered: more are not on their way
 * to the sinks when a process dies.
 */
final class JournalLines {
    static final int KEPT = 64;
    static final String OVER = "over";
    private static final String ANNOUNCED = "announced";
    private static final String JUDGED = "judged";

    private final Map<String, Announcement> open = new LinkedHashMap<>();
    private final Deque<EncodedMessage> judged = new ArrayDeque<>();
    private boolean isOver;

    /** The line of an announcement. */
    static String announced(Announcement said) {
        Recipe recipe = said.recipe().orElse(Recipe.NONE);
        return ANNOUNCED + ' ' + said.atUtcNs() + ' ' + said.partId() + " =" + encoded(recipe.name()) + " ="
                + encoded(recipe.revision());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The line of a verdict. */
    static String judged(String partId, EncodedMessage message) {
        return JUDGED + ' ' + partId + ' ' + new String(message.bytes(), StandardCharsets.UTF_8);
    }

    /** Reads one line; one that is none, torn by a power cut perhaps, is left out. */
    void read(String line) {
        String[] words = line.split(" ", 3);
        try {
            if (words[0].equals(ANNOUNCED)) {
                add(announcement(line.split(" ")));
            } else if (words[0].equals(JUDGED)) {
                add(words[1], message(words[2].getBytes(StandardCharsets.UTF_8)));
            }
            isOver = line.equals(OVER);
        } catch (MessageFormatException | RuntimeException torn) {
            isOver = false;
        }
    }

    void add(Announcement said) {
        open.put(said.partId(), said);
    }

    void add(String partId, EncodedMessage verdict) {
        open.remove(partId);
        judged.add(verdict);
        if (judged.size() > KEPT) {
            judged.remove();
        }
    }

    /** What this run added before the file could be read. */
    void addAll(JournalLines later) {
        open.putAll(later.open);
        judged.addAll(later.judged);
        while (judged.size() > KEPT) {
            judged.remove();
        }
    }

    private static Announcement announcement(String[] words) {
        Recipe recipe = new Recipe(decoded(words[3]), decoded(words[4]));
        return new Announcement(
                words[2],
                recipe.equals(Recipe.NONE) ? Optional.empty() : Optional.of(recipe),
                Long.parseLong(words[1]));
    }

    private static String decoded(String word) {
        return URLDecoder.decode(word.substring(1), StandardCharsets.UTF_8);
    }

    private static EncodedMessage message(byte[] json) throws MessageFormatException {
        MessageHead head = MessageReader.readHead(json);
        Identity identity = head.identity();
        MessageKey key = new MessageKey(
                new SourceId(identity.sourceId()),
                identity.streamEpoch(),
                identity.messageId(),
                head.coverage().frameSeq(),
                head.coverage().prevFrameSeq());
        Instant made = head.publishedAt().orElse(Instant.EPOCH);
        long utcNs = TimeUnit.SECONDS.toNanos(made.getEpochSecond()) + made.getNano();
        return new EncodedMessage(key, MessageType.VERDICT, utcNs, null, json);
    }

    /** Parts without a verdict, in the order of their announcements. */
    Collection<Announcement> open() {
        return open.values();
    }

    /** The last verdicts, the oldest first, with nothing said of their parts. */
    Collection<EncodedMessage> judged() {
        return judged;
    }

    /** Whether the run ended well: the sinks have closed, and delivered all it judged or keep it on disk. */
    boolean isOver() {
        return isOver;
    }
}
