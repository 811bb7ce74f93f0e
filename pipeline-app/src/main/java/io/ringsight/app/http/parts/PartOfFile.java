package io.ringsight.app.http.parts;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.Content.Source;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * What of a file is asked for: a player that jumps asks for a part (RFC 9110, 14). Several parts at once are not given: then it
 * is the whole, as the RFC allows.
 *
 * @param from its first byte
 * @param length its bytes
 * @param isWhole whether no part is asked for
 */
public record PartOfFile(long from, long length, boolean isWhole) {
    private static final Pattern ONE_PART = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");
    /** No such part. */
    private static final PartOfFile NONE = new PartOfFile(0, 0, false);

    /** What {@code range} asks for of so many bytes; {@link #NONE} if there is nothing there. Null and nonsense: all. */
    static PartOfFile of(String range, long size) {
        Matcher one = ONE_PART.matcher(range == null ? "" : range.strip());
        if (!one.matches() || one.group(1).isEmpty() && one.group(2).isEmpty()) {
            return new PartOfFile(0, size, true);
        }
        if (one.group(1).isEmpty()) {
            long last = Math.min(size, Long.parseLong(one.group(2)));
            return last == 0 ? NONE : new PartOfFile(size - last, last, false);
        }
        long from = Long.parseLong(one.group(1));
        long to = one.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(one.group(2));
        if (to < from) {
            return new PartOfFile(0, size, true);
        }
        return from >= size ? NONE : new PartOfFile(from, Math.min(size - 1, to) - from + 1, false);
    }

    boolean isNone() {
        return length == 0 && !isWhole;
    }

    /**
     * Answers with what is asked for of a file; reads it as the client takes it.
     *
     * @param headers beside those of every answer, or instead of them
     * @throws IOException if it is not there; then nothing is answered yet
     */
    public static void write(
            Path file, Map<String, String> headers, Request request, Response response, Callback callback)
            throws IOException {
        SeekableByteChannel channel = Files.newByteChannel(file);
        boolean isAnswered = false;
        try {
            boolean isConditional = request.getHeaders().contains(HttpHeader.IF_RANGE);
            PartOfFile part = of(isConditional ? null : request.getHeaders().get(HttpHeader.RANGE), channel.size());
            headers.forEach(response.getHeaders()::put);
            part.describe(channel.size(), response);
            ByteBufferPool.Sized pool =
                    new ByteBufferPool.Sized(request.getComponents().getByteBufferPool());
            boolean isHead = request.getMethod().equals("HEAD");
            Source source = Source.from(pool, channel, part.from, isHead ? 0 : part.length);
            isAnswered = true;
            Content.copy(source, response, Callback.from(callback, closing(channel)));
        } finally {
            if (!isAnswered) {
                channel.close();
            }
        }
    }

    private static Runnable closing(SeekableByteChannel channel) {
        return () -> {
            try {
                channel.close();
            } catch (IOException expected) {
                // it was only read
            }
        };
    }

    private void describe(long size, Response response) {
        response.getHeaders().put(HttpHeader.ACCEPT_RANGES, "bytes");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
        response.setStatus(isWhole ? HttpStatus.OK_200 : HttpStatus.PARTIAL_CONTENT_206);
        if (isNone()) {
            response.setStatus(HttpStatus.RANGE_NOT_SATISFIABLE_416);
            response.getHeaders().put(HttpHeader.CONTENT_RANGE, "bytes */" + size);
        } else if (!isWhole) {
            response.getHeaders()
                    .put(HttpHeader.CONTENT_RANGE, "bytes " + from + '-' + (from + length - 1) + '/' + size);
        }
    }
}
