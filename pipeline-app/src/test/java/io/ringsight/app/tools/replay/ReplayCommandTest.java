package io.ringsight.app.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.Main;
import io.ringsight.client.Box;
import io.ringsight.client.CaptureTime;
import io.ringsight.client.Coverage;
import io.ringsight.client.Detection;
import io.ringsight.client.EventMessage;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.FrameTimes;
import io.ringsight.client.Identity;
import io.ringsight.client.Message;
import io.ringsight.client.ModelIdentity;
import io.ringsight.client.PictureSize;
import io.ringsight.client.VerdictMessage;
import io.ringsight.client.json.MessageWriter;
import io.ringsight.core.infer.onnx.TinyOnnx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames each 100 ms; in those from 1,000 to 1,900 ms there is an object of class shade-7 in the middle of the picture. */
class ReplayCommandTest {
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
    private static final long END_MS = 4_000;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream recording = new ByteArrayOutputStream();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void write() {
        new TinyOnnx().write(folder.resolve("tiny.onnx"));
    }

    private static Identity identity(String id, String source) {
        return new Identity("1.0", source + "/E/" + id, source, Optional.empty(), "E");
    }

    private static CaptureTime taken(long ms) {
        return new CaptureTime(Optional.of(START.plusMillis(ms)), "device", OptionalLong.of(100));
    }

    private void add(Message message) throws IOException {
        recording.write(MessageWriter.write(message));
        recording.write('\n');
    }

    private void frame(String source, long ms) throws IOException {
        long number = ms / 100 + 1;
        boolean isSeen = ms >= 1_000 && ms < 2_000;
        add(new FrameMessage(
                identity(Long.toString(number), source),
                new Coverage(number - 1, number, Map.of(), false),
                new FrameTimes(
                        OptionalLong.of(ms * 1_000_000),
                        taken(ms),
                        new FrameTimes.Stages(0, 0, 0, 0, 0),
                        START.plusMillis(ms + 10)),
                new PictureSize(100, 100),
                new ModelIdentity("tiny", "1", "00", "fp32", "onnxruntime-cpu"),
                Optional.empty(),
                new FrameMessage.Notes(Map.of(), Optional.empty()),
                isSeen ? List.of(new Detection(0, "shade-7", 7, 0.8, new Box(40, 40, 20, 20))) : List.of()));
    }

    private void frames(String source) throws IOException {
        for (long ms = 0; ms < END_MS; ms += 100) {
            frame(source, ms);
        }
    }

    private void rule(String severity, long ms) throws IOException {
        add(new EventMessage(
                identity("e1", "cam"),
                new Coverage(1, 1, Map.of(), false),
                new EventMessage.What("rule", "seen", Optional.empty(), severity, Optional.empty()),
                taken(ms),
                Optional.empty(),
                new EventMessage.Figures(OptionalLong.of(500), OptionalLong.of(0), OptionalLong.of(1)),
                Optional.empty(),
                START.plusMillis(ms + 10)));
    }

    private void verdict(String part, long atMs, String grade) throws IOException {
        add(new VerdictMessage(
                identity("v1", "cam"),
                new Coverage(1, 1, Map.of(), false),
                new VerdictMessage.Part(part, Optional.empty(), Optional.empty(), START.plusMillis(atMs)),
                new VerdictMessage.Judgement(grade, List.of(), List.of()),
                List.of(),
                new VerdictMessage.Seen(List.of(), List.of(), Optional.empty(), Optional.empty()),
                new VerdictMessage.Timing(
                        START.plusMillis(atMs), START.plusMillis(atMs + 300), START.plusMillis(atMs + 420), 410),
                START.plusMillis(atMs + 420)));
    }

    private int replay(String source, String... more) throws IOException {
        Path messages = Files.write(folder.resolve("messages.jsonl"), recording.toByteArray());
        Path config = Files.writeString(folder.resolve("new.yaml"), """
                pipeline: {model: tiny.onnx, device: cpu, threshold: 0.5}
                sources: [{id: cam, uri: "rtsp://127.0.0.1/x", frozenTimeoutMs: 0, %s}]
                sinks: [{jsonl: {path: none.jsonl}}]
                """.formatted(source));
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] args = new String[4 + more.length];
        args[0] = "replay";
        args[1] = messages.toString();
        args[2] = "-c";
        args[3] = config.toString();
        System.arraycopy(more, 0, args, 4, more.length);
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private static String rules(String severity) {
        return "rules: [{name: seen, classes: [shade-7], forMs: 500, severity: " + severity + "}]";
    }

