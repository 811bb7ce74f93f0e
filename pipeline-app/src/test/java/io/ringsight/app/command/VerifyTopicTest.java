package io.ringsight.app.command;

import static io.ringsight.client.verify.Written.NOON;
import static io.ringsight.client.verify.Written.frame;
import static io.ringsight.client.verify.Written.frameAt;
import static io.ringsight.client.verify.Written.gap;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.Main;
import io.ringsight.sinks.kafka.KafkaBroker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code ringsight verify} as a user runs it, over topics of messages written by hand. */
@Tag("kafka")
class VerifyTopicTest {
    private static final KafkaBroker BROKER = new KafkaBroker();
    private static KafkaProducer<byte[], byte[]> producer;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() {
        BROKER.start();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", BROKER.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterAll
    static void stop() {
        producer.close();
        BROKER.close();
    }

    private static void write(String topic, byte[]... values) {
        for (int i = 0; i < values.length; i++) {
            long timestamp = NOON.plusSeconds(i).toEpochMilli();
            producer.send(new ProducerRecord<>(topic, null, timestamp, null, values[i]));
        }
        producer.flush();
    }

    private int verify(String topic, String... more) {
        List<String> options = new ArrayList<>(List.of(more));
        options.add("--json");
        return inWords(topic, options.toArray(String[]::new));
    }

    private int inWords(String topic, String... more) {
        List<String> command =
                new ArrayList<>(List.of("verify", "--bootstrap", BROKER.bootstrapServers(), "--topic", topic));
        command.addAll(List.of(more));
        return Main.run(new PrintWriter(out), new PrintWriter(err), command.toArray(String[]::new));
    }

    /** The topic is found incomplete, for this one reason, in JSON and in words. */
    private void isIncomplete(String topic, String reason, String figure, String... more) {
        assertThat(verify(topic, more)).isEqualTo(1);
        assertThat(out.toString())
                .contains("{\"answer\":\"incomplete\",\"reasons\":[\"" + reason + "\"],")
                .contains(figure);
        assertThat(inWords(topic, more)).isEqualTo(1);
        assertThat(out.toString().lines()).last().isEqualTo("NOT complete: " + reason);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void completeIsZero() {
        write("whole", frame("a", "r1", 1, 0), frame("a", "r1", 3, 1, "late:1"), gap("a", "r1", "g1", "ended", 3, 3));
        assertThat(verify("whole", "--strict", "--expect-source", "a", "--max-silence", "1"))
                .isZero();
        assertThat(out.toString()).contains("\"answer\":\"complete\",\"reasons\":[],\"frames\":2");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void completeIsSaidInWords() {
        write("words", frame("a", "r1", 1, 0), frame("a", "r1", 4, 1, "late:1", "overload:1"));
        assertThat(inWords("words")).isZero();
        assertThat(out.toString().lines())
                .containsSequence("frames in gaps, late: 1", "frames in gaps, overload: 1")
                .last()
                .isEqualTo("complete: every frame is in a message or a gap, once and in order");
        assertThat(out.toString()).containsPattern("(?m)^a +r1 +2 +2 +0 +0 +0$");
    }

    @Test
    void aHoleIsOne() {
        write("hole", frame("a", "r1", 1, 0), frame("a", "r1", 3, 2));
        isIncomplete("hole", "1 frames are in no message and no gap", "\"unaccounted\":1,");
        assertThat(out.toString()).containsPattern("(?m)^a +r1 +2 +0 +1 +0 +0$");
    }

    @Test
    void aHoleThatEachMessageHidesFromItsNeighboursIsOne() {
        write("missing-counts", frame("a", "r1", 1, 0), frame("a", "r1", 4, 1, "late:1"));
        assertThat(verify("missing-counts")).isEqualTo(1);
        assertThat(out.toString()).contains("\"unaccounted\":1,").contains("\"contradictions\":1,");
    }

    @Test
    void aFrameInAMessageAndInAGapBehindItIsOne() {
        write("twice", frame("a", "r1", 1, 0), gap("a", "r1", "s1", "spool-full", 1, 0, "spool-full:1"));
        isIncomplete(
                "twice",
                "1 messages count wrongly, or frames that were counted before",
                "\"duplicates\":0,\"disorder\":0,\"lateGaps\":0,\"healed\":0,\"sources\":1,\"contradictions\":1,");
    }

    @Test
    void aFrameInAGapAndInAMessageBehindItIsOne() {
        write(
                "gap-first",
                gap("a", "r1", "s1", "spool-full", 2, 0, "spool-full:2"),
                frame("a", "r1", 2, 1),
                frame("a", "r1", 3, 2));
        assertThat(verify("gap-first")).isEqualTo(1);
        assertThat(out.toString()).contains("\"answer\":\"incomplete\"").contains("\"contradictions\":1,");
    }

    @Test
    void framesInMessagesAndInTheCountsOfALaterMessageAreOne() {
        write("counts", frame("a", "r1", 1, 0), frame("a", "r1", 2, 1), frame("a", "r1", 4, 1, "overload:2"));
        isIncomplete("counts", "1 messages count wrongly, or frames that were counted before", "\"contradictions\":1,");
    }

    @Test
    void twoFramesCountedTwiceDoNotMakeUpForTwoThatAreMissing() {
        write(
                "even",
                frame("a", "r1", 1, 0),
                frame("a", "r1", 2, 1),
                gap("a", "r1", "g1", "overload", 2, 0, "overload:2"),
                frame("a", "r1", 5, 4));
        assertThat(verify("even")).isEqualTo(1);
        assertThat(out.toString()).contains("\"unaccounted\":2,").contains("\"contradictions\":1,");
    }

    @Test
    void disorderIsOne() {
        write("disorder", frame("a", "r1", 2, 1), frame("a", "r1", 1, 0));
        isIncomplete("disorder", "1 messages are out of order", "\"disorder\":1,");
    }

    @Test
    void aGapThatComesLateIsHeldAgainstItWhenStrictOnly() {
        write(
                "late",
                frame("a", "r1", 1, 0),
                frame("a", "r1", 3, 2),
                gap("a", "r1", "n1", "not-published", 2, 1, "not-published:1"));
        assertThat(verify("late")).isZero();
        assertThat(out.toString()).contains("\"disorder\":0,\"lateGaps\":1,");
        out.getBuffer().setLength(0);
        isIncomplete("late", "1 gap messages came late", "\"lateGaps\":1,", "--strict");
    }

    @Test
    void aTopicWithoutOurMessagesIsOneAndCannotTell() {
        write("foreign", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(verify("foreign")).isEqualTo(1);
        assertThat(out.toString()).contains("\"answer\":\"cannot-tell\"").contains("there is no message of Ringsight");
    }

    @Test
    void anExpectedSourceThatIsMissingOrSilentIsOne() {
        write("expected", frame("a", "r1", 1, 0));
        assertThat(verify("expected", "--expect-source", "a")).isZero();
        assertThat(verify("expected", "--expect-source", "a", "--expect-source", "b"))
                .isEqualTo(1);
        assertThat(verify("expected", "--max-silence", "60")).isEqualTo(1);
        assertThat(out.toString())
                .contains("source b was expected and has no message")
                .contains("source a said nothing for more than 60 s");
    }

    @Test
    void aSilenceThatAClockSetBackMayHideIsOneAndCannotTell() {
        byte[] end = gap("a", "r1", "g1", "ended", 2, 2);
        write("set-back", frame("a", "r1", 1, 0), frameAt("a", "r1", 2, NOON.minusSeconds(300)), end);
        assertThat(verify("set-back", "--max-silence", "601")).isZero();
        assertThat(verify("set-back", "--max-silence", "301")).isEqualTo(1);
        assertThat(out.toString())
                .contains("\"answer\":\"cannot-tell\"")
                .contains("the clock of source a was set back, by 301 s in all");
        assertThat(verify("set-back")).as("nobody asked for silence").isZero();
    }

    @Test
    void sinceLeavesOutWhatIsOlder() {
        write("since", frame("a", "r1", 1, 0), frame("a", "r1", 9, 8), frame("a", "r1", 10, 9));
        assertThat(verify("since")).as("7 are missing").isEqualTo(1);
        assertThat(verify("since", "--since", NOON.plusSeconds(1).toString())).isZero();
        assertThat(out.toString()).contains("\"before\":8");
        assertThat(verify("since", "--since", "1s")).as("nothing is as young").isEqualTo(1);
        assertThat(verify("since", "--since", "yesterday")).isEqualTo(2);
        assertThat(err.toString()).contains("--since: expected a time such as").hasLineCount(1);
    }

    @Test
    void duplicatesAreHeldAgainstItWhenStrictOnly() {
        write("again", frame("a", "r1", 1, 0), frame("a", "r1", 1, 0));
        assertThat(verify("again")).isZero();
        assertThat(out.toString()).contains("\"frames\":1,").contains("\"duplicates\":1,");
        out.getBuffer().setLength(0);
        isIncomplete("again", "1 messages came twice", "\"duplicates\":1,", "--strict");
    }
}
