package io.ringsight.app.tools.replay;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of messages, one a line, as the {@code jsonl} sink and {@code kcat} write it. */
final class MessageLines {
    /** Longer than any message. */
    private static final int MAX_LINE_BYTES = 4 << 20;

    private MessageLines() {}

    /** Reads it to its end; empty lines are none. */
    static void read(Path file, Replay into) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long number = 1;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    add(line, file + ":" + number++, into);
                } else if (line.size() < MAX_LINE_BYTES) {
                    line.write(next);
                }
            }
            add(line, file + ":" + number, into);
        }
    }

    private static void add(ByteArrayOutputStream line, String where, Replay into) {
        if (line.size() > 0) {
            into.add(line.toByteArray(), where);
            line.reset();
        }
    }
}
