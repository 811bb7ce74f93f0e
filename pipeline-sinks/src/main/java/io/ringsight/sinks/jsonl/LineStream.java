package io.ringsight.sinks.jsonl;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A stream of lines that is there from the start and not ours to close, such as standard output. */
final class LineStream implements LineOutput {
    private final OutputStream stream;

    LineStream(OutputStream stream) {
        this.stream = stream;
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        stream.write(lines.array(), lines.arrayOffset() + lines.position(), lines.remaining());
        stream.flush();
        lines.position(lines.limit());
    }

    @Override
    public boolean isFullFor(int bytes) {
        return false;
    }

    @Override
    public void close() {
        // Not ours.
    }
}
