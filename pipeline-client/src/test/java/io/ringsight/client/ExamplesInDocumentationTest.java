package io.ringsight.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page for consumers shows the examples as they are compiled. */
class ExamplesInDocumentationTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final Path EXAMPLES = ROOT.resolve("pipeline-client/src/test/java/io/ringsight/client/example");

    @Test
    void thePageShowsEachExampleWordForWordAndNoOther() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/client.md"));
        Set<String> shown = Pattern.compile("(?ms)^```java\n(.*?)^```$")
                .matcher(page)
                .results()
                .map((MatchResult block) -> block.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> compiled = new TreeSet<>();
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            for (Path file : files.toList()) {
                compiled.add(Files.readString(file));
            }
        }
        assertThat(compiled).as("examples in " + EXAMPLES).hasSize(2);
        assertThat(shown).isEqualTo(compiled);
    }

    @Test
    void thePageNamesTheVersionsOfThisBuild() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        assertThat(Files.readString(ROOT.resolve("docs/client.md")))
                .contains("<artifactId>pipeline-client</artifactId><version>" + first(pom, "version") + "</version>")
                .contains(
                        "<artifactId>kafka-clients</artifactId><version>" + first(pom, "kafka.version") + "</version>");
    }

    private static String first(String pom, String element) {
        Matcher matcher =
                Pattern.compile("<" + element + ">([^<]+)</").matcher(pom.substring(pom.indexOf("</artifactId>")));
        assertThat(matcher.find()).as(element).isTrue();
        return matcher.group(1);
    }
}
