package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged configurations: whatever is in the file, it is read or told as mistakes with lines. */
@Tag("fuzz")
class ConfigFuzzTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final int ROUNDS = 1_000;
    private static final List<String> PIECES = List.of(
            "\t",
            ":",
            "- ",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "!!binary ",
            "!x ",
            "|\n",
            ">\n",
            "'",
            "\"",
            "#",
            "%",
            "@",
            "`",
            "\u0000",
            "\u0085",
            "\uFEFF",
            "---\n",
            "...\n",
            "<<: ",
            "? ",
            "${",
            "${A:-",
            "$${",
            "~",
            "null",
            "-1",
            "9999999999999999999",
            "1e999",
            ".inf",
            "0x10",
            "\uD83D\uDE00",
            "rtsp://",
            "file:",
            "%zz",
            "?");

    @TempDir
    private Path dir;

    @Test
    void onlyMistakesComeOut() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("ConfigFuzzTest seed " + seed);
        Random random = new Random(seed);
        String reference = Files.readString(ROOT.resolve("conf/pipeline.yaml"))
                .replaceAll("(?m)^#(?=  )", "")
                .replaceAll("(?m)^ *#.*\n", "")
                .replace("out/detections.jsonl", dir.resolve("out.jsonl").toString());
        for (int round = 0; round < ROUNDS; round++) {
            String damaged = damaged(reference, random);
            try {
                read(damaged);
            } catch (ConfigException e) {
                assertThat(e.mistakes())
                        .as("seed %d round %d", seed, round)
                        .isNotEmpty()
                        .allSatisfy(line ->
                                assertThat(line).containsPattern("fuzz\\.yaml(:\\d+: .+|: and \\d+ more mistakes)"));
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " round " + round + ":\n" + damaged, e);
            }
        }
    }

    private void read(String yaml) throws Exception {
        Path file = Files.writeString(dir.resolve("fuzz.yaml"), yaml);
        new ConfigReader(file, Map.of("A", "a"), ROOT, path -> FakeBackend.SPEC).read();
    }

    private static String damaged(String text, Random random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(damaged.length());
            int end = Math.min(damaged.length(), at + random.nextInt(30));
            switch (random.nextInt(4)) {
                case 0 -> damaged.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 1 -> damaged.delete(at, end);
                case 2 -> damaged.setCharAt(at, (char) (random.nextInt(96) + 32));
                default -> damaged.insert(random.nextInt(damaged.length()), damaged.substring(at, end));
            }
        }
        return damaged.toString();
    }
}
