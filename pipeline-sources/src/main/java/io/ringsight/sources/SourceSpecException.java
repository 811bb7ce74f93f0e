package io.ringsight.sources;

/** A source is described wrongly. The message is one sentence for people and holds no secret. */
public final class SourceSpecException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * @param key the configuration key at fault, e.g. {@code uri} or {@code transport}
     * @param message what was expected and what came
     */
    public SourceSpecException(String key, String message) {
        super(message);
        this.key = key;
    }

    /** The configuration key at fault. */
    public String key() {
        return key;
    }
}
