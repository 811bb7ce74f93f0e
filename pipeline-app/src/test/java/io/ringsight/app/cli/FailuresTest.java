package io.ringsight.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.model.ModelException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private static final Pattern TRACE_FILE = Pattern.compile("stack trace in (\\S+\\.txt)");

    private final StringWriter printed = new StringWriter();

    @Test
    void aUsersMistakesAreLinesWithoutMore() {
        assertThat(report(new ConfigException(List.of("a.yaml:1: b: c", "a.yaml:2: d: e"))))
                .isEqualTo(2);
        assertThat(printed.toString()).isEqualTo("a.yaml:1: b: c\na.yaml:2: d: e\n");
    }

    @Test
    void aWrongModelIsBadUsageAndAFailedRunIsNot() {
        assertThat(report(new ModelException("x.onnx: not an ONNX file"))).isEqualTo(2);
        assertThat(report(CommandException.failed("ringsight: it broke"))).isEqualTo(1);
        assertThat(report(CommandException.usage("ringsight: so not"))).isEqualTo(2);
        assertThat(printed.toString())
                .isEqualTo("ringsight: x.onnx: not an ONNX file\nringsight: it broke\nringsight: so not\n");
    }

    @Test
    void aMistakeOfOursIsOneLineThatTellsWhereTheTraceIsAndNoSecrets() throws Exception {
        Exception failure = new IllegalStateException("odd\nrtsp://me:secret99@10.0.0.7/x");

        assertThat(report(failure)).isEqualTo(1);

        assertThat(printed.toString())
                .startsWith("ringsight: this should not happen: java.lang.IllegalStateException: odd ")
                .doesNotContain("secret99")
                .hasLineCount(1);
        Matcher file = TRACE_FILE.matcher(printed.toString());
        assertThat(file.find()).isTrue();
        Path trace = Path.of(file.group(1));
        assertThat(Files.readString(trace))
                .contains("at io.ringsight.app.cli.FailuresTest")
                .doesNotContain("secret99");
        Files.delete(trace);
    }

    @Test
    void aLibraryThatDoesNotLoadPointsToTheDoctor() throws Exception {
        assertThat(report(new UnsatisfiedLinkError("libx.so: cannot open shared object file")))
                .isEqualTo(1);

        assertThat(printed.toString())
                .startsWith("ringsight: a native library does not load: libx.so: cannot open shared object file"
                        + " (ringsight doctor tells more; ")
                .hasLineCount(1);
        Matcher file = TRACE_FILE.matcher(printed.toString());
        assertThat(file.find()).isTrue();
        Files.delete(Path.of(file.group(1)));
    }

    private int report(Throwable failure) {
        return new Failures(new PrintWriter(printed, true), false).report(failure);
    }
}
