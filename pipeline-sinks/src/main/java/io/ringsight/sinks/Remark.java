package io.ringsight.sinks;

/**
 * One thing that a receiver was asked before anything is sent.
 *
 * @param level how it is meant
 * @param what was asked, in a word or two
 * @param detail the answer, and what to do if it is not good; one line without secrets
 */
public record Remark(Level level, String what, String detail) {
    /** How a remark is meant. */
    public enum Level {
        /** As it should be. */
        GOOD,
        /** Could not be found out. */
        UNKNOWN,
        /** Works, but not as well as it could, or not for ever. */
        WARNING,
        /** Messages will not arrive, or get lost. */
        BAD
    }
}
