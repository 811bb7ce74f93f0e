package io.ringsight.app.detect;

import io.ringsight.app.CommandException;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.sinks.Message;
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
            throw CommandException.usage("ringsight: -o: expected a file to write, but " + path
                    + (Files.isDirectory(path) ? " is a folder" : " cannot be written"));
        }
    }

    @Override
    public void frame(FrameResult result, boolean lossless) {
        write(json.frame(result));
    }

    @Override
    public void gap(Gap gap, boolean lossless) {
        write(json.gap(gap));
    }

    private void write(Message message) {
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
            failure = path + ": cannot be written: " + e.getMessage();
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
            failure = path + ": cannot be written: " + e.getMessage();
        }
    }
}
