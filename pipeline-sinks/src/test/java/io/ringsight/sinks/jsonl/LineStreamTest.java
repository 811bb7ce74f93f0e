package io.ringsight.sinks.jsonl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Standard output in a pipe. */
class LineStreamTest {
    @Test
    void tellsThatTheReaderOfAStreamHasGoneButNotThatItsDiskIsFull() {
        AtomicInteger gone = new AtomicInteger();
        String[] why = {"No space left on device"};
        LineStream stream = new LineStream(
                new OutputStream() {
                    @Override
                    public void write(int one) throws IOException {
                        throw new IOException(why[0]);
                    }
                },
                gone::incrementAndGet);
        assertThatIOException().isThrownBy(() -> stream.write(ByteBuffer.wrap(new byte[] {'\n'})));
        assertThat(gone).hasValue(0);
        why[0] = "Broken pipe";
        assertThatIOException().isThrownBy(() -> stream.write(ByteBuffer.wrap(new byte[] {'\n'})));
        assertThat(gone).hasValue(1);
    }
}
