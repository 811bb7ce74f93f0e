package io.ringsight.sinks.queue;

import io.ringsight.core.metrics.SinkState;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** What a failed write means for a sink. */
public final class DiskFailure {
    private DiskFailure() {}

    /** How the sink stands. */
    public static SinkState state(IOException failure) {
        String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("no space left") || text.contains("quota exceeded")) {
            return SinkState.DISK_FULL;
        }
        return SinkState.NOT_WRITABLE;
    }

    /** One line for people. */
    public static String detail(IOException failure) {
        if (failure instanceof AccessDeniedException denied) {
            return "no permission: " + denied.getFile();
        }
        return failure instanceof FileSystemException
                ? failure.getClass().getSimpleName() + ": " + failure.getMessage()
                : failure.getMessage();
    }
}
