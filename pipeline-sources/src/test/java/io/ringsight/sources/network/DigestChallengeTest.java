package io.ringsight.sources.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logging in by digest. */
class DigestChallengeTest {
    @ParameterizedTest
    @CsvSource({
        "MD5, 8ca523f5e9506fed4657c9700eebdbec",
        "SHA-256, 753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    })
    void answersTheExampleOfRfc7616(String algorithm, String response) {
        String header = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=" + algorithm
                + ", nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        DigestChallenge challenge = DigestChallenge.best(List.of(header)).orElseThrow();
        String answer = challenge.answer(
                "GET",
                "/dir/index.html",
                "Mufasa",
                "Circle of Life",
                1,
                "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        assertThat(answer).contains("response=\"" + response + "\"", "nc=00000001", "qop=auth", "opaque=\"FQhe");
    }

    @Test
    void takesTheStrongestItKnowsOfSeveral() {
        List<String> lines = List.of(
                "Basic realm=\"a, b\"",
                "Digest realm=\"c\", nonce=\"1\", algorithm=SHA-512-256",
                "Digest realm=\"c\", nonce=\"2\", algorithm=MD5, Digest realm=\"c\", nonce=\"3\", algorithm=SHA-256");
        assertThat(DigestChallenge.best(lines).orElseThrow().parameters()).containsEntry("nonce", "3");
        assertThat(DigestChallenge.isForFfmpeg(lines)).isFalse();
        assertThat(DigestChallenge.isForFfmpeg(List.of("Digest realm=\"c\", nonce=\"1\"")))
                .isTrue();
        assertThat(DigestChallenge.best(List.of("Digest realm=\"c\", nonce=\"1\", algorithm=SHA-512-256")))
                .isEmpty();
    }
}
