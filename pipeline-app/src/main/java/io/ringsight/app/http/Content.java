package io.ringsight.app.http;

/** What is behind a route. */
public sealed interface Content permits Page, Content.Answering, Feed {
    /** Answers each question by itself. Called by the server's threads, several at once. */
    non-sealed interface Answering extends Content {
        /**
         * The answer to one question.
         *
         * @throws QueryException if it is asked wrongly
         */
        Page.Answer answer(Query query) throws QueryException;
    }
}
