package io.ringsight.client.verify;

import static io.ringsight.client.verify.Written.NOON;
import static io.ringsight.client.verify.Written.frame;
import static io.ringsight.client.verify.Written.frameAt;
import static io.ringsight.client.verify.Written.gap;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Faults planted in messages written by hand: each must be found, and nothing else. */
class PlantedFaultsTest {
    private static final Expectations STRICT = new Expectations(Set.of(), Optional.empty(), true);

    private final TopicVerifier verifier = new TopicVerifier();

    private void add(byte[]... messages) {
        for (byte[] message : messages) {
            verifier.add(message);
        }
    }

    private Judgement judge(Expectations expectations) {
        return expectations.judge(verifier.findings(), Map.of(), List.of());
    }

    private void isIncomplete(String reason) {
        Judgement judgement = judge(Expectations.NONE);
        assertThat(judgement.answer()).isEqualTo(Judgement.Answer.INCOMPLETE);
        assertThat(judgement.reasons()).anyMatch(told -> told.contains(reason));
    }

    @Test
    void nothingPlantedIsComplete() {
        add(frame("a", "r1", 1, 0), frame("a", "r1", 4, 1, "overload:2"), gap("a", "r1", "g1", "stalled", 4, 4));
        assertThat(judge(STRICT)).isEqualTo(new Judgement(Judgement.Answer.COMPLETE, List.of()));
    }

    @Test
    void aHoleIsFound() {
        add(frame("a", "r1", 1, 0), frame("a", "r1", 4, 3));
        assertThat(verifier.findings().unaccounted()).isEqualTo(2);
        isIncomplete("2 frames are in no message and no gap");
    }

    @Test
    void aFrameDeliveredAndCountedInAGapIsFound() {
        add(frame("a", "r1", 1, 0), frame("a", "r1", 2, 1), gap("a", "r1", "s1", "spool-full", 2, 1, "spool-full:1"));
        assertThat(verifier.findings().unaccounted()).isZero();
        isIncomplete("1 messages count wrongly, or frames that were counted before");
    }

    @Test
    void aFrameCountedInAGapAndDeliveredAfterwardsIsFound() {
        add(frame("a", "r1", 1, 0), gap("a", "r1", "s1", "spool-full", 2, 1, "spool-full:1"));
        add(frame("a", "r1", 2, 1), frame("a", "r1", 3, 2));
        isIncomplete("counted before");
    }

    @Test
    void aFrameCountedInTwoGapsIsFound() {
        add(gap("a", "r1", "g1", "stalled", 3, 0, "overload:3"), gap("a", "r1", "n1", "not-published", 3, 2, "late:1"));
        isIncomplete("counted before");
    }

    @Test
    void disorderIsFoundAndDuplicatesAreNone() {
        add(frame("a", "r1", 2, 1), frame("a", "r1", 1, 0), frame("a", "r1", 3, 2), frame("a", "r1", 3, 2));
        assertThat(verifier.findings().disorder()).isEqualTo(1);
        assertThat(verifier.findings().duplicates()).isEqualTo(1);
        isIncomplete("1 messages are out of order");
    }

    @Test
    void lateGapsAndDuplicatesAreHeldAgainstItWhenStrict() {
        add(frame("a", "r1", 1, 0), frame("a", "r1", 3, 2), gap("a", "r1", "n1", "not-published", 2, 1, "late:1"));
        add(frame("a", "r1", 1, 0));
        assertThat(judge(Expectations.NONE).answer()).isEqualTo(Judgement.Answer.COMPLETE);
        assertThat(judge(STRICT).answer()).isEqualTo(Judgement.Answer.INCOMPLETE);
        assertThat(judge(STRICT).reasons()).containsExactly("1 messages came twice", "1 gap messages came late");
    }

