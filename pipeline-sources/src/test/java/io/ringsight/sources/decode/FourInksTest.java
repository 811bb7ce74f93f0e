package io.ringsight.sources.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FourInksTest {
    private static final String FOUR = "ffc0 0014 08 0010 0010 04 011100021100031100041100";
    private static final String THREE = "ffc2 0011 08 0010 0010 03 012200021101031101";
    private static final String ADOBE = "ffee 000e 41646f6265 0064 0000 0000 00";
    private static final String SCAN = "ffda 000c 03 0100 0211 0311 00 3f 00 1234";

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "four inks alone, ffd8 FOUR SCAN, true",
        "behind a table, ffd8 ffc4 0003 00 FOUR SCAN, true",
        "Adobe says how, ffd8 ADOBE FOUR SCAN, false",
        "Adobe says it late, ffd8 FOUR ADOBE SCAN, false",
        "three components, ffd8 THREE SCAN, false",
        "a table of that number, ffd8 ffc4 000a 08 0010 0010 04 00 00 THREE SCAN, false",
        "cut in the header, ffd8 ffc0 0014 08 0010, false",
        "no marker where one is due, ffd8 0000 FOUR SCAN, false",
        "nothing, ffd8, false"
    })
    void onlyThoseWithoutAWordOfHowTheyCount(String name, String jpeg, boolean unexplained) {
        byte[] bytes = HexFormat.of()
                .parseHex(jpeg.replace("FOUR", FOUR)
                        .replace("THREE", THREE)
                        .replace("ADOBE", ADOBE)
                        .replace("SCAN", SCAN)
                        .replace(" ", ""));
        try (BytePointer data = new BytePointer(bytes)) {
            assertThat(new FourInks().areUnexplained(data.address(), data.address() + bytes.length))
                    .isEqualTo(unexplained);
        }
    }
}
