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

    /** Too many ask. */
    static QueryException busy(String message) {
        return new QueryException(503, message);
    }

    int status() {
        return status;
    }
}
