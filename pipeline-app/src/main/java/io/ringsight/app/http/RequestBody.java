package io.ringsight.app.http;

import io.ringsight.app.http.Content.Taking;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Promise;

/** Reads what a client sends. No thread waits for it; one that sends nothing is cut off as any idle client is. */
final class RequestBody {
    private static final int MAX_BYTES = 64 << 10;
    private static final int REQUEST_TIMEOUT = 408;
    private static final String JSON = "application/json";

    private RequestBody() {}

    /**
     * Gives it to {@code taking} as soon as all is there, and the answer to {@code answered}: that, or why there is none.
     *
     * @throws QueryException if it is too large or of another type
     */
    static void take(Request request, Taking taking, Query query, BiConsumer<Page.Answer, Throwable> answered)
            throws QueryException {
        if (request.getLength() > MAX_BYTES) {
            throw tooLarge();
        }
        String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        boolean isJson = type != null && type.split(";")[0].strip().equalsIgnoreCase(JSON);
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        Content.Source.asByteArrayAsync(request, MAX_BYTES, Promise.Invocable.toPromise(received));
        received.handle((bytes, failure) -> failure == null
                        ? answer(request, taking, query, bytes, isJson)
                        : CompletableFuture.completedFuture(notReceived(failure)))
                .thenCompose(Function.identity())
                .whenComplete(answered);
    }

    private static CompletionStage<Page.Answer> answer(
            Request request, Taking taking, Query query, byte[] bytes, boolean isJson) {
        // what is asked for may take longer than a client may be idle
        request.addIdleTimeoutListener(timeout -> false);
        try {
            if (bytes.length > 0 && !isJson) {
                throw QueryException.otherType("expected a body of Content-Type: " + JSON);
            }
            return taking.answer(query, text(bytes));
        } catch (QueryException e) {
            return CompletableFuture.completedFuture(e.answer());
        }
    }

    private static String text(byte[] bytes) throws QueryException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw QueryException.wrong("expected JSON in UTF-8, got other bytes");
        }
    }

    /** Jetty says a body that is too large by an IllegalStateException, and by others that its client gave up. */
    private static Page.Answer notReceived(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof IllegalStateException
                ? tooLarge().answer()
                : Page.Answer.text(REQUEST_TIMEOUT, "the body did not come as a whole\n");
    }

    private static QueryException tooLarge() {
        return QueryException.tooLarge("expected at most " + MAX_BYTES + " bytes");
    }
}
