package io.ringsight.sinks.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringsight.core.analyse.verdict.Announcement;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessageWatcher;
import io.ringsight.sinks.PictureKeeper;
import io.ringsight.sinks.Sample;
import io.ringsight.sinks.spool.WatchedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A process that dies is a journal that is not closed: its file is copied to where the next one looks. */
class VerdictJournalTest {
    private static final SourceId LINE = new SourceId("line1");

    @TempDir
    private Path dir;

    private final MessageJson json = Sample.json(new ManualClock(Sample.NOW_UTC_NS));

    private static Announcement part(String id) {
        return new Announcement(id, Optional.of(new Recipe("R 1", "")), Sample.NOW_UTC_NS);
    }

    private EncodedMessage verdict(long number, String part) {
        return json.decision(SampleVerdicts.pass(number, part), 1);
    }

    private VerdictJournal begin(String run) throws IOException {
        VerdictJournal journal = new VerdictJournal(dir.resolve(run), LINE);
        journal.open();
        return journal;
    }

    /** The run dies here, and the next begins. */
    private VerdictJournal.Left after(String run) throws IOException {
        Path next = Files.createDirectories(dir.resolve(run + "x"));
        Files.copy(dir.resolve(run).resolve("line1.journal"), next.resolve("line1.journal"));
        return begin(run + "x").takeLeft().orElseThrow();
    }

    @Test
    void whatADeadProcessJudgedComesAgainAndWhatItDidNotIsKnown() throws Exception {
        VerdictJournal journal = begin("a");
        assertThat(journal.takeLeft()).as("nothing is left by no run").isEmpty();
        journal.announced(part("A1"));
        journal.announced(part("A2"));
        EncodedMessage first = verdict(1, "A1");
        journal.judged("A1", first);
        VerdictJournal.Left left = after("a");
        assertThat(left.unjudged()).containsExactly(part("A2"));
        assertThat(left.again()).hasSize(1);
        assertThat(left.again().get(0).bytes()).isEqualTo(first.bytes());
        assertThat(left.again().get(0).key()).isEqualTo(first.key());
        assertThat(left.again().get(0).type()).isEqualTo(first.type());
    }

    @Test
    void aRunThatEndedWellLeavesNothing() throws Exception {
        VerdictJournal journal = begin("a");
        journal.announced(part("A1"));
        journal.judged("A1", verdict(1, "A1"));
        journal.over();
        journal.close();
        assertThat(begin("a").takeLeft()).isEmpty();
    }

    @Test
    void aRunWhoseSinksLackVerdictsLeavesThem() throws Exception {
        VerdictJournal journal = begin("a");
        journal.judged("A1", verdict(1, "A1"));
        journal.close();
        assertThat(begin("a").takeLeft())
                .hasValueSatisfying(left -> assertThat(left.again()).hasSize(1));
    }

    @Test
    void whatNobodyTookOfTheRunBeforeIsThereForTheNext() throws Exception {
        VerdictJournal killed = begin("a");
        killed.announced(part("A1"));
        killed.close();
        VerdictJournal journal = begin("a");
        journal.over();
        journal.close();
        assertThat(begin("a").takeLeft())
                .hasValueSatisfying(left -> assertThat(left.unjudged()).hasSize(1));
    }

    @Test
    void aTornLastLineIsLeftOutAndTheRestIsThere() throws Exception {
        VerdictJournal journal = begin("a");
        journal.announced(part("A1"));
        journal.judged("A1", verdict(1, "A1"));
        journal.announced(part("A2"));
        Files.writeString(
                dir.resolve("a/line1.journal"), "judged A2 {\"schemaVersion\":\"1.4\",\"ty", StandardOpenOption.APPEND);
        VerdictJournal.Left left = after("a");
        assertThat(left.again()).hasSize(1);
        assertThat(left.unjudged()).containsExactly(part("A2"));
    }

    @Test
    void theFileStaysSmallAndKeepsWhatMatters() throws Exception {
        VerdictJournal journal = new VerdictJournal(dir.resolve("a"), LINE, 100_000);
        journal.open();
        journal.announced(part("open"));
        for (int i = 1; i <= 300; i++) {
            journal.announced(part("A" + i));
            journal.judged("A" + i, verdict(i, "A" + i));
        }
        assertThat(Files.size(dir.resolve("a/line1.journal"))).isLessThan(101_000);
        VerdictJournal.Left left = after("a");
        assertThat(left.unjudged()).containsExactly(part("open"));
        assertThat(left.again()).hasSize(64);
        assertThat(new String(left.again().get(63).bytes(), StandardCharsets.UTF_8))
                .contains("A300");
    }