    @Test
    void nothingReadProvesNothing() {
        assertThat(judge(Expectations.NONE).answer()).isEqualTo(Judgement.Answer.CANNOT_TELL);
        verifier.add("{\"someone\":\"else's\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(judge(Expectations.NONE).answer()).isEqualTo(Judgement.Answer.CANNOT_TELL);
        add(gap("a", "r1", "g1", "connecting", 0, 0));
        assertThat(judge(Expectations.NONE).reasons()).containsExactly("no message tells of a frame");
    }

    @Test
    void aSourceThatIsMissingOrSilentIsNamed() {
        Expectations expected = new Expectations(Set.of("a", "b"), Optional.of(Duration.ofSeconds(60)), false);
        add(frameAt("a", "r1", 1, Written.NOON), frameAt("a", "r1", 2, Written.NOON.plusSeconds(3_600)));
        Findings findings = verifier.findings();
        assertThat(findings.bySource().get(0).longestSilenceMs()).isEqualTo(3_600_000);
        assertThat(expected.judge(findings, Map.of("a", 60_000L), List.of()).reasons())
                .containsExactly("source b was expected and has no message");
        assertThat(expected.judge(findings, Map.of("a", 61_000L), List.of()).reasons())
                .contains("source a said nothing for more than 60 s");
    }

    @Test
    void runsAreOldByTheirOrderNotByTheirNames() {
        TopicVerifier months = new TopicVerifier(3);
        for (int run = 0; run < 40; run++) {
            // the clock goes back at each start: names that time orders fall
            String epoch = String.format("01RUN%05d", 99_999 - run);
            months.add(frame("a", epoch, 1, 0));
            months.add(frame("a", epoch, 3, run == 30 ? 2 : 1, "overload:" + (run == 30 ? 0 : 1)));
        }
        Findings findings = months.findings();
        assertThat(findings.frames()).isEqualTo(80);
        assertThat(findings.duplicates()).isZero();
        assertThat(findings.unaccounted()).as("the one frame lost in run 30").isEqualTo(1);
        months.add(frame("a", "01RUN99999", 1, 0));
        months.add(frame("a", "01RUN99998", 7, 6));
        assertThat(months.findings().duplicates()).isEqualTo(1);
        assertThat(months.findings().unjudged()).isEqualTo(1);
    }

    @Test
    void whatRetentionTookIsNoAlarmButWhatIsLostAfterwardsIs() {
        add(frame("a", "r1", 1, 0), frame("b", "r1", 1, 0));
        verifier.removed(0);
        add(frame("a", "r1", 38, 37), frame("b", "r2", 5, 4), frame("a", "r1", 39, 38));
        Findings findings = verifier.findings();
        assertThat(findings.unaccounted()).isZero();
        assertThat(findings.sum(Findings.Epoch::before)).isEqualTo(36 + 4);
        assertThat(judge(Expectations.NONE).isComplete()).isTrue();
        assertThat(judge(STRICT).answer()).isEqualTo(Judgement.Answer.CANNOT_TELL);
        add(frame("a", "r1", 42, 40), frame("a", "r2", 3, 2));
        assertThat(verifier.findings().unaccounted())
                .as("2 in r1, 2 at the beginning of r2")
                .isEqualTo(2 + 2);
    }

    @Test
    void aSourceThatMovesToAnotherPartitionIsNoDisorderInWhateverOrderTheyAreRead() {
        for (int[] order : new int[][] {{0, 1}, {1, 0}}) {
            TopicVerifier moved = new TopicVerifier();
            for (int partition : order) {
                for (long seq = partition * 50 + 1; seq <= partition * 50 + 50; seq++) {
                    moved.add(partition, frame("a", "r1", seq, seq - 1));
                }
            }
            moved.add(1, gap("a", "r1", "u1", "unknown", 103, 103));
            Findings findings = moved.findings();
            assertThat(findings.disorder()).isZero();
            assertThat(findings.isComplete()).isTrue();
            assertThat(findings.gapFrames()).isEqualTo(Map.of("unknown", 3L));
            assertThat(findings.epochs().get(0).end()).isEqualTo("unknown");
        }
    }

    @Test
    void retentionInOnePartitionDoesNotExcuseAnother() {
        verifier.removed(1);
        verifier.add(0, frame("a", "r1", 3, 2));
        assertThat(verifier.findings().unaccounted()).isEqualTo(2);
        verifier.add(1, frame("b", "r1", 3, 2));
        assertThat(verifier.findings().unaccounted()).isEqualTo(2);
    }

    @Test
    void recordsDamagedInTheMiddleAreUnknownAndAccounted() {
        add(frame("a", "r1", 1, 0), gap("a", "r1", "s1", "unknown", 3, 1), frame("a", "r1", 4, 3));
        assertThat(verifier.findings().isComplete()).isTrue();
        assertThat(verifier.findings().gapFrames()).isEqualTo(Map.of("unknown", 2L));
        assertThat(verifier.findings().epochs().get(0).end()).isEqualTo("open");
    }

    @Test
    void numbersNoDaemonWritesAreNoMessages() {
        add(frame("a", "r1", Long.MAX_VALUE, 0), frame("a", "r1", 3, 0, "late:-1", "overload:3"));
        assertThat(verifier.findings().foreign()).isEqualTo(2);
    }

    @Test
    void aWeekOfManySourcesAndRunsStaysSmall() {
        TopicVerifier week = new TopicVerifier(16);
        long afterADay = 0;
        for (int day = 0; day < 7; day++) {
            for (int run = 0; run < 24; run++) {
                for (int source = 0; source < 16; source++) {
                    // every second frame is left out: as many ranges as frames
                    for (long seq = 2; seq <= 600; seq += 2) {
                        week.add(frame("cam" + source, "d" + day + "r" + run, seq, seq - 2, "rate-limit:1"));
                    }
                }
            }
            afterADay = day == 0 ? heldBytes() : afterADay;
        }
        Findings findings = week.findings();
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.frames()).isEqualTo(7L * 24 * 16 * 300);
        assertThat(findings.epochs()).hasSize(16 * 17);
        assertThat(heldBytes() - afterADay)
                .as("bytes more after a week than after a day")
                .isLessThan(2 << 20);
    }

