package io.ringsight.sources.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets stay out of texts. */
class RedactionTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\0',
            value = {
                "Error opening rtsp://admin:hunter2@10.0.0.7/s: 401, Error opening rtsp://***:***@10.0.0.7/s: 401",
                "rtsp://admin:hun/ter2@cam/s, rtsp://***:***@cam/s",
                "rtsp://admin:hun@ter2@cam/s, rtsp://***:***@cam/s",
                "rtsps://admin@cam/s, rtsps://***:***@cam/s",
                "rtsp://cam/user=admin&password=hunter2&channel=1, rtsp://cam/user=admin&password=***&channel=1",
                "http://cam/?Token=hunter2 x, http://cam/?Token=*** x",
                "http://cam/user=me_password=x_y9_channel=1_stream=0.sdp, http://cam/user=me_password=***_channel=1_stream=0.sdp",
                "http://cam/a?api_key=x1&n=2 key=value, http://cam/a?api_key=***&n=2 key=value",
                "srt://cam:9?streamid=read:me:hunter2&x=1, srt://cam:9?streamid=***&x=1",
                "srt://cam:9?streamid=read:gate&passphrase=a/b, srt://cam:9?streamid=read:gate&passphrase=***",
                "Authorization: Basic bWU6cCB3OjI=, Authorization: ***",
                "login required username=\"me\" password=\"a b\\\"c\";, login required username=\"me\" password=***;",
                "synthetic:pcb?seed=7&frames=3, synthetic:pcb?seed=7&frames=3",
                "a class=12 passes=3 author=me, a class=12 passes=3 author=me",
                "rtsp://cam:554/s and rtsp://cam2/s, rtsp://cam:554/s and rtsp://cam2/s",
            })
    void hidesWhatLooksLikeASecret(String text, String clean) {
        assertThat(Redaction.text(text)).isEqualTo(clean);
    }

    /** Each name that cameras, servers and clouds use; one that is forgotten puts the password into the log. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "p",
                "pw",
                "pwd",
                "pas",
                "pass",
                "passw",
                "passwd",
                "password",
                "passcode",
                "passkey",
                "passphrase",
                "psw",
                "secret",
                "auth",
                "token",
                "access_token",
                "key",
                "apikey",
                "api_key",
                "sig",
                "sign",
                "signature",
                "sid",
                "session",
                "sessionid",
                "hash",
                "code",
                "credential",
                "authorization",
                "hmac",
                "jwt",
                "hdnts",
                "hdnea",
                "user_pass",
                "userpass",
                "usrpas",
                "loginpas",
                "login_auth",
                "client-secret",
                "PASS",
                "Pwd"
            })
    void hidesParametersThatMeanASecret(String name) {
        assertThat(Redaction.text("rtsp://cam/s?a=1&" + name + "=hunter2&b=2 refused"))
                .isEqualTo("rtsp://cam/s?a=1&" + name + "=***&b=2 refused");
    }

    @Test
    void hidesASourcesOwnPasswordInEveryForm() {
        SourceSettings settings = SourceSettings.NONE.with(new SourceSettings.Login("me", "p w:2"));
        Redaction redaction = SourceSpec.parse("rtsp://cam/s", settings).redaction();
        assertThat(redaction.apply("plain p w:2, encoded p%20w%3A2, basic bWU6cCB3OjI= end"))
                .isEqualTo("plain ***, encoded ***, basic *** end");
    }

    @Test
    void aVeryLongTextIsNoTrouble() {
        String filler = "a_%41.".repeat(20_000);
        assertThat(Redaction.text("password=\"" + filler + "\\\"" + filler + "\" end"))
                .isEqualTo("password=*** end");
        assertThat(Redaction.text("x?pwd=" + filler + " end")).isEqualTo("x?pwd=*** end");
        assertThat(Redaction.text(filler + " pwd='" + filler + "' end")).isEqualTo(filler + " pwd=*** end");
        assertThat(Redaction.text("a://b:" + filler + "@cam")).isEqualTo("a://***:***@cam");
    }

    @Test
    void keepsOnlyPlaceAndKindOfAFailure() {
        Throwable clean = Redaction.cause(new IllegalStateException("at rtsp://u:hunter2@cam"));
        assertThat(clean.toString()).contains("IllegalStateException").doesNotContain("hunter2");
        assertThat(clean.getStackTrace()).isNotEmpty();
    }
}
