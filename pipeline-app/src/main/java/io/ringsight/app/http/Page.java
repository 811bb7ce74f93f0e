package io.ringsight.app.http;

import java.nio.charset.StandardCharsets;

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
     */
    record Answer(int status, String contentType, byte[] body) {
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
