package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the daemon ends: when told to, when its files are read, when they cannot be. */
class StoppingTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);

    @TempDir
    private Path folder;

    @Test
    void sigtermDrainsAndExitsWithZero() throws IOException {
        Path messages = folder.resolve("messages.jsonl");
        String said;
        try (Child daemon = Ringsight.daemon(folder, configuration("synthetic:pcb", messages))) {
            daemon.await(
                    "more than 20 frames",
                    LIMIT,
                    () -> Files.exists(messages)
                            && Child.read(messages)
                                            .lines()
                                            .filter(line -> line.contains("\"type\":\"frame\""))
                                            .count()
                                    > 20);
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
            said = daemon.err();
        }
        Account account = Account.of(Files.readAllLines(messages), "line1");
        assertThat(account.frames()).hasSizeGreaterThan(20);
        account.assertEndsWith("stopped");
        assertThat(account.decoded())
                .as("frames in messages and gaps, of those that %s", said)
                .isEqualTo(decoded(said));
    }

    /** What the last summary says. */
    private static long decoded(String said) {
        Matcher total =
                Pattern.compile("after [0-9.]+ s, ([0-9]+) frames decoded").matcher(said);
        assertThat(total.find()).as(said).isTrue();
        return Long.parseLong(total.group(1));
    }

    @Test
    void sighupTakesARightConfigurationAndRefusesAWrongOne() throws IOException {
        Path messages = folder.resolve("messages.jsonl");
        List<String> heard = List.of("env", "--default-signal=HUP"); // whoever started these tests may ignore it
        try (Child daemon = Ringsight.daemonBy(heard, folder, configuration("synthetic:boxes?fps=20", messages))) {
            awaitMessage(daemon, messages, "\"sourceId\":\"line1\"");
            assertThat(daemon.err()).doesNotContain("SIGHUP is ignored");
            reload(
                    daemon,
                    new Yaml().source("line1", "synthetic:boxes?fps=20", "").source("line2", "synthetic:boxes", ""));
            awaitMessage(daemon, messages, "\"sourceId\":\"line2\"");

            reload(daemon, new Yaml().source("line1", "gopher://hole", ""));
            daemon.await("the refusal", LIMIT, () -> daemon.err().contains("got 'gopher://hole'"));

            assertThat(daemon.err()).contains("keeping the old one").doesNotContain("\tat ");
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
        assertThat(Account.of(Files.readAllLines(messages), "line2").frames()).isNotEmpty();
    }

    @Test
    void startedByNohupItSaysThatSighupIsNotHeard() throws IOException {
        Path messages = folder.resolve("messages.jsonl");
        String yaml = configuration("synthetic:boxes?fps=20", messages);
        try (Child daemon = Ringsight.daemonBy(List.of("nohup"), folder, yaml)) {
            awaitMessage(daemon, messages, "\"sourceId\":\"line1\"");
            assertThat(daemon.err()).contains("SIGHUP is ignored");
        }
    }

    private void reload(Child daemon, Yaml yaml) throws IOException {
        Files.writeString(
                folder.resolve("pipeline.yaml"),
                yaml.jsonl(folder.resolve("messages.jsonl")).text());
        daemon.signal("HUP");
    }

    private static void awaitMessage(Child daemon, Path messages, String part) {
        daemon.await(
                part,
                LIMIT,
                () -> Files.exists(messages) && Child.read(messages).contains(part));
    }

    @Test
    void fileOfNoBytesIsAClearError() throws IOException {
        refused(Files.write(folder.resolve("empty.mp4"), new byte[0]));
    }

    @Test
    void textNamedMp4IsAClearError() throws IOException {
        refused(Files.writeString(folder.resolve("text.mp4"), "These are not the pictures you look for.\n".repeat(99)));
    }

    @Test
    void mp4WithoutItsEndIsAClearError() throws IOException {
        Path whole = clip("whole.mp4");
        byte[] bytes = Files.readAllBytes(whole); // the index of an MP4 is at its end
        refused(Files.write(folder.resolve("cut.mp4"), java.util.Arrays.copyOf(bytes, bytes.length / 2)));
    }

    @Test
    void streamCutInTheMiddleGivesTheFramesBeforeTheCut() throws IOException {
        byte[] bytes = Files.readAllBytes(clip("whole.mkv"));
        Path cut = Files.write(folder.resolve("cut.mkv"), java.util.Arrays.copyOf(bytes, bytes.length * 2 / 3));
        Path messages = folder.resolve("messages.jsonl");
        try (Child daemon = Ringsight.daemon(folder, configuration("file:" + cut, messages))) {
            daemon.waitFor(LIMIT);
            assertThat(daemon.err()).doesNotContain("\tat ");
        }
        assertThat(Account.of(Files.readAllLines(messages), "line1").frames()).hasSizeBetween(15, 40);
    }

    private void refused(Path file) throws IOException {
        Path messages = folder.resolve("messages.jsonl");
        try (Child daemon = Ringsight.daemon(folder, configuration("file:" + file, messages))) {
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isBetween(1, 2);
            assertThat(daemon.err())
                    .contains(file.getFileName().toString())
                    .doesNotContain("\tat ")
                    .doesNotContain("this should not happen");
        }
        Child.Finished probe = Ringsight.run(LIMIT, "probe", "file:" + file);
        assertThat(probe.exitCode()).as(probe.toString()).isEqualTo(1);
        assertThat(probe.err().strip()).isNotEmpty().doesNotContain("\tat ");
    }

    private Path clip(String name) {
        Path clip = folder.resolve(name);
        Child.output(
                List.of(
                        Rig.ffmpeg(),
                        "-nostdin",
                        "-v",
                        "error",
                        "-f",
                        "lavfi",
                        "-i",
                        "testsrc2=size=320x240:rate=25",
                        "-frames:v",
                        "50",
                        "-c:v",
                        "libopenh264",
                        "-g",
                        "5",
                        clip.toString()),
                LIMIT);
        return clip;
    }

    private static String configuration(String uri, Path messages) {
        return new Yaml().source("line1", uri, "").jsonl(messages).text();
    }
}
