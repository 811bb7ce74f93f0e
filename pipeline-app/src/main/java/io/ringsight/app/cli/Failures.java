package io.ringsight.app.cli;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.model.ModelException;
import io.ringsight.sources.spec.Redaction;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells a person why a command failed: one line a mistake, and the exit code it means. */
public final class Failures {
    private final PrintWriter err;
    private final boolean debug;

    /**
     * Reports to {@code err}.
     *
     * @param debug whether to print stack traces there, too
     */
    public Failures(PrintWriter err, boolean debug) {
        this.err = err;
        this.debug = debug;
    }

    public int report(Throwable failure) {
        if (debug) {
            err.print(trace(failure));
        }
        if (failure instanceof CommandException e) {
            e.lines().forEach(this::line);
            return e.exitCode();
        }
        if (failure instanceof ConfigException e) {
            e.mistakes().forEach(this::line);
            return ExitCode.USAGE;
        }
        if (failure instanceof ModelException) {
            line("ringsight: " + failure.getMessage());
            return ExitCode.USAGE;
        }
        if (failure instanceof InterruptedException) {
            line("ringsight: interrupted");
            return ExitCode.FAILED;
        }
        if (outOfFiles(failure)) {
            line("ringsight: too many open files for this process's limit; raise it (ulimit -n 4096, systemd"
                    + " LimitNOFILE=, docker --ulimit nofile=4096)");
            return ExitCode.FAILED;
        }
        if (failure instanceof LinkageError) {
            line("ringsight: a native library does not load: " + firstLine(failure) + " (ringsight doctor tells more; "
                    + whereTraceIs(failure) + ")");
            return ExitCode.FAILED;
        }
        if (failure instanceof OutOfMemoryError) {
            line("ringsight: out of memory: " + firstLine(failure) + " (give more with RINGSIGHT_JAVA_OPTS=-Xmx2g)");
            return ExitCode.FAILED;
        }
        line("ringsight: this should not happen: " + failure + " (" + whereTraceIs(failure) + ")");
        return ExitCode.FAILED;
    }

    /** The innermost cause says most: an ExceptionInInitializerError has no message of its own. */
    private static String firstLine(Throwable failure) {
        Throwable inner = innermost(failure);
        return inner.getMessage() == null
                ? inner.getClass().getSimpleName()
                : inner.getMessage().lines().findFirst().orElse(inner.toString());
    }

    private static Throwable innermost(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null && inner.getCause() != inner) {
            inner = inner.getCause();
        }
        return inner;
    }

    /** The same cause looks like a missing file, class or library, wherever the limit is met first. */
    private static boolean outOfFiles(Throwable failure) {
        for (Throwable cause = failure; cause != null && cause != cause.getCause(); cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).contains("Too many open files")) {
                return true;
            }
        }
        return false;
    }

    private void line(String text) {
        err.println(Redaction.text(text).replaceAll("\\s*\\R\\s*", " "));
    }

    private String whereTraceIs(Throwable failure) {
        try {
            Path file = Files.createTempFile("ringsight-failure-", ".txt");
            Files.writeString(file, trace(failure));
            return "stack trace in " + file;
        } catch (IOException e) {
            return "--debug prints the stack trace";
        }
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return Redaction.text(text.toString());
    }
}
