package io.ringsight.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

/** The README tells of all there is: commands, keys, files. */
class ReadmeTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));

    private final String readme = read(ROOT.resolve("README.md"));

    @Test
    void namesEveryCommandAndNoOther() {
        Set<String> inReadme = new TreeSet<>();
        Matcher row = Pattern.compile("(?m)^\\| `ringsight ([\\w-]+)").matcher(readme);
        while (row.find()) {
            inReadme.add(row.group(1));
        }
        Set<String> commands = new TreeSet<>();
        Arrays.stream(Main.class.getAnnotation(Command.class).subcommands())
                .map(type -> type.getAnnotation(Command.class).name())
                .forEach(commands::add);
        assertThat(inReadme).isEqualTo(commands);
    }

    @Test
    void everyCommandHasHelp() {
        for (Class<?> type : Main.class.getAnnotation(Command.class).subcommands()) {
            String name = type.getAnnotation(Command.class).name();
            StringWriter out = new StringWriter();
            int exitCode = Main.run(new PrintWriter(out), new PrintWriter(new StringWriter()), name, "--help");
            assertThat(exitCode).as(name).isZero();
            assertThat(out.toString()).contains("ringsight " + name);
        }
    }

    @Test
    void namesEveryConfigurationKey() throws IOException {
        assertThat(keys(ROOT.resolve("conf/schema/pipeline.schema.json")))
                .contains("ringSize", "stallTimeoutMs", "bootstrapServers")
                .allSatisfy(key -> assertThat(readme).contains("`" + key + "`"));
    }

    @Test
    void namesOnlyFilesThatAreThere() {
        Matcher link = Pattern.compile("]\\(([^):#]+)\\)").matcher(readme);
        while (link.find()) {
            assertThat(ROOT.resolve(link.group(1))).exists();
        }
        Matcher script = Pattern.compile("(?m)(?<![\\w/])scripts/[\\w/.-]*\\w").matcher(readme);
        while (script.find()) {
            assertThat(ROOT.resolve(script.group())).exists();
        }
    }

    /** All names that stand in a {@code properties} of a JSON Schema. */
    private static Set<String> keys(Path schema) throws IOException {
        Set<String> keys = new TreeSet<>();
        Deque<String> path = new ArrayDeque<>();
        try (JsonParser parser = new JsonFactory().createParser(schema.toFile())) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    boolean isKey = "properties".equals(path.peek()); // one of them is called properties itself
                    path.push(isKey ? "a key" : String.valueOf(parser.currentName()));
                } else if (parser.currentToken() == JsonToken.END_OBJECT) {
                    path.pop();
                } else if (parser.currentToken() == JsonToken.FIELD_NAME && "properties".equals(path.peek())) {
                    keys.add(parser.currentName());
                }
            }
        }
        return keys;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
