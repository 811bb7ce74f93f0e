package io.ringsight.core.infer.onnx;

import io.ringsight.core.model.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The files that hold a model's weights beside its ONNX file (external data, {@code .onnx.data}), and the one hash of all
 * of them. Only files in the model's own folder are read: a model must not name others.
 */
final class WeightFiles {
    private static final int BLOCK = 1 << 20;

    private final Path model;
    private final List<Path> files = new ArrayList<>();

    private WeightFiles(Path model) {
        this.model = model;
    }

    /**
     * The files a model names.
     *
     * @param locations as the file writes them, in the order they are hashed
     * @throws ModelException if one is missing or lies outside the model's folder
     */
    static WeightFiles of(Path model, Set<String> locations) throws ModelException {
        WeightFiles found = new WeightFiles(model);
        for (String location : locations) {
            found.files.add(found.inside(location));
        }
        return found;
    }

    private Path inside(String location) throws ModelException {
        Path folder = model.toAbsolutePath().getParent();
        try {
            Path file = folder.resolve(location).normalize();
            if (Path.of(location).isAbsolute() || !file.startsWith(folder.normalize())) {
                throw outside(location);
            }
            if (!Files.isRegularFile(file)) {
                throw new ModelException(model + ": expected its weights file '" + location + "' in " + folder
                        + ", found none: copy both files there");
            }
            Path real = file.toRealPath();
            // A store of files behind links (as Hugging Face's cache) keeps the model and its weights in one folder.
            if (!real.startsWith(folder.toRealPath())
                    && !real.startsWith(model.toRealPath().getParent())) {
                throw outside(location);
            }
            return file;
        } catch (InvalidPathException e) {
            throw outside(location);
        } catch (IOException e) {
            throw new ModelException(model + ": its weights file '" + location + "' cannot be read: " + e, e);
        }
    }

    private ModelException outside(String location) {
        return new ModelException(model + ": it names a weights file outside its own folder, '" + location
                + "': only files beside the model are read");
    }

    /**
     * SHA-256 of the ONNX file, lower-case hexadecimal; with weights files of the ONNX file's bytes and, for each weights
     * file, its name and the hash of its bytes.
     *
     * @param onnx the ONNX file's bytes
     */
    String sha256(ByteBuffer onnx) throws ModelException {
        MessageDigest digest = sha256();
        digest.update(onnx.duplicate());
        for (Path file : files) {
            digest.update((file.getFileName() + "\0").getBytes(StandardCharsets.UTF_8));
            digest.update(hash(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private byte[] hash(Path file) throws ModelException {
        MessageDigest digest = sha256();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(block.clear()) >= 0) {
                digest.update(block.flip());
            }
            return digest.digest();
        } catch (IOException e) {
            throw new ModelException(model + ": its weights file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
