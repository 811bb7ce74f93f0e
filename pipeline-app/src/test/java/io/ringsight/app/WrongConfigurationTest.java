package io.ringsight.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.Failures;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of wrong configurations, word by word; {@code wrong-configurations.txt} holds them. */
class WrongConfigurationTest {
    @TempDir
    private Path dir;

    private record Wrong(String name, String yaml, List<String> expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Wrong> wrongs() throws IOException {
        try (InputStream in = WrongConfigurationTest.class.getResourceAsStream("wrong-configurations.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(text.split("(?m)^=== ")).skip(1).map(WrongConfigurationTest::parse);
        }
    }

    private static Wrong parse(String section) {
        int yamlAt = section.indexOf('\n') + 1;
        int linesAt = section.indexOf("---\n", yamlAt);
        return new Wrong(
                section.substring(0, yamlAt).strip(),
                section.substring(yamlAt, linesAt),
                section.substring(linesAt + 4)
                        .lines()
                        .filter(line -> !line.isBlank())
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("wrongs")
    void saysEachMistakeInOneLineWithItsPlace(Wrong wrong) throws Exception {
        Path empty = Files.createDirectory(dir.resolve("empty"));
        Path model = Files.writeString(dir.resolve("model.yaml"), "");
        Path file = dir.resolve("wrong.yaml");
        Files.writeString(file, filled(whole(wrong.yaml()), model, empty));

        List<String> said = mistakes(file);

        List<String> expected = wrong.expected().stream()
                .map(line -> file + ":" + filled(line, model, empty))
                .toList();
        assertThat(matching(said, expected)).containsExactlyElementsOf(expected);
        assertThat(said).allSatisfy(line -> assertThat(line).doesNotContain("Exception", "at io.", "secret99"));
    }

    @Test
    void thereAreEnoughOfThem() throws IOException {
        assertThat(wrongs().count()).isGreaterThanOrEqualTo(60);
    }

    @Test
    void refusesBytesThatAreNoText() throws Exception {
        Path file = Files.write(dir.resolve("binary.yaml"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 1, (byte) 0x80});

        assertThat(mistakes(file)).containsExactly(file + ":1: yaml: expected text in UTF-8, got other bytes");
    }

    @Test
    void refusesControlCharacters() throws Exception {
        Path file = Files.writeString(dir.resolve("control.yaml"), "pipeline: \u0001\u0002");

        assertThat(mistakes(file)).singleElement().asString().contains(":1: yaml: expected YAML, but ");
    }

    @Test
    void refusesDeepNestingOfBothKinds() throws Exception {
        Path brackets = Files.writeString(dir.resolve("brackets.yaml"), "a: " + "[".repeat(50_000));
        Path dashes = Files.writeString(dir.resolve("dashes.yaml"), "- ".repeat(5_000) + "x");
        Path closed = Files.writeString(dir.resolve("closed.yaml"), "a: " + "[".repeat(2_000) + "]".repeat(2_000));

        assertThat(mistakes(brackets)).singleElement().asString().contains("yaml: expected");
        assertThat(mistakes(dashes)).singleElement().asString().contains("expected at most 50 levels of nesting");
        assertThat(mistakes(closed)).singleElement().asString().contains("expected at most 50 levels of nesting");
    }

    @Test
    void refusesAFileThatIsTooLargeAndOneThatIsNotThereAndADirectory() throws Exception {
        Path large = Files.writeString(dir.resolve("large.yaml"), "# ".repeat(600_000));
        Path none = dir.resolve("none.yaml");

        assertThat(mistakes(large)).containsExactly(large + ":1: yaml: expected at most 1048576 bytes, got 1200000");
        assertThat(mistakes(none)).containsExactly(none + ":1: yaml: expected a YAML file, but there is no such file");
        assertThat(mistakes(dir)).containsExactly(dir + ":1: yaml: expected a YAML file, got a directory");
    }

    @Test
    void hidesCredentials() throws Exception {
        Path file = Files.writeString(
                dir.resolve("secret.yaml"), whole("source: {id: a, uri: \"rtsp://me:secret99@ho st/x\", maxFps: x}"));

        assertThat(mistakes(file))
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(line -> assertThat(line).doesNotContain("secret99"));
    }

    /** A short case put into a file that is right otherwise. */
    private static String whole(String yaml) {
        String pipeline = "pipeline: {model: MODEL}";
        String sources = "sources: [{id: a, uri: \"synthetic:pcb\"}]";
        String sinks = "sinks: [{jsonl: {path: \"-\"}}]";
        if (yaml.strip().lines().count() != 1) {
            return yaml;
        }
        String line = yaml.strip();
        String value = line.substring(line.indexOf(' ') + 1);
        return switch (line.substring(0, Math.max(0, line.indexOf(':')))) {
            case "pipeline" -> String.join("\n", line, sources, sinks);
            case "source" -> String.join("\n", "sources: [" + value + "]", pipeline, sinks);
            case "parts" ->
                String.join(
                        "\n",
                        "sources: [{id: a, uri: \"rtsp://h/x\", frozenTimeoutMs: 10, parts: " + value + "}]",
                        pipeline,
                        sinks);
            case "kafka", "jsonl", "webhook", "mqtt" -> String.join("\n", "sinks: [{" + line + "}]", pipeline, sources);
            case "http" -> String.join("\n", line, pipeline, sources, sinks);
            default -> yaml;
        };
    }

    private static String filled(String text, Path model, Path empty) {
        return text.replace("MODEL", model.toString()).replace("DIR", empty.toString());
    }

    /** What was said, cut to what is expected where that ends with dots. */
    private static List<String> matching(List<String> said, List<String> expected) {
        List<String> cut = new ArrayList<>(said);
        for (int i = 0; i < Math.min(said.size(), expected.size()); i++) {
            String wanted = expected.get(i);
            if (wanted.endsWith("...") && said.get(i).startsWith(wanted.substring(0, wanted.length() - 3))) {
                cut.set(i, wanted);
            }
        }
        return cut;
    }

    /** What a user sees on standard error. */
    private List<String> mistakes(Path file) {
        ConfigReader reader = new ConfigReader(file, Map.of(), dir, path -> FakeBackend.SPEC);
        ConfigException e = catchThrowableOfType(ConfigException.class, reader::read);
        if (e == null) {
            return List.of();
        }
        StringWriter printed = new StringWriter();
        assertThat(new Failures(new PrintWriter(printed), false).report(e)).isEqualTo(ExitCode.USAGE);
        return printed.toString().lines().toList();
    }
}
