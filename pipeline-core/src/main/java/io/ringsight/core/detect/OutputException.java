package io.ringsight.core.detect;

/**
 * A network's output that says nothing of its picture; an empty list of objects would be a lie. Either a value that
 * decides is NaN or infinite, and the next picture may be well. Or a value cannot be what the model's description says
 * it is ({@link #isMisread()}): then nothing the model says can be believed.
 */
public final class OutputException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean misread;

    private OutputException(String message, boolean misread) {
        super(message);
        this.misread = misread;
    }

    static OutputException notFinite(String what, float value) {
        return new OutputException("the model's output is not finite: " + what + " is " + value, false);
    }

    /** For a confidence, or a part of one, that is NaN, infinite, or not between 0 and 1. */
    static OutputException ofConfidence(String what, float value) {
        if (!Float.isFinite(value)) {
            return notFinite(what, value);
        }
        return misread(what + " of " + value + ", expected 0 to 1: these may be percent, or logits (export with the"
                + " sigmoid), or the output of another kind of network");
    }

    /** What the model gave and what was expected instead. */
    static OutputException misread(String gave) {
        return new OutputException("the model does not give what was expected of it: it gave " + gave, true);
    }

    /** Whether this is a property of the model, not of the picture: its other outputs are as wrong. */
    public boolean isMisread() {
        return misread;
    }
}
