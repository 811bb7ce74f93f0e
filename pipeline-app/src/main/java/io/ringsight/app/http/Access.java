package io.ringsight.app.http;

import io.ringsight.app.config.HttpAuth;
import io.ringsight.app.config.HttpConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Who somebody is, by the token in {@code Authorization}: {@code Bearer TOKEN}, or {@code Basic} with the token as
 * password, which is what browsers ask for; the user's name does not matter. Tokens are compared in constant time. Any
 * thread.
 */
final class Access {
    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";

    private final byte[] viewer;
    private final byte[] operator;
    private final Role withoutToken;

    Access(HttpConfig config) {
        HttpAuth auth = config.auth();
        viewer = digest(auth.viewerToken());
        operator = digest(auth.operatorToken());
        withoutToken = config.isLoopback() && !auth.hasToken() ? Role.OPERATOR : Role.ANYONE;
    }

    /** The role of who sent this header, which may be null: {@link Role#ANYONE} for a wrong token. */
    Role of(String authorization) {
        byte[] shown = digest(token(authorization));
        boolean isViewer = isSame(viewer, shown);
        boolean isOperator = isSame(operator, shown);
        if (isOperator || isViewer) {
            return isOperator ? Role.OPERATOR : Role.VIEWER;
        }
        return withoutToken;
    }

    /** No token is nobody's. */
    private static boolean isSame(byte[] configured, byte[] shown) {
        return MessageDigest.isEqual(configured, shown) && shown.length > 0;
    }

    private static String token(String authorization) {
        if (authorization == null) {
            return "";
        }
        String kind = authorization.substring(0, Math.min(BEARER.length(), authorization.length()));
        if (kind.equalsIgnoreCase(BEARER)) {
            return authorization.substring(BEARER.length()).strip();
        }
        if (kind.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return password(authorization.substring(BASIC.length()).strip());
        }
        return "";
    }

    private static String password(String encoded) {
        try {
            String both = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            return both.substring(both.indexOf(':') + 1);
        } catch (IllegalArgumentException notBase64) {
            return "";
        }
    }

    /** Empty for no token. */
    private static byte[] digest(String token) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return token.isEmpty() ? new byte[0] : sha256.digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