    @Test
    void theSameRulesConcludeTheSame() throws IOException {
        frames("cam");
        rule("alarm", 1_500);
        assertThat(replay(rules("alarm"))).as(out + "\n" + err).isZero();
        assertThat(out).hasToString("40 frames, 1 events and verdicts recorded: 0 missing, 0 new, 0 changed\n");
    }

    @Test
    void anEventThatWasNotConcludedThenIsNew() throws IOException {
        frames("cam");
        assertThat(replay(rules("alarm"))).isEqualTo(1);
        assertThat(out.toString().lines().findFirst().orElse(""))
                .isEqualTo("new      2026-11-30T12:00:01.500Z  cam  rule 'seen'  alarm");
    }

    @Test
    void anEventThatIsConcludedNoMoreIsMissing() throws IOException {
        frames("cam");
        rule("alarm", 1_500);
        assertThat(replay("rules: [{name: seen, classes: [shade-8], forMs: 500}]"))
                .isEqualTo(1);
        assertThat(out.toString()).startsWith("missing  2026-11-30T12:00:01.500Z  cam  rule 'seen'  alarm");
    }

    @Test
    void anEventThatSaysSomethingElseIsChanged() throws IOException {
        frames("cam");
        rule("alarm", 1_500);
        assertThat(replay(rules("warning"), "--json")).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly(
                        "{\"difference\":\"changed\",\"sourceId\":\"cam\",\"what\":\"rule 'seen'\","
                                + "\"at\":\"2026-11-30T12:00:01.500Z\",\"recorded\":\"alarm\",\"replayed\":\"warning\"}",
                        "{\"frames\":40,\"recorded\":1,\"missing\":0,\"new\":0,\"changed\":1,\"foreign\":0,\"unreadable\":0}");
    }

    @Test
    void partsThatWereAnnouncedAreJudgedAgain() throws IOException {
        frames("cam");
        verdict("A", 1_150, "pass");
        verdict("B", 2_550, "pass");
        String parts = "parts: {window: {fromMs: 0, toMs: 300}, deadlineMs: 1000, reject: [shade-7]}";
        assertThat(replay(parts)).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly(
                        "changed  2026-11-30T12:00:01.150Z  cam  part A  pass -> reject (shade-7)",
                        "40 frames, 2 events and verdicts recorded: 0 missing, 0 new, 1 changed");
    }

    @Test
    void whatIsNoMessageIsToldAndARecordingOfOtherClassesIsRefused() throws IOException {
        frames("cam");
        recording.write("not json\n".getBytes(StandardCharsets.UTF_8));
        assertThat(replay(rules("alarm"))).isEqualTo(1);
        assertThat(err.toString())
                .contains("1 messages could not be read; the first: ")
                .contains("messages.jsonl:41");
        new TinyOnnx()
                .metadata("names", "['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']")
                .write(folder.resolve("tiny.onnx"));
        assertThat(replay("rules: [{name: seen, forMs: 500}]")).isEqualTo(1);
        assertThat(err.toString())
                .contains("class 7 is 'shade-7', and 'h' in the model of the configuration: expected the model that");
    }

    @Test
    void aRecordingWithoutFramesOfTheSourcesProvesNothing() throws IOException {
        frames("other");
        assertThat(replay(rules("alarm"))).isEqualTo(1);
        assertThat(err.toString())
                .contains("expected frames of the sources in")
                .contains("messages of other sources: 40");
    }

    @Test
    void aPropertyThatIsFixedIsRefusedAsByVerify() {
        int exit = Main.run(
                new PrintWriter(out),
                new PrintWriter(err),
                "replay",
                "--bootstrap",
                "b:1",
                "--topic",
                "t",
                "--property",
                "group.id=x",
                "-c",
                "x.yaml");

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString()).contains("Kafka property group.id: is fixed");
    }

    @Test
    void wrongUsageIsOneLine() {
        for (String[] args : new String[][] {
            {"replay", "-c", "x.yaml"},
            {"replay", "none.jsonl", "-c", "x.yaml"},
            {"replay", "none.jsonl", "--bootstrap", "b:1", "--topic", "t", "-c", "x.yaml"},
            {"replay", "--bootstrap", "b", "--topic", "t", "-c", "x.yaml"}
        }) {
            err.getBuffer().setLength(0);
            assertThat(Main.run(new PrintWriter(out), new PrintWriter(err), args))
                    .isEqualTo(2);
            assertThat(err.toString().lines()).as(err.toString()).hasSize(1);
        }
    }
}
