package io.ringsight.app.http;

/** A question cannot be answered; the message says why, for who asked. */
public final class QueryException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    private QueryException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** It is asked wrongly. */
    public static QueryException wrong(String message) {
        return new QueryException(400, message);
    }

    /** There is no such thing. */
    public static QueryException notFound(String message) {
        return new QueryException(404, message);
    }

    /** It contradicts what is there. */
    public static QueryException conflict(String message) {
        return new QueryException(409, message);
    }

    /** More was sent than is taken. */
    static QueryException tooLarge(String message) {
        return new QueryException(413, message);
    }

    /** Something else was sent than is taken. */
    static QueryException otherType(String message) {
        return new QueryException(415, message);
    }

    /** Too many ask. */
    public static QueryException busy(String message) {
        return new QueryException(503, message);
    }

    /** What is answered. */
    Page.Answer answer() {
        return Page.Answer.text(status, getMessage() + "\n");
    }

    int status() {
        return status;
    }
}
