package io.ringsight.app.cli;

/** What the process ends with. */
public final class ExitCode {
    /** Done. */
    public static final int DONE = 0;
    /** Failed while running. */
    public static final int FAILED = 1;
    /** Bad usage or configuration. */
    public static final int USAGE = 2;

    private static final int SIGNAL_BASE = 128;

    private ExitCode() {}

    /** What shells expect of a process that ended because of a signal. */
    static int ofSignal(int signal) {
        return SIGNAL_BASE + signal;
    }
}
