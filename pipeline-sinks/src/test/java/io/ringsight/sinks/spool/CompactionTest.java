package io.ringsight.sinks.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.GapJson;
import io.ringsight.sinks.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What remains of a file of ten frames with a gap message in the middle. */
class CompactionTest {
    private static final String CAUSE = "the spool held its maxBytes";

    @TempDir(factory = MemoryFolder.class)
    private Path folder;

    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final Camera camera = new Camera("line1", clock);
    private final List<SpoolEntry> entries = new ArrayList<>();
    private Segment segment;

    /** Offsets 0 to 4 and 6 to 10: frames; 5: the gap message. */
    @BeforeEach
    void write() throws IOException {
        for (int offset = 0; offset < 11; offset++) {
            entries.add(new SpoolEntry(offset, offset == 5 ? camera.gap(3) : camera.next(), offset));
        }
        segment = Segment.replace(folder.resolve(Segment.fileName(0)), 0, false, entries);
    }

    private Compaction compaction(long committed, long handedOver, boolean keepsGaps) throws IOException {
        Compaction compaction = new Compaction(committed, handedOver, keepsGaps, CAUSE, new GapJson(clock));
        compaction.add(segment);
        return compaction;
    }

    private static List<Long> offsets(List<SpoolEntry> rest) {
        return rest.stream().map(SpoolEntry::offset).toList();
    }

    private Findings verify(List<SpoolEntry> rest, int answered) {
        TopicVerifier verifier = new TopicVerifier();
        entries.subList(0, answered)
                .forEach(entry -> verifier.add(entry.message().bytes()));
        rest.forEach(entry -> verifier.add(entry.message().bytes()));
        return verifier.findings();
    }

    @Test
    void whatIsAnsweredIsLeftOutAndNotCountedAsDropped() throws IOException {
        Compaction compaction = compaction(3, 3, true);
        List<SpoolEntry> rest = compaction.rest();
        assertThat(offsets(rest))
                .as("a count of 3 and 4, the gap, a count of the others")
                .containsExactly(4L, 5L, 10L);
        assertThat(compaction.dropped()).isEqualTo(7);
        assertThat(compaction.added()).isEqualTo(2);
        Findings findings = verify(rest, 3);
        assertThat(findings.isComplete()).as(findings.toString()).isTrue();
        assertThat(findings.gapFrames()).containsEntry("spool-full", 7L);
    }

    @Test
    void whatIsAnsweredIsLeftOutAlsoWhereMoreIsOnItsWay() throws IOException {
        assertThat(offsets(compaction(3, 8, true).rest())).containsExactly(3L, 4L, 5L, 6L, 7L, 10L);
    }

    @Test
    void whatIsOnItsWayIsKeptAsItIs() throws IOException {
        Compaction compaction = compaction(0, 4, true);
        List<SpoolEntry> rest = compaction.rest();
        assertThat(rest.subList(0, 4).stream().map(entry -> entry.message().messageId()))
                .isEqualTo(entries.subList(0, 4).stream()
                        .map(entry -> entry.message().messageId())
                        .toList());
        assertThat(verify(rest, 0).isComplete()).isTrue();
        assertThat(compaction.dropped()).isEqualTo(6);
    }

    @Test
    void gapMessagesAreCountedInWhenTheyAreNotKept() throws IOException {
        Compaction compaction = compaction(0, 0, false);
        List<SpoolEntry> rest = compaction.rest();
        assertThat(rest).hasSize(1);
        assertThat(rest.get(0).message().messageId()).endsWith("/s11");
        assertThat(compaction.dropped()).isEqualTo(11);
        Findings findings = verify(rest, 0);
        assertThat(findings.isComplete()).as(findings.toString()).isTrue();
        assertThat(findings.epochs().get(0).lastFrameSeq()).isEqualTo(camera.lastFrameSeq());
    }

    /** By itself it stays as it is; with more that is dropped there is one count of all. */
    @Test
    void aCountOfAnEarlierCompactionGrowsWhenMoreIsDropped() throws IOException {
        List<SpoolEntry> once = compaction(0, 0, false).rest();
        SpoolEntry more = new SpoolEntry(11, camera.next(), 11);
        Path second = folder.resolve(Segment.fileName(11));
        Compaction again = new Compaction(0, 0, true, CAUSE, new GapJson(clock));
        again.add(Segment.replace(segment.path, 0, true, once));
        assertThat(again.dropped()).isZero();
        again.add(Segment.replace(second, 11, false, List.of(more)));
        List<SpoolEntry> rest = again.rest();
        assertThat(rest)
                .extracting(SpoolEntry::message)
                .extracting(EncodedMessage::messageId)
                .hasSize(1);
        assertThat(rest.get(0).message().messageId()).endsWith("/s12");
        assertThat(verify(rest, 0).isComplete()).isTrue();
    }

    @Test
    void aFileThatIsGoneCountsAsDamaged() throws IOException {
        Files.delete(segment.path);
        Compaction compaction = compaction(0, 0, true);
        assertThat(compaction.isDamaged()).isTrue();
        assertThat(compaction.rest()).isEmpty();
    }

    @Test
    void filesAreTakenUpToTheFirstWithFrames() throws IOException {
        Segment empty = new Segment(folder.resolve("a"), 0);
        Segment compacted = Segment.replace(folder.resolve("b"), 0, true, entries);
        Segment after = Segment.replace(folder.resolve("c"), 0, false, entries);
        assertThat(Compaction.victims(List.of(empty, compacted, segment, after)))
                .containsExactly(compacted, segment);
        assertThat(Compaction.victims(List.of(empty))).isEmpty();
    }
}
