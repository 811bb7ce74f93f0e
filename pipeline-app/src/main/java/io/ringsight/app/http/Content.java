package io.ringsight.app.http;

import java.util.concurrent.CompletionStage;

/** What is behind a route. */
public sealed interface Content permits Page, Content.Answering, Content.Later, Content.Taking, Feed {
    /** Answers each question by itself. Called by the server's threads, several at once. */
    non-sealed interface Answering extends Content {
        /**
         * The answer to one question.
         *
         * @throws QueryException if it is asked wrongly
         */
        Page.Answer answer(Query query) throws QueryException;
    }

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
