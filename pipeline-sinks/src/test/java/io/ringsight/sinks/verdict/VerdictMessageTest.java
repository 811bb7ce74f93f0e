package io.ringsight.sinks.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.Message;
import io.ringsight.client.VerdictMessage;
import io.ringsight.client.json.MessageReader;
import io.ringsight.client.json.MessageWriter;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessageSchema;
import io.ringsight.sinks.Sample;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the daemon writes, the client reads, the schema allows. */
class VerdictMessageTest {
    private final MessageJson json = Sample.json(new ManualClock(Sample.NOW_UTC_NS));

    @Test
    void theClientReadsWhatTheDaemonWrites() throws Exception {
        EncodedMessage message = json.decision(SampleVerdicts.full(3, "A1"), 42);
        new MessageSchema().accepts(message.bytes());
        VerdictMessage read = (VerdictMessage) MessageReader.read(message.bytes());
        assertThat(read.identity().messageId()).isEqualTo("line1/" + Sample.EPOCH + "/v3");
        assertThat(read.coverage().frameSeq()).isEqualTo(42);
        assertThat(read.coverage().prevFrameSeq()).isEqualTo(42);
        assertThat(read.part().id()).isEqualTo("A1");
        assertThat(read.part().recipe()).contains("R 1");
        assertThat(read.part().revision()).contains("7");
        assertThat(read.judgement().grade()).isEqualTo("unknown");
        assertThat(read.judgement().reasons()).containsExactly("gap", "frame-lost");
        assertThat(read.judgement().boards()).containsExactly(new VerdictMessage.Board("left", "unknown"));
        assertThat(read.defects())
                .containsExactly(new VerdictMessage.Defect(
                        "short",
                        0.75,
                        "reject",
                        new VerdictMessage.Place(0.25, 0.5, 0.1, 0.2),
                        Optional.of("left"),
                        3));
        assertThat(read.seen().frames()).containsExactly(7L, 8L);
        assertThat(read.seen().missing())
                .containsExactly(
                        new VerdictMessage.Missing("overload", OptionalLong.of(2)),
                        new VerdictMessage.Missing("stalled", OptionalLong.empty()));
        assertThat(read.seen().model().orElseThrow().sha256())
                .isEqualTo(Sample.MODEL.weights().sha256());
        assertThat(read.seen().evidence()).isEmpty();
        assertThat(read.timing().tookMs()).isEqualTo(12.5);
    }

    @Test
    void whatTheClientWritesItReadsAgain() throws Exception {
        for (var verdict : List.of(SampleVerdicts.full(3, "A1"), SampleVerdicts.pass(4, "A2"))) {
            Message read = MessageReader.read(json.decision(verdict, 42).bytes());
            byte[] written = MessageWriter.write(read);
            assertThat(MessageReader.read(written)).isEqualTo(read);
            assertThat(new String(written, StandardCharsets.UTF_8)).contains("\"evidence\":null");
        }
    }

    @Test
    void whatNobodySaidIsNull() {
        String text = new String(json.decision(SampleVerdicts.pass(4, "A2"), 42).bytes(), StandardCharsets.UTF_8);
        assertThat(text).contains("\"recipe\":null,\"revision\":null").contains("\"grade\":\"pass\",\"reasons\":[]");
    }
}
