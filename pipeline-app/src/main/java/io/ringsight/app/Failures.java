package io.ringsight.app;

import io.ringsight.app.config.ConfigException;
import io.ringsight.core.model.ModelException;
import io.ringsight.sources.Redaction;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells a person why a command failed: one line a mistake, and the exit code it means. */
final class Failures {
    private final PrintWriter err;
    private final boolean debug;

    /**
     * Reports to {@code err}.
     *
     * @param debug whether to print stack traces there, too
     */
    Failures(PrintWriter err, boolean debug) {
        this.err = err;
        this.debug = debug;
    }

    int report(Throwable failure) {
        if (debug) {
            err.print(trace(failure));
        }
        if (failure instanceof CommandException e) {
            e.lines().forEach(this::line);
            return e.exitCode();
        }
        if (failure instanceof ConfigException e) {
            e.mistakes().forEach(this::line);
            return Main.USAGE;
        }
        if (failure instanceof ModelException) {
            line("ringsight: " + failure.getMessage());
            return Main.USAGE;
        }
        if (failure instanceof InterruptedException) {
            line("ringsight: interrupted");
            return Main.FAILED;
        }
        if (failure instanceof LinkageError) {
            line("ringsight: a native library does not load: " + firstLine(failure) + " (ringsight doctor tells more; "
                    + whereTraceIs(failure) + ")");
            return Main.FAILED;
        }
        if (failure instanceof OutOfMemoryError) {
            line("ringsight: out of memory: " + firstLine(failure) + " (give more with RINGSIGHT_JAVA_OPTS=-Xmx2g)");
            return Main.FAILED;
        }
        line("ringsight: this should not happen: " + failure + " (" + whereTraceIs(failure) + ")");
        return Main.FAILED;
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
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