    /** Something else was told of its part meanwhile. */
    @Test
    void aVerdictTheDiskDidNotKeepIsNotThereAfterADeath() throws Exception {
        WatchedFiles files = new WatchedFiles();
        VerdictJournal journal = new VerdictJournal(files.wrapPath(dir.resolve("a")), LINE);
        journal.open();
        journal.announced(part("A1"));
        int before = files.forced();
        files.watch(() -> {
            if (files.forced() > before) {
                throw new IOException("a disk that takes nothing");
            }
        });
        assertThatThrownBy(() -> journal.judged("A1", verdict(1, "A1"))).isInstanceOf(IOException.class);
        VerdictJournal.Left left = after("a");
        assertThat(left.again()).isEmpty();
        assertThat(left.unjudged()).containsExactly(part("A1"));
    }

    @Test
    void whatComesAfterTheLastWordOfARunCounts() throws Exception {
        VerdictJournal ended = begin("a");
        ended.announced(part("A1"));
        ended.judged("A1", verdict(1, "A1"));
        ended.over();
        ended.close();
        Files.writeString(
                dir.resolve("a/line1.journal"), JournalLines.announced(part("A2")) + "\n", StandardOpenOption.APPEND);
        assertThat(begin("a").takeLeft())
                .hasValueSatisfying(left -> assertThat(left.unjudged()).containsExactly(part("A2")));
    }

    @Test
    void twoProcessesDoNotShareIt() throws Exception {
        begin("a");
        assertThatThrownBy(() -> begin("a")).isInstanceOf(IOException.class).hasMessageContaining("another process");
    }

    @Test
    void aDiskThatFailsIsLoggedOnceForEachSource() throws Exception {
        Path blocked = dir.resolve("blocked");
        Files.writeString(blocked, "a file where the directory should be");
        VerdictPublisher publisher = new VerdictPublisher(json, List.of(), MessageWatcher.NONE, PictureKeeper.NONE);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger(VerdictPublisher.class);
        log.addAppender(lines);
        try (VerdictJournal works = new VerdictJournal(dir.resolve("works"), LINE);
                VerdictJournal fails = new VerdictJournal(blocked, new SourceId("line2"));
                VerdictJournal failsToo = new VerdictJournal(blocked, new SourceId("line3"))) {
            for (int i = 1; i <= 3; i++) {
                publisher.publish(SampleVerdicts.pass("line2", i, "B" + i), 1, fails);
                publisher.publish(SampleVerdicts.pass("line1", i, "A" + i), 1, works);
                publisher.publish(SampleVerdicts.pass("line3", i, "C" + i), 1, failsToo);
            }
        } finally {
            log.detachAppender(lines);
        }
        assertThat(lines.list)
                .extracting(line -> line.getArgumentArray()[0])
                .containsExactly(new SourceId("line2"), new SourceId("line3"));
    }

    @Test
    void whatCannotBeKeptBecomesUnknownAndIsUnknownAfterARestartToo() throws Exception {
        Path blocked = dir.resolve("blocked");
        Files.writeString(blocked, "a file where the directory should be");
        VerdictJournal journal = new VerdictJournal(blocked, LINE);
        List<EncodedMessage> published = new ArrayList<>();
        MessageWatcher watcher = (message, objects) -> published.add(message);
        VerdictPublisher publisher = new VerdictPublisher(json, List.of(), watcher, PictureKeeper.NONE);

        Verdict as = publisher.publish(SampleVerdicts.pass(1, "A1"), 1, journal);
        assertThat(as.judgement().grade()).isEqualTo(Grade.UNKNOWN);
        assertThat(published).hasSize(1);
        assertThat(new String(published.get(0).bytes(), StandardCharsets.UTF_8))
                .contains("\"grade\":\"unknown\",\"reasons\":[\"not-durable\"]");

        Files.delete(blocked);
        assertThat(publisher
                        .publish(SampleVerdicts.pass(2, "A2"), 1, journal)
                        .judgement()
                        .grade())
                .isEqualTo(Grade.PASS);
        VerdictJournal.Left left = after("blocked");
        assertThat(left.again())
                .extracting(EncodedMessage::messageId)
                .containsExactlyElementsOf(
                        published.stream().map(EncodedMessage::messageId).toList());
        assertThat(left.again().get(0).bytes()).isEqualTo(published.get(0).bytes());
    }
}