    /** The serial collector leaves dead objects where they are, but for every fourth time. */
    private static long heldBytes() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    @Test
    void moreSourcesThanAreFollowedAreSaid() {
        for (int source = 0; source < TopicVerifier.MAX_SOURCES + 5; source++) {
            add(frame("s" + source, "r1", 1, 0));
        }
        assertThat(verifier.findings().unjudged()).isEqualTo(5);
        assertThat(judge(Expectations.NONE).answer()).isEqualTo(Judgement.Answer.CANNOT_TELL);
    }

    @Test
    void forgetsTheOldestHolesOnly() {
        FrameRanges ranges = new FrameRanges();
        for (long frame = 0; frame < 100_000; frame += 2) {
            assertThat(ranges.add(frame, frame)).isEqualTo(1);
        }
        assertThat(ranges.size()).isEqualTo(50_000);
        assertThat(ranges.add(1, 1)).as("long forgotten").isZero();
        assertThat(ranges.add(99_997, 99_997)).isEqualTo(1);
        assertThat(ranges.add(99_997, 99_998)).isZero();
    }

    @Test
    void rangesAgreeWithASet() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            FrameRanges ranges = new FrameRanges();
            List<Long> known = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                long first = random.nextInt(100);
                long last = first + random.nextInt(6) - 1;
                long fresh = 0;
                for (long frame = first; frame <= last; frame++) {
                    if (!known.contains(frame)) {
                        known.add(frame);
                        fresh++;
                    }
                }
                assertThat(ranges.add(first, last)).as("seed %d", seed).isEqualTo(fresh);
            }
            long from = random.nextInt(100);
            assertThat(ranges.count(from, from + 20))
                    .as("seed %d", seed)
                    .isEqualTo(known.stream()
                            .filter(frame -> frame >= from && frame <= from + 20)
                            .count());
            assertThat(ranges.size()).isEqualTo(known.size());
            assertThat(ranges.count(Collections.min(known), Collections.max(known)))
                    .isEqualTo(known.size());
        }
    }

    @Test
    void aClockThatIsSetBackIsFoundAndADuplicateIsNone() {
        add(frameAt("a", "r1", 1, NOON), frameAt("a", "r1", 2, NOON.plusSeconds(9)), frameAt("a", "r1", 1, NOON));
        assertThat(source().setBackMs()).isZero();
        add(frameAt("a", "r1", 3, NOON.plusSeconds(2)), frameAt("a", "r2", 1, NOON.minusSeconds(1)));
        assertThat(source().setBackMs()).as("7 s, and 3 s in the next run").isEqualTo(10_000);
        assertThat(source().lastPublishedMs()).isEqualTo(NOON.minusSeconds(1).toEpochMilli());
    }

    private Findings.Source source() {
        return verifier.findings().bySource().get(0);
    }
}
