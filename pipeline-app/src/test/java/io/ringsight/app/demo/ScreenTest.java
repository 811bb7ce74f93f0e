package io.ringsight.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.demo.DemoMessage.Found;
import io.ringsight.app.demo.Scoreboard.Comparison;
import io.ringsight.app.demo.Scoreboard.Verdict;
import io.ringsight.sinks.verify.TopicVerifier;
import io.ringsight.sources.synthetic.DefectKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private static final Instant TAKEN = Instant.parse("2026-11-22T13:40:00Z");

    private final StringWriter text = new StringWriter();

    private Screen screen(boolean terminal) {
        return new Screen(new PrintWriter(text), terminal);
    }

    private static DemoMessage frame(long frameSeq, long lost, List<Found> objects) {
        return new DemoMessage(true, "line1", frameSeq, lost, "", "", 0, TAKEN, 20_000_000, objects);
    }

    private static final List<Found> TWO =
            List.of(new Found("open", 0.91f, 0, 0, 1, 1), new Found("short", 0.42f, 0, 0, 1, 1));

    @Test
    void elsewhereThanOnATerminalLinesArePlain() {
        Screen screen = screen(false);
        Comparison comparison = new Comparison(List.of(Verdict.RIGHT, Verdict.FALSE), List.of(DefectKind.SPUR));
        screen.message(frame(7, 3, TWO), comparison, 31.4);
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
        screen.live(tally, null);
        screen.message(frame(2, 0, TWO), new Comparison(List.of(Verdict.RIGHT, Verdict.FALSE), List.of()), Double.NaN);
        assertThat(text.toString())
                .contains("\033[32mopen 0.91\033[0m", "\033[31mshort 0.42\033[0m")
                .contains("\r\033[2K")
                .endsWith("1 messages  0 lost\033[0m");
    }

    @Test
    void aGapSaysWhy() {
        screen(false).message(new DemoMessage(false, "gate", 4, 0, "stalled", "3 s", -1, null, 0, List.of()), null, 0);
        assertThat(text.toString()).contains("gate  gap, stalled: 3 s");
    }

    @Test
    void theSummaryAccountsForEveryFrame() {
        Tally tally = new Tally();
        tally.add(frame(1, 0, TWO), TAKEN.plusMillis(30), 0);
        tally.add(frame(4, 2, TWO), TAKEN.plusMillis(50), 500_000_000);
        TopicVerifier verifier = new TopicVerifier();
        for (String json : List.of(
                "{\"type\":\"frame\",\"messageId\":\"a\",\"sourceId\":\"s\",\"streamEpoch\":\"e\",\"frameSeq\":1,"
                        + "\"prevFrameSeq\":0,\"gaps\":[]}",
                "{\"type\":\"frame\",\"messageId\":\"b\",\"sourceId\":\"s\",\"streamEpoch\":\"e\",\"frameSeq\":4,"
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
        tally.add(new DemoMessage(false, "gate", 0, 0, "refused", "", -1, null, 0, List.of()), TAKEN, 0);
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
