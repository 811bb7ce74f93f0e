package io.ringsight.app.tools.replay;

/** A recording cannot be replayed; the message is one sentence for people. */
public final class ReplayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReplayException(String sentence) {
        super(sentence);
    }
}
