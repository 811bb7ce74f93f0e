package io.ringsight.app.http;

import java.nio.charset.StandardCharsets;

/** What is served under one path. Called by the server's threads, one at a time. */
public interface Page {
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
        /** Plain text. */
        public static Answer text(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
