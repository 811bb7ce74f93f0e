package io.ringsight.core.infer.onnx;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Says what a file is that is no ONNX file, and what to do instead. */
final class ForeignFile {
    private static final int HEAD = 4_096;
    private static final String EXPORT = "export it: yolo export model=FILE.pt format=onnx";

    /**
     * How one kind is known.
     *
     * @param at where the mark stands; -1: anywhere in the first bytes
     * @param mark bytes, as Latin-1
     */
    private record Sign(int at, String mark, String sentence) {
        boolean isIn(String head) {
            return at < 0 ? head.contains(mark) : head.startsWith(mark, at);
        }
    }

    /** The first that fits counts. */
    private static final List<Sign> SIGNS = List.of(
            new Sign(0, "version https://git-lfs", "it is a Git LFS pointer, not the model: run 'git lfs pull'"),
            new Sign(4, "TFL3", "it is a TensorFlow Lite model: export it from its source as ONNX"),
            new Sign(4, "ORTM", "it is in ONNX Runtime's own format: use the .onnx file it was made of"),
            new Sign(0, "ftrt", "it is a TensorRT engine: use the ONNX file it was made of; Ringsight builds engines"),
            new Sign(0, "ptrt", "it is a TensorRT engine: use the ONNX file it was made of; Ringsight builds engines"),
            new Sign(4, "{\"", "it is a TensorRT engine or safetensors file: use the ONNX file of the same model"),
            new Sign(8, "{\"", "it is a safetensors file, which holds weights only: " + EXPORT),
            new Sign(0, "\u0089HDF", "it is a Keras (HDF5) model: convert it with tf2onnx"),
            new Sign(0, "GGUF", "it is a GGUF file, which holds no detector"),
            new Sign(0, "\u0080\u0002", "it is a PyTorch checkpoint: " + EXPORT),
            new Sign(-1, "data.pkl", "it is a PyTorch checkpoint: " + EXPORT),
            new Sign(0, "PK\u0003\u0004", "it is a zip archive: unpack it and use the .onnx file in it"),
            new Sign(0, "\u001f\u008b", "it is a gzip archive: unpack it and use the .onnx file in it"),
            new Sign(0, "7z\u00bc\u00af", "it is a 7z archive: unpack it and use the .onnx file in it"),
            new Sign(0, "\u00fd7zXZ", "it is an xz archive: unpack it and use the .onnx file in it"),
            new Sign(0, "\u0028\u00b5\u002f\u00fd", "it is a zstd archive: unpack it and use the .onnx file in it"),
            new Sign(0, "BZh", "it is a bzip2 archive: unpack it and use the .onnx file in it"),
            new Sign(257, "ustar", "it is a tar archive: unpack it and use the .onnx file in it"),
            new Sign(0, "\u0089PNG", "it is a picture"),
            new Sign(0, "\u00ff\u00d8\u00ff", "it is a picture"),
            new Sign(0, "\u007fELF", "it is a program or library"),
            new Sign(0, "7767517", "it is an ncnn model: use the ONNX file it was made of"),
            new Sign(-1, "<net ", "it is an OpenVINO model: use the ONNX file it was made of"),
            new Sign(0, "[net]", "it is a Darknet configuration: convert the model to ONNX"));

    private ForeignFile() {}

    /** A clause that says what the file seems to be. */
    static String describe(Path file, ByteBuffer bytes) {
        byte[] first = new byte[Math.min(HEAD, bytes.remaining())];
        bytes.duplicate().get(first);
        String head = new String(first, StandardCharsets.ISO_8859_1);
        String lower = head.stripLeading().toLowerCase(Locale.ROOT);
        if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
            return "it is an HTML page: the download gave a web page (log-in, error) instead of the file";
        }
        for (Sign sign : SIGNS) {
            if (sign.isIn(head)) {
                return sign.sentence();
            }
        }
        if (head.chars().allMatch(c -> c == 0)) {
            return "it begins with nothing but zero bytes: the copy was not finished";
        }
        return isText(first) ? "it is a text file; a model YAML must end in .yaml" : byName(file);
    }

    private static boolean isText(byte[] first) {
        for (byte b : first) {
            if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private static String byName(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.matches(".*\\.(pt|pth|ckpt)")) {
            return "by its name it is a PyTorch checkpoint: " + EXPORT;
        }
        if (name.matches(".*\\.(engine|plan|trt)")) {
            return "by its name it is a TensorRT engine: use the ONNX file it was made of";
        }
        if (name.matches(".*\\.(pb|mlmodel|caffemodel|pdmodel|weights|bin)")) {
            return "by its name it is a model of another format: convert it to ONNX";
        }
        return "it is of a format unknown here";
    }
}
