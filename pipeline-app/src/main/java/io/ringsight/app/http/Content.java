package io.ringsight.app.http;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What is behind a route. */
public sealed interface Content permits Page, Content.Answering, Content.Later, Content.Taking, Content.OfFile, Feed {
    /** Answers each question by itself. Called by the server's threads, several at once. */
    non-sealed interface Answering extends Content {
        /**
         * The answer to one question.
         *
         * @throws QueryException if it is asked wrongly
         */
        Page.Answer answer(Query query) throws QueryException;
    }

    /** Answers each question with a file, whole or the part of it that is asked for. Called by the server's threads. */
    non-sealed interface OfFile extends Content {
        /**
         * The file that answers one question.
         *
         * @throws QueryException if it is asked wrongly, or there is none
         */
        Served file(Query query) throws QueryException;
    }

    /**
     * A file on the disk. It may go before it is read.
     *
     * @param headers beside those of every answer, or instead of them
     */
    record Served(Path path, String contentType, Map<String, String> headers) {}

    /** Answers each question by itself, when it can. Called by the server's threads, several at once. */
    non-sealed interface Later extends Content {
        /**
         * The answer to one question, completed by any thread within seconds.
         *
         * @throws QueryException if it is asked wrongly
         */
        CompletionStage<Page.Answer> answer(Query query) throws QueryException;
    }

    /** Takes what each client sends, JSON of at most 64 KiB, when all of it is there. Called by any thread. */
    non-sealed interface Taking extends Content {
        /**
         * The answer, completed by any thread, however long it takes.
         *
         * @param body empty if nothing was sent
         * @throws QueryException if it is asked wrongly
         */
        CompletionStage<Page.Answer> answer(Query query, String body) throws QueryException;
    }
}
