package io.ringsight.sinks.jsonl;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where whole lines go. One thread. */
public interface LineOutput {
    /**
     * Writes whole lines, all or nothing, opening what has to be opened.
     *
     * @param lines ends with a line feed; wholly consumed unless it throws
     */
    void write(ByteBuffer lines) throws IOException;

    /** Whether {@code bytes} more would make it begin a new file. */
    boolean isFullFor(int bytes);

    /** Closes what is open; the next write opens it again. */
    void close();
}
