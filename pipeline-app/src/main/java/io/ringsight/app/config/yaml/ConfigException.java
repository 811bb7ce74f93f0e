package io.ringsight.app.config.yaml;

import java.util.List;

/** A file the user wrote cannot be used: every mistake in it, each one line of {@code FILE:LINE: key: expected, got}. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<String> mistakes;

    public ConfigException(List<String> mistakes) {
        super(String.join(System.lineSeparator(), mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** The mistakes in the order of their lines. */
    public List<String> mistakes() {
        return mistakes;
    }
}
