package io.ringsight.app.tools.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.tools.demo.Scoreboard.Mark;
import io.ringsight.app.tools.demo.Scoreboard.Score;
import io.ringsight.client.Box;
import io.ringsight.client.CaptureTime;
import io.ringsight.client.Coverage;
import io.ringsight.client.Detection;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.FrameTimes;
import io.ringsight.client.GapMessage;
import io.ringsight.client.Identity;
import io.ringsight.client.ModelIdentity;
import io.ringsight.client.PictureSize;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.sources.synthetic.DefectKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private static final Instant TAKEN = Instant.parse("2026-11-22T13:40:00Z");

    private final StringWriter text = new StringWriter();

    private Screen screen(boolean terminal) {
        return new Screen(new PrintWriter(text), terminal);
    }

    private static FrameMessage frame(long frameSeq, long lost, List<Detection> objects) {
        Map<String, Long> gaps = lost == 0 ? Map.of() : Map.of("overload", lost);
        return new FrameMessage(
                identity("line1"),
                new Coverage(frameSeq - 1 - lost, frameSeq, gaps, false),
                new FrameTimes(
                        OptionalLong.of(0),
                        new CaptureTime(Optional.of(TAKEN), "device", OptionalLong.empty()),
                        new FrameTimes.Stages(0, 0, 0, 20_000_000, 0),
                        TAKEN),
                new PictureSize(640, 640),
                new ModelIdentity("pcb-defect", "1", "0".repeat(64), "fp32", "onnxruntime-cpu"),
                Optional.empty(),
                new FrameMessage.Notes(Map.of(), Optional.empty()),
                objects);
    }

    private static GapMessage gap(String reason, Optional<String> detail) {
        GapMessage.Span open = new GapMessage.Span(TAKEN, Optional.empty());
        return new GapMessage(identity("gate"), new Coverage(4, 4, Map.of(), false), reason, detail, open, TAKEN);
    }

    private static Identity identity(String sourceId) {
        return new Identity("1.3", sourceId + "/e/1", sourceId, Optional.empty(), "e");
    }

    private static final List<Detection> TWO = List.of(
            new Detection(0, "open", 0, 0.91, new Box(0, 0, 1, 1)),
            new Detection(1, "short", 1, 0.42, new Box(0, 0, 1, 1)));

    @Test
    void elsewhereThanOnATerminalLinesArePlain() {
        Screen screen = screen(false);
        Score score = new Score(List.of(Mark.RIGHT, Mark.FALSE), List.of(DefectKind.SPUR));
        screen.frame(frame(7, 3, TWO), score, 31.4);
        assertThat(text.toString())
                .contains("line1", " 7 ", "31 ms", "open 0.91  short 0.42 (false)  missed spur")
                .contains("3 lost before it, counted")
                .doesNotContain("\033")
                .endsWith(System.lineSeparator());
    }

    @Test
    void aTerminalHasColoursAndOneLineThatStaysBelow() {
        Screen screen = screen(true);
        Tally tally = new Tally();
        tally.add(frame(1, 0, List.of()), TAKEN.plusMillis(30), 0);
        screen.live(tally, null, new TrafficBoard());
        screen.frame(frame(2, 0, TWO), new Score(List.of(Mark.RIGHT, Mark.FALSE), List.of()), Double.NaN);
        assertThat(text.toString())
                .contains("\033[32mopen 0.91\033[0m", "\033[31mshort 0.42\033[0m")
                .contains("\r\033[2K")
                .endsWith("1 messages  0 lost\033[0m");
    }

    @Test
    void aGapSaysWhy() {
        screen(false).gap(gap("stalled", Optional.of("3 s")));
        assertThat(text.toString()).contains("gate  gap, stalled: 3 s");
    }

    @Test
    void theSummaryAccountsForEveryFrame() {
        Tally tally = new Tally();
        tally.add(frame(1, 0, TWO), TAKEN.plusMillis(30), 0);
        tally.add(frame(4, 2, TWO), TAKEN.plusMillis(50), 500_000_000);
        TopicVerifier verifier = new TopicVerifier();
        for (String json : List.of(
                "{\"schemaVersion\":\"1.2\",\"type\":\"frame\",\"messageId\":\"a\",\"sourceId\":\"s\","
                        + "\"streamEpoch\":\"e\",\"frameSeq\":1,\"prevFrameSeq\":0,\"gaps\":[]}",
                "{\"schemaVersion\":\"1.2\",\"type\":\"frame\",\"messageId\":\"b\",\"sourceId\":\"s\","
                        + "\"streamEpoch\":\"e\",\"frameSeq\":4,"
                        + "\"prevFrameSeq\":1,\"gaps\":[{\"reason\":\"overload\",\"frames\":2}]}")) {
            verifier.add(json.getBytes(StandardCharsets.UTF_8));
        }
        screen(false).summary(tally, verifier.findings(), null);
        assertThat(text.toString())
                .contains("2 messages: 2 frames in 0.5 s, 2.0 fps; 4 objects; 0 gaps")
                .contains("captured to read back  p50   30.0 ms   p99   50.0 ms")
                .contains("4 frames: 2 in messages, 2 in gaps {overload=2}, 0 unaccounted");
    }

    @Test
    void withoutAFrameThereIsNothingToMeasure() {
        Tally tally = new Tally();
        tally.add(gap("refused", Optional.empty()), TAKEN, 0);
        screen(false).summary(tally, new TopicVerifier().findings(), null);
        assertThat(text.toString())
                .contains("1 messages: 0 frames", "no frame came: the gaps above say why")
                .doesNotContain("NaN");
    }

    @Test
    void percentilesAreThoseOfTheNearestRank() {
        Tally.Durations durations = new Tally.Durations();
        assertThat(durations.ms(0.5)).isNaN();
        for (int i = 2000; i >= 1; i--) {
            durations.add(i * 1_000_000L);
        }
        assertThat(durations.ms(0.5)).isEqualTo(1000);
        assertThat(durations.ms(0.99)).isEqualTo(1980);
        assertThat(durations.ms(1)).isEqualTo(2000);
        assertThat(durations.size()).isEqualTo(2000);
    }
}
