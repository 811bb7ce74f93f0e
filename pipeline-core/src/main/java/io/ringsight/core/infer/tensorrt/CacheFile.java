package io.ringsight.core.infer.tensorrt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A file of bytes that are of use only to who made them, and that must never be used damaged: an engine, or timings.
 *
 * <pre>
 *   8 magic | 4 format | 4 length of the key | 8 length of the content | 32 SHA-256 of key and content | key | content
 * </pre>
 *
 * <p>Written beside, made durable, then renamed: there is either the whole file or the one before.
 */
final class CacheFile {
    private static final byte[] MAGIC = "RINGSENG".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int HASH_BYTES = 32;
    private static final int HEADER_BYTES = MAGIC.length + 2 * Integer.BYTES + Long.BYTES + HASH_BYTES;
    private static final int MAX_KEY = 1 << 16;

    private final Path path;

    CacheFile(Path path) {
        this.path = path;
    }

    /**
     * What a file turned out to be.
     *
     * @param bytes the content in native memory, or null if it is not to be used
     * @param problem why it is not to be used, in words that follow the file's name; empty if there is no file
     */
    record Content(ByteBuffer bytes, String problem) {}

    Path path() {
        return path;
    }

    /** Reads the content if it is whole and was made for {@code key}. */
    Content read(CacheKey key) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return read(channel, key);
        } catch (NoSuchFileException e) {
            return new Content(null, "");
        } catch (IOException e) {
            return unusable("cannot be read: " + e.getMessage());
        }
    }

    private static Content read(FileChannel channel, CacheKey key) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        byte[] magic = new byte[MAGIC.length];
        if (!fill(channel, header)) {
            return unusable("is truncated or not an engine of Ringsight's");
        }
        header.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            return unusable("is not an engine of Ringsight's");
        }
        int format = header.getInt();
        int keyBytes = header.getInt();
        long contentBytes = header.getLong();
        if (format != FORMAT) {
            return unusable("is of format " + format + ", not " + FORMAT);
        }
        if (keyBytes < 0 || keyBytes > MAX_KEY || contentBytes < 0 || contentBytes > Integer.MAX_VALUE) {
            return unusable("is damaged: its lengths make no sense");
        }
        long expected = HEADER_BYTES + keyBytes + contentBytes;
        if (channel.size() != expected) {
            return unusable("is truncated: " + channel.size() + " of " + expected + " bytes");
        }
        byte[] hash = new byte[HASH_BYTES];
        header.get(hash);
        ByteBuffer keyText = ByteBuffer.allocate(keyBytes);
        ByteBuffer content = ByteBuffer.allocateDirect((int) contentBytes);
        if (!fill(channel, keyText) || !fill(channel, content)) {
            return unusable("became shorter while it was read");
        }
        if (!MessageDigest.isEqual(hash, hash(keyText, content))) {
            return unusable("is damaged: its checksum is wrong");
        }
        String text = StandardCharsets.UTF_8.decode(keyText).toString();
        return text.equals(key.text()) ? new Content(content, "") : unusable("was made for " + key.difference(text));
    }

    private static Content unusable(String problem) {
        return new Content(null, problem);
    }

    /** Writes {@code content} for {@code key}. */
    void write(CacheKey key, ByteBuffer content) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Path beside = Files.createTempFile(path.toAbsolutePath().getParent(), path.getFileName() + ".", ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                ByteBuffer keyText = StandardCharsets.UTF_8.encode(key.text());
                ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES)
                        .put(MAGIC)
                        .putInt(FORMAT)
                        .putInt(keyText.remaining())
                        .putLong(content.remaining())
                        .put(hash(keyText, content))
                        .flip();
                drain(channel, header);
                drain(channel, keyText);
                drain(channel, content.duplicate());
                channel.force(true);
            }
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static boolean fill(FileChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                return false;
            }
        }
        into.flip();
        return true;
    }

    private static void drain(FileChannel channel, ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            channel.write(from);
        }
    }

    private static byte[] hash(ByteBuffer key, ByteBuffer content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(key.duplicate());
            digest.update(content.duplicate());
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
