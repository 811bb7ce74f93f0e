package io.ringsight.app.config;

/**
 * Who may see the pages.
 *
 * @param viewerToken lets its bearer see everything; empty: there is none
 * @param operatorToken lets its bearer change things, too; empty: there is none
 * @param metricsOpen whether {@code /metrics} is for everybody, as the probes are
 */
public record HttpAuth(String viewerToken, String operatorToken, boolean metricsOpen) {
    /** No token; {@code /metrics} is for everybody. */
    public static final HttpAuth OPEN = new HttpAuth("", "", true);

    /** Shorter ones can be guessed. */
    static final int MIN_TOKEN_LENGTH = 16;

    static final int MAX_TOKEN_LENGTH = 256;

    /** Whether anybody must show a token. */
    public boolean hasToken() {
        return !viewerToken.isEmpty() || !operatorToken.isEmpty();
    }

    /** Without the tokens. */
    @Override
    public String toString() {
        return (viewerToken.isEmpty() ? "" : "viewer token, ")
                + (operatorToken.isEmpty() ? "" : "operator token, ")
                + (metricsOpen ? "metrics open" : "metrics for viewers");
    }
}
