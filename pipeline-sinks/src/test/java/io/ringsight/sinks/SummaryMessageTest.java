package io.ringsight.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.Message;
import io.ringsight.client.SummaryMessage;
import io.ringsight.client.json.MessageReader;
import io.ringsight.client.json.MessageWriter;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.ManualClock;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What the daemon writes, the client reads, the schema allows. */
class SummaryMessageTest {
    private final MessageJson json = Sample.json(new ManualClock(Sample.NOW_UTC_NS));

    static Summary summary(Summary.Span span) {
        Summary.Flow three = new Summary.Flow(3, new Summary.Headways(2, 5.25, 4), new Summary.Speeds(2, 51.5));
        Summary.Flow none =
                new Summary.Flow(0, new Summary.Headways(0, Double.NaN, Double.NaN), new Summary.Speeds(0, Double.NaN));
        return new Summary(
                new SourceId("line1"),
                7,
                span,
                List.of(new Summary.LineUse("gate", three, none)),
                List.of(new Summary.ZoneUse("bay", 0.25, new Summary.Level(1.5, 4), new Summary.Level(0.5, 2), 12.345)),
                List.of(new Summary.Trip("in", "out", 2)));
    }

    @Test
    void theClientReadsWhatTheDaemonWrites() throws Exception {
        Summary.Span minute = new Summary.Span(1_795_354_800_000_000_000L, 1_795_354_860_000_000_000L, 60_000, 1_240);
        EncodedMessage message = json.decision(summary(minute), 42);
        new MessageSchema().accepts(message.bytes());
        assertThat(message.type()).isEqualTo(MessageType.SUMMARY);
        SummaryMessage read = (SummaryMessage) MessageReader.read(message.bytes());
        assertThat(read.identity().messageId()).isEqualTo("line1/" + Sample.EPOCH + "/m7");
        assertThat(read.coverage().frameSeq()).isEqualTo(42);
        assertThat(read.coverage().prevFrameSeq()).isEqualTo(42);
        assertThat(read.span().from()).contains(Instant.ofEpochSecond(1_795_354_800));
        assertThat(read.span().missingMs()).isEqualTo(1_240);
        SummaryMessage.Flow forward = read.lines().get(0).forward();
        assertThat(forward.count()).isEqualTo(3);
        assertThat(forward.perHour()).hasValue(180);
        assertThat(forward.meanHeadwayS()).hasValue(5.25);
        assertThat(forward.speedShare()).hasValue(0.667);
        assertThat(read.lines().get(0).backward())
                .isEqualTo(new SummaryMessage.Flow(
                        0,
                        OptionalDouble.of(0),
                        0,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()));
        assertThat(read.zones().get(0).maxQueueM()).hasValue(12.345);
        assertThat(read.zones().get(0).maxObjects()).isEqualTo(4);
        assertThat(read.trips()).containsExactly(new SummaryMessage.Trip("in", "out", 2));
    }

    @Test
    void whatTheClientWritesItReadsAgainAndTimesMayBeUnknown() throws Exception {
        Summary.Span unknown = new Summary.Span(Picture.UNKNOWN, Picture.UNKNOWN, 1_000, 1_000);
        Message read = MessageReader.read(json.decision(summary(unknown), 42).bytes());
        assertThat(((SummaryMessage) read).span().from()).isEmpty();
        byte[] again = MessageWriter.write(read);
        new MessageSchema().accepts(again);
        assertThat(MessageReader.read(again)).isEqualTo(read);
    }
}
