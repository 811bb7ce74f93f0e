package io.ringsight.app.config.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A file that holds one secret, as Docker, Kubernetes and systemd hand them to a process. */
final class SecretFile {
    static final String PREFIX = "file:";
    private static final int MAX_BYTES = 1 << 16;

    private SecretFile() {}

    /** The file's text without the newline at its end; empty, and a mistake, if it cannot be had. */
    static String read(String name, List<String> mistakes) {
        String expected = "expected a file of at most " + MAX_BYTES + " bytes in UTF-8 in ${file:" + name + "}, but ";
        try {
            Path path = Path.of(name);
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                mistakes.add(expected + "it is no ordinary file");
                return "";
            }
            return text(path);
        } catch (InvalidPathException e) {
            mistakes.add(expected + "that is no path");
        } catch (NoSuchFileException e) {
            mistakes.add(expected + "there is no such file");
        } catch (AccessDeniedException e) {
            mistakes.add(expected + "this user may not read it");
        } catch (CharacterCodingException e) {
            mistakes.add(expected + "it holds other bytes");
        } catch (IOException | SecurityException e) {
            mistakes.add(expected + "it cannot be read or is larger");
        }
        return "";
    }

    private static String text(Path path) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException("too large");
        }
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        return text.endsWith("\r\n") ? text.substring(0, text.length() - 2) : withoutNewline(text);
    }

    private static String withoutNewline(String text) {
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
