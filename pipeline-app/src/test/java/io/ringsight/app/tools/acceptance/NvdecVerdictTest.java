package io.ringsight.app.tools.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the acceptance makes of an NVDEC that gave no picture. */
class NvdecVerdictTest {
    private final StringWriter report = new StringWriter();
    private final Verdicts verdicts = new Verdicts(new PrintWriter(report), new PrintWriter(new StringWriter()));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "decode: cuda is not possible: FFmpeg cannot open GPU 0: Operation not supported (Primary context already"
                        + " active with incompatible flags.)",
                "decode: cuda is not possible: this GPU does not decode this video: Cannot load libnvcuvid.so.1",
                "ended"
            })
    void anUnusedDecoderIsAFailure(String ending) {
        Acceptance.notDecoded(ending, verdicts);
        assertThat(verdicts.failed()).isEqualTo(1);
        assertThat(report.toString()).startsWith("FAIL NVDEC: ").contains(ending);
    }

    @Test
    void aGpuWithoutADecoderIsNoFailure() {
        Acceptance.notDecoded("decode: cuda is not possible: Hardware is lacking required capabilities", verdicts);
        assertThat(verdicts.failed()).isZero();
        assertThat(report.toString()).startsWith("SKIP NVDEC: this GPU has no decoder for H.264: ");
    }
}
