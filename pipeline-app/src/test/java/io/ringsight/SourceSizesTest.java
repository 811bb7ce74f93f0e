package io.ringsight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Most files and methods of the main code are short; checkstyle limits the longest. A long file is no fault by itself: split
 * it where it holds two ideas, never one idea in two. Goes by the formatter: a block ends at the indentation it began at.
 */
class SourceSizesTest {
    private static final int MAX_P90_FILE_LINES = 190;
    private static final int MAX_P90_METHOD_LINES = 17;
    private static final Pattern END = Pattern.compile("( {4,12})}");
    private static final Pattern NO_METHOD =
            Pattern.compile("\\s*(?:}.*|(?:if|for|while|do|try|switch|synchronized|static \\{)\\b.*|.*(?: = |->).*"
                    + "|(?:[a-z-]+ )*(?:class|record|interface|enum) .*)");

    private static List<List<String>> files() throws IOException {
        List<List<String>> files = new ArrayList<>();
        Path root = Path.of(System.getProperty("ringsight.root"));
        try (Stream<Path> found = Files.find(
                root,
                12,
                (file, attributes) ->
                        file.toString().endsWith(".java") && file.toString().contains("/src/main/java/"))) {
            for (Path file : (Iterable<Path>) found::iterator) {
                files.add(Files.readAllLines(file));
            }
        }
        return files;
    }

    @Test
    void nineOfTenFilesAreShort() throws IOException {
        List<Integer> lines = new ArrayList<>();
        files().forEach(file -> lines.add(file.size()));
        assertThat(lines).hasSizeGreaterThan(500);
        assertThat(percentile90(lines)).isLessThanOrEqualTo(MAX_P90_FILE_LINES);
    }

    @Test
    void nineOfTenMethodsAreShort() throws IOException {
        List<Integer> lines = new ArrayList<>();
        files().forEach(file -> lines.addAll(methods(file)));
        assertThat(lines).hasSizeGreaterThan(3_000);
        assertThat(percentile90(lines)).isLessThanOrEqualTo(MAX_P90_METHOD_LINES);
    }

    @Test
    void countsTheLinesOfMethods() {
        assertThat(methods(List.of(
                        "final class Sample {",
                        "    private record Pair(int a, int b) {",
                        "        int sum() {",
                        "            return a + b;",
                        "        }",
                        "    }",
                        "",
                        "    Sample(",
                        "            int wide) {",
                        "        if (wide > 0) {",
                        "            more();",
                        "        } else {",
                        "            less();",
                        "        }",
                        "    }",
                        "}")))
                .containsExactly(3, 8);
    }

    private static List<Integer> methods(List<String> file) {
        List<Integer> lines = new ArrayList<>();
        for (int end = 0; end < file.size(); end++) {
            Matcher block = END.matcher(file.get(end));
            if (block.matches()) {
                int begin = beginOf(file, end, block.group(1));
                if (!NO_METHOD.matcher(file.get(begin)).matches()) {
                    lines.add(end - begin + 1);
                }
            }
        }
        return lines;
    }

    /** The last line before that is not indented deeper. */
    private static int beginOf(List<String> file, int end, String indent) {
        int begin = end - 1;
        while (file.get(begin).isEmpty() || file.get(begin).startsWith(indent + " ")) {
            begin--;
        }
        return begin;
    }

    private static int percentile90(List<Integer> lines) {
        Collections.sort(lines);
        return lines.get((int) Math.ceil(0.9 * lines.size()) - 1);
    }
}
