package io.ringsight.app.tools.detect;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.tools.files.IoReason;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes each message as a line to a file or to the command's output. Called by the Publish thread; keeps failures. */
final class Lines implements ResultSink, AutoCloseable {
    private final MessageJson json;
    private final OutputStream file;
    private final PrintWriter out;
    private final Path path;
    private volatile String failure;

    private Lines(MessageJson json, Path path, OutputStream file, PrintWriter out) {
        this.json = json;
        this.path = path;
        this.file = file;
        this.out = out;
    }

    /** To the command's output. */
    static Lines to(PrintWriter out, MessageJson json) {
        return new Lines(json, null, null, out);
    }

    /** To a new file, in the place of what is there. */
    static Lines to(Path path, MessageJson json) {
        try {
            return new Lines(json, path, new BufferedOutputStream(Files.newOutputStream(path)), null);
        } catch (IOException e) {
            throw CommandException.usage(
                    "ringsight: -o: expected a file to write, but " + path + " cannot be written: " + IoReason.of(e));
        }
    }

    @Override
    public void frame(FrameResult result, boolean lossless) {
        write(json.frame(result));
    }

    /** That an input is over goes without saying, unless it tells of frames that no message told of. */
    @Override
    public void gap(Gap gap, boolean lossless) {
        if (gap.reason() != GapReason.ENDED || gap.losses().total() > 0) {
            write(json.gap(gap));
        }
    }

    private void write(EncodedMessage message) {
        if (failure != null) {
            return;
        }
        try {
            if (file == null) {
                out.println(new String(message.bytes(), StandardCharsets.UTF_8));
                // A reader that went away (head, less) is no reason to go on.
                failure = out.checkError() ? "standard output cannot be written" : null;
            } else {
                file.write(message.bytes());
                file.write('\n');
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(IOException e) {
        failure = path + " cannot be written: " + IoReason.of(e);
    }

    /** Writes what is buffered still. Call it when no more results come. */
    void finish() {
        try {
            if (file != null && failure == null) {
                file.flush();
            } else if (file == null && out.checkError()) {
                failure = "standard output cannot be written";
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Why nothing more is written, or null. */
    String failure() {
        return failure;
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            failed(e);
        }
    }
}
