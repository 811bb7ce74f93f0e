package io.ringsight.sinks.jsonl;

import io.ringsight.core.metrics.SinkState;
import io.ringsight.sinks.queue.DiskFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A stream of lines that is there from the start and not ours to close, such as standard output. */
final class LineStream implements LineOutput {
    private final OutputStream stream;
    private final Runnable onReaderGone;

    /** @param onReaderGone told when nobody reads it any more; a full disk behind it is no such thing */
    LineStream(OutputStream stream, Runnable onReaderGone) {
        this.stream = stream;
        this.onReaderGone = onReaderGone;
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        try {
            stream.write(lines.array(), lines.arrayOffset() + lines.position(), lines.remaining());
            stream.flush();
        } catch (IOException e) {
            if (DiskFailure.state(e) == SinkState.NOT_WRITABLE) {
                onReaderGone.run();
            }
            throw e;
        }
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
