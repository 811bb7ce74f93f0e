package io.ringsight.sinks.spool;

import io.ringsight.core.metrics.SinkState;
import io.ringsight.sinks.queue.DiskFailure;
import java.io.IOException;
import java.nio.file.Path;

/** A spool's directory cannot be used; the message is a sentence for people that names it. */
public final class SpoolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SpoolException(String message) {
        super(message);
    }

    SpoolException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether the disk is full: nothing is wrong with the configuration, and a later start may succeed. */
    public boolean isDiskFull() {
        return getCause() instanceof IOException failure && DiskFailure.state(failure) == SinkState.DISK_FULL;
    }

    /** A file of a later format: it may hold messages nobody has yet, so nothing is done before a person decides. */
    static SpoolException newer(Path file, int version) {
        return new SpoolException(file + " was written by a newer Ringsight (spool format " + version
                + ", this one reads up to " + SpoolFormat.VERSION
                + "): start that one to send what is there, or move the directory away");
    }
}
