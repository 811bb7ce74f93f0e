package io.ringsight.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.Main;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.kafka.KafkaBroker;
import io.ringsight.sinks.kafka.KafkaSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A message that is too large for its topic, from the refusal to the proof that it was healed, beside the running sink. */
@Tag("kafka")
@Timeout(300)
class DeadLettersCommandTest {
    private static final String TOPIC = "t";
    private static final Path MODEL = Path.of(System.getProperty("ringsight.root"), "conf/models/pcb-defect.yaml");

    @TempDir
    private Path dir;

    private final KafkaBroker broker = new KafkaBroker();
    private final Camera camera = new Camera("line1", Clock.system());
    private Admin admin;
    private MessageSink sink;
    private Path config;

    private record Ran(int exitCode, String out, String err) {}

    @BeforeEach
    void start() throws Exception {
        broker.start();
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1).configs(Map.of("max.message.bytes", "4000"))))
                .all()
                .get();
        Path spool = dir.resolve("spool");
        sink = KafkaSink.open(
                new KafkaSinkSpec(
                        broker.bootstrapServers(),
                        TOPIC,
                        Map.of("compression.type", "none"),
                        QueueLimits.DEFAULT,
                        Optional.of(new SpoolSpec(spool.resolve(TOPIC)))),
                Clock.system());
        config = Files.writeString(
                dir.resolve("pipeline.yaml"), """
                pipeline: {model: "%s"}
                sources: [{id: line1, uri: "synthetic:pcb"}]
                sinks: [{kafka: {bootstrapServers: "%s", topic: %s, properties: {compression.type: none}, spool: {dir: "%s"}}}]
                """.formatted(MODEL, broker.bootstrapServers(), TOPIC, spool));
    }

    @AfterEach
    void stop() {
        sink.close(Duration.ZERO);
        admin.close();
        broker.close();
    }

    private void publish(int frames, int objects) {
        for (int i = 0; i < frames; i++) {
            sink.offer(camera.next(0, objects));
        }
        Await.until(
                "all answered",
                Duration.ofSeconds(60),
                () -> sink.metrics().queuedMessages() == 0,
                () -> sink.metrics().detail());
    }

    private void allow(String bytes) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
    }

    private Ran letters(String verb, String... more) {
        String[] all = new String[4 + more.length];
        all[0] = "deadletters";
        all[1] = verb;
        all[2] = "-c";
        all[3] = config.toString();
        System.arraycopy(more, 0, all, 4, more.length);
        return ran(all);
    }

    private Ran verify() {
        return ran("verify", "--bootstrap", broker.bootstrapServers(), "--topic", TOPIC, "--json");
    }

    private static Ran ran(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Ran(exitCode, out.toString(), err.toString());
    }

    @Test
    void aMessageTooLargeIsListedSentAgainOnceTheTopicTakesItAndHealed() throws Exception {
        publish(3, 1);
        publish(2, 60);
        publish(3, 1);
        assertThat(sink.metrics().value(SinkCounter.DEAD_LETTERS)).isEqualTo(2);

        Ran listed = letters("list");
        assertThat(listed.err()).isEmpty();
        assertThat(listed.exitCode()).isZero();
        assertThat(listed.out().lines()).hasSize(4);
        assertThat(listed.out()).contains(" t ", " line1 ", "RecordTooLarge").contains("2 dead letters in ");
        assertThat(letters("list", "--json").out())
                .contains("\"sourceId\":\"line1\"", "\"prevFrameSeq\":3,\"frameSeq\":4", "\"count\":2");

        Ran tooEarly = letters("resend");
        assertThat(tooEarly.exitCode()).isEqualTo(1);
        assertThat(tooEarly.err().lines()).hasSize(2).allMatch(line -> line.contains("refused again"));
        assertThat(tooEarly.out()).endsWith(": 0 sent again, 2 refused again\n");

        allow("1000000");
        Await.until("mended", Duration.ofSeconds(60), () -> letters("resend").exitCode() == 0, () -> "");
        assertThat(letters("list").out()).startsWith("0 dead letters in ");
        assertThat(letters("resend").out()).endsWith(": 0 sent again, 0 refused again\n");

        publish(2, 1);
        Ran proof = verify();
        assertThat(proof.out())
                .startsWith("{\"answer\":\"complete\",\"reasons\":[],\"frames\":10")
                .contains("\"gapFrames\":{\"not-published\":2}", "\"healed\":2", "\"disorder\":0", "\"duplicates\":0");
        assertThat(proof.exitCode()).isZero();
    }

    @Test
    void wrongUseIsTwo() throws Exception {
        assertThat(ran("deadletters").exitCode()).isEqualTo(2);
        assertThat(ran("deadletters").err()).contains("expected list or resend").hasLineCount(1);
        assertThat(ran("deadletters", "list").exitCode()).isEqualTo(2);
        Ran other = letters("list", "--topic", "other");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err())
                .contains("expected a Kafka sink with a spool and the topic other")
                .hasLineCount(1);
    }
}
