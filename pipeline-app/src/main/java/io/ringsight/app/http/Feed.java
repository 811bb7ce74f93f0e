package io.ringsight.app.http;

import java.nio.ByteBuffer;

/** Something that goes on for as long as its client stays. */
public non-sealed interface Feed extends Content {
    /** What goes to one client. */
    interface Stream extends AutoCloseable {
        /**
         * What the client gets next; null for nothing now. Asked when the network has taken all that came before, so that
         * what a slow client misses is the stream's to decide. By one thread at a time; does not wait.
         *
         * @param beat something must come, so that a client that is gone is noticed
         */
        ByteBuffer next(boolean beat);

        /** The client is gone, or the server closes. */
        @Override
        void close();
    }

    /** What clients are told that they get. */
    String contentType();

    /**
     * Begins for one client.
     *
     * @param wake tells the server that there is something; for any thread, does not wait
     * @throws QueryException if it is asked for wrongly
     */
    Stream open(Query query, Runnable wake) throws QueryException;
}
