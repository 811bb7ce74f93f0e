package io.ringsight.client.verify;

import static io.ringsight.client.verify.Written.frame;
import static io.ringsight.client.verify.Written.gap;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages that were refused, told in a gap, and sent again later. */
class HealedFramesTest {
    private final TopicVerifier verifier = new TopicVerifier();

    private static byte[] resent(byte[] message) {
        return ("{\"resent\":true," + new String(message, StandardCharsets.UTF_8).substring(1))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static final byte[] LOST = frame("a", "r", 5, 1, "overload:3");
    private static final byte[] ITS_GAP = gap("a", "r", "n1", "not-published", 5, 1, "overload:3", "not-published:1");

    private void addUsual() {
        verifier.add(0, frame("a", "r", 1, 0));
        verifier.add(0, ITS_GAP);
        verifier.add(0, frame("a", "r", 6, 5));
        verifier.add(0, gap("a", "r", "g1", "ended", 6, 6));
    }

    private Findings assertHealed() {
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).as(findings.toString()).isTrue();
        assertThat(findings.frames()).isEqualTo(3);
        assertThat(findings.gapFrames()).isEqualTo(Map.of("overload", 3L, "not-published", 1L));
        assertThat(findings.sum(Findings.Epoch::healed)).isEqualTo(1);
        assertThat(findings.disorder()).isZero();
        assertThat(findings.sum(Findings.Epoch::timeJumps)).isZero();
        return findings;
    }

    @Test
    void aFrameToldLostAndSentAgainIsHealedAndNoContradiction() {
        addUsual();
        verifier.add(0, resent(LOST));
        Findings findings = assertHealed();
        assertThat(findings.duplicates()).isZero();
        assertThat(findings.epochs().get(0).end()).isEqualTo("ended");
        assertThat(findings.bySource().get(0).isOver()).isTrue();
    }

    @Test
    void theOrderInWhichPartitionsAreReadDoesNotMatter() {
        verifier.add(1, resent(LOST));
        addUsual();
        assertHealed();
    }

    @Test
    void sentTwiceItIsADuplicate() {
        addUsual();
        verifier.add(0, resent(LOST));
        verifier.add(0, resent(LOST));
        assertThat(assertHealed().duplicates()).isEqualTo(1);
    }

    @Test
    void whatArrivedAfterAllAndIsSentAgainIsADuplicate() {
        verifier.add(0, frame("a", "r", 1, 0));
        verifier.add(0, LOST);
        verifier.add(0, resent(LOST));
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.duplicates()).isEqualTo(1);
        assertThat(findings.sum(Findings.Epoch::healed)).isZero();
    }

    @Test
    void aFrameNobodyToldOfIsAccountedForByItsLateMessage() {
        verifier.add(0, frame("a", "r", 1, 0));
        verifier.add(0, frame("a", "r", 6, 5));
        assertThat(verifier.findings().unaccounted()).isEqualTo(4);
        verifier.add(0, resent(LOST));
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.gapFrames()).isEqualTo(Map.of("overload", 3L));
        assertThat(findings.sum(Findings.Epoch::healed)).isZero();
    }

    @Test
    void withoutTheMarkItIsAContradictionStill() {
        addUsual();
        verifier.add(0, LOST);
        assertThat(verifier.findings().isComplete()).isFalse();
    }

    @Test
    void aSecondGapOverHealedFramesIsAContradictionStill() {
        addUsual();
        verifier.add(0, resent(LOST));
        verifier.add(0, gap("a", "r", "n2", "not-published", 5, 1, "not-published:4"));
        assertThat(verifier.findings().isComplete()).isFalse();
    }

    @Test
    void aRunOfWhichOnlyResentMessagesAreReadMissesNothingBefore() {
        verifier.add(0, resent(LOST));
        Findings findings = verifier.findings();
        assertThat(findings.unaccounted()).isZero();
        assertThat(findings.sum(Findings.Epoch::before)).isEqualTo(1);
        verifier.add(0, frame("a", "r", 7, 6));
        assertThat(verifier.findings().unaccounted()).isEqualTo(2);
    }

    @Test
    void aRunClosedLongAgoIsHealedToo() {
        TopicVerifier bounded = new TopicVerifier(1);
        bounded.add(0, frame("a", "r", 1, 0));
        bounded.add(0, ITS_GAP);
        bounded.add(0, frame("a", "s", 1, 0));
        bounded.add(0, resent(LOST));
        Findings findings = bounded.findings();
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.duplicates()).isZero();
        assertThat(findings.unjudged()).isZero();
        assertThat(findings.sum(Findings.Epoch::healed)).isEqualTo(1);
    }
}
