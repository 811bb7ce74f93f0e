package io.ringsight.app.tools.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The kinds of file that commands write, and how each is recognised: only such a file may be replaced. */
public enum Written {
    /** Messages, one JSON object a line. */
    MESSAGES("a file of messages", "{\"schemaVersion\":"),
    /** An annotated video. */
    VIDEO("an annotated video", Written.MARK),
    /** An annotated or probed picture. */
    PICTURE("a picture that ringsight saved", Written.MARK),
    /** A model's input as a NumPy file. */
    TENSOR("a tensor", "'shape': (1, 3, "),
    /** An inspection as an HTML page. */
    PAGE("an inspection page", " - ringsight inspect</title>"),
    /** An inspection as JSON. */
    INSPECTION("an inspection", "{\"model\":{\"name\":"),
    /** A report of {@code gpu-acceptance}. */
    REPORT("a GPU acceptance report", "ringsight "),
    /** The same as JSON. */
    ACCEPTANCE("a GPU acceptance report in JSON", "{\"gpuAcceptance\":"),
    /** The same as an HTML page. */
    ACCEPTANCE_PAGE("a GPU acceptance page", "<title>ringsight gpu-acceptance</title>");

    /** What videos and pictures carry in a comment. */
    public static final String MARK = "made by ringsight";

    private static final int HEAD_BYTES = 4096;

    private final String what;
    private final String sign;

    Written(String what, String sign) {
        this.what = what;
        this.sign = sign;
    }

    /** What it is, with its article. */
    String what() {
        return what;
    }

    /** Whether the file is empty or one of this kind. */
    boolean mayReplace(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() == 0) {
                return true;
            }
            ByteBuffer bytes = this == VIDEO ? Mp4Comment.of(channel) : head(channel);
            return new String(bytes.array(), 0, bytes.limit(), StandardCharsets.ISO_8859_1).contains(sign);
        }
    }

    private static ByteBuffer head(FileChannel channel) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
        while (head.hasRemaining() && channel.read(head) >= 0) {
            // Reads on.
        }
        return head.flip();
    }
}
