package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                "rtsp://cam:554/s and rtsp://cam2/s, rtsp://cam:554/s and rtsp://cam2/s",
            })
    void hidesWhatLooksLikeASecret(String text, String clean) {
        assertThat(Redaction.text(text)).isEqualTo(clean);
    }

    @Test
    void hidesASourcesOwnPasswordInEveryForm() {
        SourceSettings settings =
                new SourceSettings(null, "me", "p w:2", null, null, null, null, null, null, null, null, null, Map.of());
        Redaction redaction = Redaction.of(SourceSpec.parse("rtsp://cam/s", settings));
        assertThat(redaction.apply("plain p w:2, encoded p%20w%3A2, basic bWU6cCB3OjI= end"))
                .isEqualTo("plain ***, encoded ***, basic *** end");
    }

    @Test
    void keepsOnlyPlaceAndKindOfAFailure() {
        Throwable clean = Redaction.cause(new IllegalStateException("at rtsp://u:hunter2@cam"));
        assertThat(clean.toString()).contains("IllegalStateException").doesNotContain("hunter2");
        assertThat(clean.getStackTrace()).isNotEmpty();
    }
}
