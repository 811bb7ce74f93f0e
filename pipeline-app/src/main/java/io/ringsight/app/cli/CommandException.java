package io.ringsight.app.cli;

import java.util.List;

/**
 * Ends a command: what to print on standard error, and the exit code. For what a user can cause; anything else that
 * escapes a command is a bug and is reported as one.
 */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<String> lines;
    private final int exitCode;

    private CommandException(int exitCode, List<String> lines) {
        super(String.join(System.lineSeparator(), lines));
        this.lines = List.copyOf(lines);
        this.exitCode = exitCode;
    }

    /** Bad usage or configuration: exit code 2. One line a mistake. */
    public static CommandException usage(List<String> lines) {
        return new CommandException(ExitCode.USAGE, lines);
    }

    /** Bad usage or configuration: exit code 2. */
    public static CommandException usage(String line) {
        return usage(List.of(line));
    }

    /** Failed while running: exit code 1. One line a failure. */
    public static CommandException failed(List<String> lines) {
        return new CommandException(ExitCode.FAILED, lines);
    }

    /** Failed while running: exit code 1. */
    public static CommandException failed(String line) {
        return failed(List.of(line));
    }

    /** What to print, one line a mistake. */
    public List<String> lines() {
        return lines;
    }

    /** What the process ends with. */
    public int exitCode() {
        return exitCode;
    }
}
