package io.ringsight.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

/** README and docs name every command, and only files that exist. */
class DocumentationTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));

    @Test
    void namesEveryCommandAndNoOther() {
        Set<String> inTable = new TreeSet<>();
        Matcher row = Pattern.compile("(?m)^\\| `ringsight ([\\w-]+)").matcher(read(ROOT.resolve("docs/commands.md")));
        while (row.find()) {
            inTable.add(row.group(1));
        }
        Set<String> commands = new TreeSet<>();
        Arrays.stream(Main.class.getAnnotation(Command.class).subcommands())
                .map(type -> type.getAnnotation(Command.class).name())
                .forEach(commands::add);
        assertThat(inTable).isEqualTo(commands);
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
    void readmeIsShortAndLeadsToEveryPage() throws IOException {
        String readme = read(ROOT.resolve("README.md"));
        assertThat(readme.lines()).hasSizeLessThanOrEqualTo(120);
        assertThat(pages())
                .hasSizeGreaterThan(5)
                .allSatisfy(page -> assertThat(readme).contains("](" + ROOT.relativize(page) + ")"));
    }

    @Test
    void namesOnlyFilesAndHeadingsThatExist() throws IOException {
        List<Path> pages = pages();
        pages.add(ROOT.resolve("README.md"));
        pages.add(ROOT.resolve("CONTRIBUTING.md"));
        for (Path page : pages) {
            assertLinksLead(page);
            Matcher script =
                    Pattern.compile("(?m)(?<![\\w/])scripts/[\\w/.-]*\\w").matcher(read(page));
            while (script.find()) {
                assertThat(ROOT.resolve(script.group())).as(page.toString()).exists();
            }
        }
    }

    private static void assertLinksLead(Path page) {
        Matcher link = Pattern.compile("]\\(([^):#]*)(#[^)]+)?\\)").matcher(read(page));
        while (link.find()) {
            Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
            assertThat(target).as("%s: %s", page, link.group()).exists();
            if (link.group(2) != null) {
                assertThat(anchors(target)).as(page.toString()).contains(link.group(2));
            }
        }
    }

    /** The anchors that a page's headings get: small letters, hyphens for spaces, nothing else. */
    private static List<String> anchors(Path page) {
        return read(page)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> "#"
                        + line.replaceFirst("#+ ", "")
                                .toLowerCase(Locale.ROOT)
                                .replaceAll("[^\\w -]", "")
                                .replace(' ', '-'))
                .toList();
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
