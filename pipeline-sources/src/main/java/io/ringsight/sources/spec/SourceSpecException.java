package io.ringsight.sources.spec;

/** A source is described wrongly. The message is one sentence for people and holds no secret. */
public final class SourceSpecException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final boolean hasNoMeaning;

    /**
     * @param key the configuration key at fault, e.g. {@code uri} or {@code transport}
     * @param message what was expected and what it got
     */
    public SourceSpecException(String key, String message) {
        this(key, message, false);
    }

    private SourceSpecException(String key, String message, boolean hasNoMeaning) {
        super(message);
        this.key = key;
        this.hasNoMeaning = hasNoMeaning;
    }

    /** A key that a kind of source has no use for. */
    static SourceSpecException noMeaning(String key, String kind) {
        return new SourceSpecException(key, "has no meaning for " + kind, true);
    }

    /** Whether the key is right elsewhere, but this kind of source has no use for it. */
    public boolean hasNoMeaning() {
        return hasNoMeaning;
    }

    /** The configuration key at fault. */
    public String key() {
        return key;
    }
}
