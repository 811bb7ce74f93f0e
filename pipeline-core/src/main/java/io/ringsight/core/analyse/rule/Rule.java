package io.ringsight.core.analyse.rule;

import io.ringsight.core.analyse.named.AttributeClass;
import io.ringsight.core.decision.Severity;
import java.util.List;
import java.util.Locale;

/**
 * What is to be told of what a source sees, once each time that it begins to be so.
 *
 * @param name what people call it
 * @param sentence what they are told; empty: nothing but the name
 * @param condition what has to be so in a frame
 * @param lasting for how long
 * @param quietMs how long it must have been seen not to be so before it is told again
 * @param severity how much it matters
 */
public record Rule(String name, String sentence, Condition condition, Lasting lasting, int quietMs, Severity severity) {
    /** The most rules of a source. */
    public static final int MAX_RULES = 64;
    /** The most characters of a sentence. */
    public static final int MAX_SENTENCE = 300;
    /** The most objects that a rule may ask for. */
    public static final int MAX_COUNT = 300;
    /** The longest time: a day. */
    public static final int MAX_MS = 86_400_000;

    private static final double MS_PER_S = 1_000;

    /**
     * What has to be so in a frame.
     *
     * @param names of the classes that count, or {@code ATTRIBUTE=CLASS} for what second models say; none: all objects do
     * @param confidence the least of an object that counts
     * @param zone the name of the zone in which objects count; empty: everywhere
     * @param count the least number of such objects
     */
    public record Condition(List<String> names, double confidence, String zone, int count) {
        public Condition {
            names = List.copyOf(names);
        }
    }

    /**
     * For how long it has to be so. One of the two: for a time without a frame in which it is not so, or in so many of the last
     * frames.
     *
     * @param forMs milliseconds, of which only those that were seen count; 0: one frame is enough
     * @param frames how many of the last frames; 0: {@code forMs} counts
     * @param ofLast how many last frames are looked at
     */
    public record Lasting(int forMs, int frames, int ofLast) {
        /** The most frames that are looked at. */
        public static final int MAX_FRAMES = 1_000;

        public Lasting {
            if (forMs < 0 || frames < 0 || frames > ofLast || ofLast > MAX_FRAMES || frames > 0 && forMs > 0) {
                throw new IllegalArgumentException("no time: " + forMs + ", " + frames + " of " + ofLast);
            }
        }
    }

    /** What it will do, as one sentence. */
    public String inWords() {
        return severity.wireName() + " when " + what() + ' ' + howLong() + "; once, and again when it was not so for "
                + seconds(quietMs);
    }

    private String what() {
        boolean isOne = condition.count == 1;
        String any = isOne ? "an object" : "objects";
        String kind = condition.names.isEmpty() ? any : some(isOne);
        String sure = condition.confidence > 0 ? " of confidence " + condition.confidence + " or more" : "";
        String where = condition.zone.isEmpty() ? "in the picture" : "in zone " + condition.zone;
        return (isOne ? "" : "at least " + condition.count + ' ') + kind + sure + (isOne ? " is " : " are ") + where;
    }

    private String some(boolean isOne) {
        List<String> classes =
                condition.names.stream().filter(name -> !isSaid(name)).toList();
        List<String> said = condition.names.stream().filter(Rule::isSaid).toList();
        String ofClass = classes.isEmpty() ? "" : (isOne ? "a " : "of ") + String.join(" or ", classes);
        String with = said.isEmpty() ? "" : (isOne ? "an object" : "of objects") + " with " + String.join(" or ", said);
        return ofClass + (classes.isEmpty() || said.isEmpty() ? "" : " or ") + with;
    }

    /** Whether a second model says it. */
    private static boolean isSaid(String name) {
        return AttributeClass.of(name).isPresent();
    }

    private String howLong() {
        if (lasting.frames > 0) {
            return "in " + lasting.frames + " of the last " + lasting.ofLast + " frames";
        }
        return lasting.forMs == 0 ? "in one frame" : "in every frame for " + seconds(lasting.forMs) + " that were seen";
    }

    private static String seconds(int ms) {
        return String.format(Locale.ROOT, ms % 1_000 == 0 ? "%.0f s" : "%.3f s", ms / MS_PER_S);
    }
}
