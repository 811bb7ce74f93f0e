package io.ringsight.sources.recording;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The blocks of a GIF file: whether they go on to the trailer. FFmpeg takes any end of the file for the end. */
final class GifBlocks implements AutoCloseable {
    private static final int HEADER_BYTES = 6;
    private static final int SCREEN_BYTES = 7;
    private static final int IMAGE_BYTES = 9;
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2c;

    private final InputStream in;

    private GifBlocks(InputStream in) {
        this.in = in;
    }

    /** Whether the file, which begins as a GIF does, ends before its trailer. What is no block is not judged. */
    static boolean areCutOff(Path file) throws IOException {
        try (GifBlocks blocks = new GifBlocks(new BufferedInputStream(Files.newInputStream(file)))) {
            return !blocks.reachTrailer();
        } catch (EOFException e) {
            return true;
        }
    }

    private boolean reachTrailer() throws IOException {
        in.skipNBytes(HEADER_BYTES);
        skipPalette(in.readNBytes(SCREEN_BYTES), 4);
        int block = in.read();
        while (block == EXTENSION || block == IMAGE) {
            if (block == EXTENSION) {
                in.skipNBytes(1);
            } else {
                skipPalette(in.readNBytes(IMAGE_BYTES), IMAGE_BYTES - 1);
                in.skipNBytes(1);
            }
            skipData();
            block = in.read();
        }
        return block >= 0;
    }

    private void skipPalette(byte[] descriptor, int flagsAt) throws IOException {
        if (descriptor.length <= flagsAt) {
            throw new EOFException();
        }
        int flags = descriptor[flagsAt];
        if ((flags & 0x80) != 0) {
            in.skipNBytes(3L << (flags & 7) + 1);
        }
    }

    private void skipData() throws IOException {
        int bytes = in.read();
        while (bytes > 0) {
            in.skipNBytes(bytes);
            bytes = in.read();
        }
        if (bytes < 0) {
            throw new EOFException();
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
