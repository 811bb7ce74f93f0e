package io.ringsight.app.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The same for all who ask at the same time. Called by the server's threads, one at a time. */
public non-sealed interface Page extends Content {
    /** The page as it is now. */
    Answer answer();

    /**
     * A response.
     *
     * @param status HTTP status code
     * @param contentType of the body
     * @param body not changed afterwards
     * @param headers beside those of every answer, or instead of them
     */
    record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {
        /** With the headers of every answer alone. */
        public Answer(int status, String contentType, byte[] body) {
            this(status, contentType, body, Map.of());
        }

        /** One JSON value. */
        public static Answer json(String text) {
            return new Answer(200, "application/json", text.getBytes(StandardCharsets.UTF_8));
        }

        /** Plain text. */
        public static Answer text(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
