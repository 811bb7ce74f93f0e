package io.ringsight.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.ManualClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TopicVerifierTest {
    private final TopicVerifier verifier = new TopicVerifier();
    private final Camera camera = new Camera("line1", new ManualClock(Sample.NOW_UTC_NS));

    private void add(EncodedMessage... messages) {
        for (EncodedMessage message : messages) {
            verifier.add(message.bytes());
        }
    }

    @Test
    void findsNothingMissingInFramesAndGaps() {
        add(camera.gap(0), camera.next(), camera.next(3), camera.gap(2), camera.next());
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.frames()).isEqualTo(3);
        assertThat(findings.gapFrames()).isEqualTo(Map.of("overload", 5L));
        assertThat(findings.sources()).isEqualTo(1);
        assertThat(findings.duplicates() + findings.disorder() + findings.unaccounted())
                .isZero();
        assertThat(findings.epochs().get(0).lastFrameSeq()).isEqualTo(8);
    }

    /** Newer daemons may write types that nobody knows yet. */
    @Test
    void messagesThatAreNotAboutFramesChangeNothing() {
        add(camera.next(), camera.event(), camera.next(2), camera.event(), camera.gap(1), camera.event());
        verifier.add("{\"schemaVersion\":\"1.9\",\"type\":\"tide\",\"messageId\":\"line1/x/t1\",\"sourceId\":\"line1\","
                .concat("\"streamEpoch\":\"x\",\"publishedAt\":\"2026-11-22T13:40:00.123456Z\"}")
                .getBytes(StandardCharsets.UTF_8));
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.frames()).isEqualTo(2);
        assertThat(findings.others()).isEqualTo(4);
        assertThat(findings.foreign()).isZero();
        assertThat(findings.sources()).isEqualTo(1);
        assertThat(findings.epochs()).hasSize(1);
        assertThat(findings.epochs().get(0).end()).isEqualTo("open");
    }

    @Test
    void findsWhatIsMissingInTheMiddleAndAtTheBeginning() {
        EncodedMessage first = camera.next();
        EncodedMessage second = camera.next(2);
        add(camera.next());
        assertThat(verifier.findings().unaccounted()).isEqualTo(4);
        add(second);
        assertThat(verifier.findings().unaccounted()).isEqualTo(1);
        add(first);
        assertThat(verifier.findings().unaccounted()).isZero();
        assertThat(verifier.findings().disorder()).isEqualTo(2);
    }

    /** Found by Jazzer: a time that names no clock ended the verifier. */
    @Test
    void timeWithoutItsClockIsNotCompared() {
        String message = "{\"schemaVersion\":\"1.2\",\"type\":\"frame\",\"messageId\":\"a/b/%d\",\"sourceId\":\"a\","
                + "\"streamEpoch\":\"b\",\"frameSeq\":%d,"
                + "\"prevFrameSeq\":%d,\"gaps\":[],\"captureTime\":{\"utc\":\"2026-11-22T13:40:0%dZ\"%s}}";
        verifier.add(message.formatted(1, 1, 0, 3, ",\"clock\":\"file\"").getBytes(StandardCharsets.UTF_8));
        verifier.add(message.formatted(2, 2, 1, 2, "").getBytes(StandardCharsets.UTF_8));
        verifier.add(message.formatted(3, 3, 2, 1, "").getBytes(StandardCharsets.UTF_8));
        assertThat(verifier.findings().frames()).isEqualTo(3);
        assertThat(verifier.findings().sum(Findings.Epoch::timeJumps)).isZero();
    }

    @Test
    void findsDuplicatesOnceEach() {
        EncodedMessage frame = camera.next();
        EncodedMessage gap = camera.gap(1);
        add(frame, gap, frame, gap, camera.next());
        assertThat(verifier.findings().duplicates()).isEqualTo(2);
        assertThat(verifier.findings().frames()).isEqualTo(2);
        assertThat(verifier.findings().isComplete()).isTrue();
    }

    @Test
    void findsMessagesWhoseCountsDoNotAddUp() {
        String lying = text(camera.next(3)).replace("\"frames\":3", "\"frames\":2");
        verifier.add(lying.getBytes(StandardCharsets.UTF_8));
        assertThat(verifier.findings().unaccounted()).isEqualTo(1);
        assertThat(verifier.findings().isComplete()).isFalse();
        String boasting = text(camera.next(3)).replace("\"frames\":3", "\"frames\":4");
        verifier.add(boasting.getBytes(StandardCharsets.UTF_8));
        assertThat(verifier.findings().unaccounted()).isEqualTo(1);
        assertThat(verifier.findings().sum(Findings.Epoch::contradictions)).isEqualTo(2);
    }

    @Test
    void keepsEpochsAndSourcesApart() {
        add(camera.next(), new Camera("line2", new ManualClock(0)).next());
        verifier.add(text(new Camera("line1", new ManualClock(0)).next())
                .replace(Sample.EPOCH, "02")
                .getBytes(StandardCharsets.UTF_8));
        Findings findings = verifier.findings();
        assertThat(findings.sources()).isEqualTo(2);
        assertThat(findings.epochs()).hasSize(3);
        assertThat(findings.duplicates()).isZero();
        assertThat(findings.isComplete()).isTrue();
    }

    @Test
    void doesNotHoldDeletedRecordsAgainstTheDaemon() {
        camera.next(40);
        verifier.removed(0);
        add(camera.next(), camera.next());
        assertThat(verifier.findings().isComplete()).isTrue();
        assertThat(verifier.findings().sum(Findings.Epoch::before)).isEqualTo(41);
    }

    @Test
    void findsTimeGoingBack() {
        EncodedMessage earlier = camera.next();
        String back = text(camera.next()).replace("\"utc\":\"2026", "\"utc\":\"2025");
        add(earlier);
        verifier.add(back.getBytes(StandardCharsets.UTF_8));
        assertThat(verifier.findings().sum(Findings.Epoch::timeJumps)).isEqualTo(1);
    }

    @Test
    void countsWhatIsNoMessageAndReadsNewerOnes() {
        verifier.add(null);
        verifier.add(new byte[0]);
        verifier.add("{\"type\":\"frame\"".getBytes(StandardCharsets.UTF_8));
        verifier.add("[1,2]".getBytes(StandardCharsets.UTF_8));
        verifier.add("{\"type\":\"frame\",\"messageId\":\"a/b/1\"}".getBytes(StandardCharsets.UTF_8));
        String newer = text(camera.next()).replaceFirst("\\{", "{\"reasonable\":{\"reason\":[1,{\"frameSeq\":9}]},");
        verifier.add(newer.getBytes(StandardCharsets.UTF_8));
        assertThat(verifier.findings().foreign()).isEqualTo(5);
        assertThat(verifier.findings().frames()).isEqualTo(1);
        assertThat(verifier.findings().isComplete()).isTrue();
    }

    @Test
    void agreesWithASetWhateverIsLostOrShuffled() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            Camera source = new Camera("line1", new ManualClock(0));
            List<EncodedMessage> kept = new ArrayList<>();
            TreeSet<Long> covered = new TreeSet<>();
            long last = 0;
            for (int i = 0; i < 40; i++) {
                long before = source.lastFrameSeq();
                EncodedMessage message =
                        random.nextInt(5) == 0 ? source.gap(random.nextInt(3)) : source.next(random.nextInt(3));
                if (random.nextInt(4) > 0) {
                    kept.add(message);
                    last = source.lastFrameSeq();
                    for (long seq = before + 1; seq <= source.lastFrameSeq(); seq++) {
                        covered.add(seq);
                    }
                }
            }
            Collections.shuffle(kept, random);
            TopicVerifier shuffled = new TopicVerifier();
            kept.forEach(message -> shuffled.add(message.bytes()));
            assertThat(shuffled.findings().unaccounted()).as("seed " + seed).isEqualTo(last - covered.size());
            assertThat(shuffled.findings().duplicates()).isZero();
        }
    }

    @Test
    void namesWhatACrashLeftUnknown() {
        GapJson gaps = new GapJson(new ManualClock(Sample.NOW_UTC_NS));
        add(camera.next(), camera.next());
        assertThat(verifier.findings().epochs().get(0).end()).isEqualTo("open");
        // the state file knew of three frames more than reached the topic
        EncodedMessage farewell = gaps.unknown(new SourceId("line1"), Sample.EPOCH, 5, Sample.NOW_UTC_NS);
        add(farewell, farewell);
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.gapFrames()).isEqualTo(Map.of("unknown", 3L));
        assertThat(findings.duplicates()).isEqualTo(1);
        assertThat(findings.epochs().get(0).end()).isEqualTo("unknown");
    }

    @Test
    void isNotAlarmedByASpoolThatKnowsLessOfACrashThanTheTopic() {
        GapJson gaps = new GapJson(new ManualClock(Sample.NOW_UTC_NS));
        add(camera.next(), camera.next(), camera.next());
        add(gaps.damaged(new SourceId("line1"), Sample.EPOCH, 2, Sample.NOW_UTC_NS, Sample.NOW_UTC_NS, "d1"));
        add(gaps.unknown(new SourceId("line1"), Sample.EPOCH, 1, Sample.NOW_UTC_NS));
        assertThat(verifier.findings().isComplete()).isTrue();
        assertThat(verifier.findings().disorder()).isZero();
    }

    @Test
    void doesNotExcuseAHoleBeforeTheCrash() {
        GapJson gaps = new GapJson(new ManualClock(Sample.NOW_UTC_NS));
        add(camera.next());
        camera.next();
        add(camera.next(), gaps.unknown(new SourceId("line1"), Sample.EPOCH, 3, Sample.NOW_UTC_NS));
        assertThat(verifier.findings().unaccounted()).isEqualTo(1);
    }

    @Test
    void findsClocksThatJump() {
        ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
        Camera source = new Camera("line1", clock);
        add(source.next());
        clock.advanceMs(40);
        add(source.next());
        assertThat(verifier.findings().sum(Findings.Epoch::timeJumps)).isZero();
        clock.advanceMs(60_000);
        add(source.next());
        assertThat(verifier.findings().sum(Findings.Epoch::timeJumps))
                .as("the capture clock stood still for a minute")
                .isEqualTo(1);
        clock.advanceMs(-120_000);
        add(source.gap(0));
        assertThat(verifier.findings().sum(Findings.Epoch::timeJumps))
                .as("the host's clock was set back")
                .isEqualTo(2);
    }

    @Test
    void closesOldRunsAndStaysSmall() {
        TopicVerifier months = new TopicVerifier(3);
        EncodedMessage first = camera.next();
        for (int run = 0; run < 100; run++) {
            String epoch = String.format("01RUN%05d", run);
            Camera source = new Camera("line1", new ManualClock(Sample.NOW_UTC_NS));
            for (int i = 0; i < 10; i++) {
                String frame = text(source.next(i % 2)).replace(Sample.EPOCH, epoch);
                months.add(frame.getBytes(StandardCharsets.UTF_8));
            }
        }
        months.add(text(first).replace(Sample.EPOCH, "01RUN00007").getBytes(StandardCharsets.UTF_8));
        Findings findings = months.findings();
        assertThat(findings.epochs()).hasSize(4);
        assertThat(findings.epochs().get(0).streamEpoch()).isEqualTo("97 older");
        assertThat(findings.frames()).isEqualTo(1_000);
        assertThat(findings.gapFrames()).isEqualTo(Map.of("overload", 500L));
        assertThat(findings.duplicates()).isEqualTo(1);
        assertThat(findings.isComplete()).isTrue();
    }

    private static String text(EncodedMessage message) {
        return new String(message.bytes(), StandardCharsets.UTF_8);
    }
}
