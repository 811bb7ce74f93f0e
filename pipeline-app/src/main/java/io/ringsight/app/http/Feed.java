package io.ringsight.app.http;

/** Something that goes on: server-sent events. */
public non-sealed interface Feed extends Content {
    /** Who hears; any thread may tell it, and is not held up. */
    interface Listener {
        /**
         * One event. What a slow client has no room for is dropped and told to it as a number.
         *
         * @param event its kind
         * @param data one line of UTF-8, never to be changed
         */
        void hear(String event, byte[] data);
    }

    /**
     * Tells {@code listener} of what happens from now on, until the returned is closed.
     *
     * @throws QueryException if it is asked for wrongly
     */
    AutoCloseable open(Query query, Listener listener) throws QueryException;
}
