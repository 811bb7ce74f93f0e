package io.ringsight.sinks.webhook;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs posts as Standard Webhooks 1.0 says: HMAC-SHA256 over {@code id.timestamp.body}, in Base64 behind {@code v1,}. A secret
 * that begins with {@code whsec_} is Base64, any other is text. One thread.
 */
final class Signature {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String ENCODED = "whsec_";

    private final Mac mac;

    Signature(String secret) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key(secret), ALGORITHM));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HMAC-SHA256", e);
        }
    }

    private static byte[] key(String secret) {
        return secret.startsWith(ENCODED)
                ? Base64.getDecoder().decode(secret.substring(ENCODED.length()))
                : secret.getBytes(StandardCharsets.UTF_8);
    }

    /** What is wrong with a secret, if anything is. */
    static Optional<String> problem(String secret) {
        try {
            return key(secret).length == 0 && !secret.isEmpty()
                    ? Optional.of("expected Base64 behind " + ENCODED + ", got nothing")
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("expected Base64 behind " + ENCODED + ", got other characters");
        }
    }

    /** The value of {@code webhook-signature}. */
    String of(String id, long timestampS, byte[] body) {
        mac.update((id + '.' + timestampS + '.').getBytes(StandardCharsets.UTF_8));
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    }
}
