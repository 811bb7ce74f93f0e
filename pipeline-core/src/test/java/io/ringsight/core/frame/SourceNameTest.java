package io.ringsight.core.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "Line 3, camera over the oven",
                "\"Halle 7\" \\ Ofen",
                "\u041f\u0435\u0447\u044c \u2116 3",
                "\u7b2c\u4e09\u7dda\u306e\u30ab\u30e1\u30e9",
                "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
                "oven \ud83d\udd25 \ud83d\udc68\u200d\ud83d\udd27"
            })
    void anyScriptIsAName(String text) {
        assertThat(SourceName.problem(text)).isEmpty();
        assertThat(new SourceName(text)).hasToString(text);
    }

    @Test
    void aHundredCharactersAreCountedAsUnicodeDoes() {
        String fires = "\ud83d\udd25".repeat(SourceName.MAX_CHARACTERS);
        assertThat(SourceName.problem(fires)).isEmpty();
        assertThat(SourceName.problem(fires + "x")).hasValue("expected 1 to 100 printable characters, got 101");
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "'',none",
                "'  \u00a0\u3000',only spaces",
                "'a\nb',U+000A (a control character)",
                "'a\u001b[31mb',U+001B (a control character)",
                "'a\u0085b',U+0085 (a control character)",
                "'a\u2028b',U+2028 (a line break)",
                "'cam\u202e1',U+202E (an invisible character)",
                "'cam\u200b1',U+200B (an invisible character)",
                "'half \ud83d',U+D83D (half a character)",
            })
    void whatCannotBePrintedOnOneLineIsNoName(String text, String got) {
        assertThat(SourceName.problem(text)).hasValue("expected 1 to 100 printable characters, got " + got);
        assertThatThrownBy(() -> new SourceName(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
