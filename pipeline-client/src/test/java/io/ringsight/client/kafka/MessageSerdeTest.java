package io.ringsight.client.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.client.GapMessage;
import io.ringsight.client.Message;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class MessageSerdeTest {
    private static final String GAP = "{\"schemaVersion\":\"1.2\",\"type\":\"gap\",\"messageId\":\"gate/01JD/g3\","
            + "\"sourceId\":\"gate\",\"streamEpoch\":\"01JD\",\"frameSeq\":0,\"prevFrameSeq\":0,\"gaps\":[],"
            + "\"reason\":\"refused\",\"detail\":null,\"since\":\"2026-11-22T13:40:00.000001Z\",\"until\":null,"
            + "\"publishedAt\":\"2026-11-22T13:40:00.123456Z\"}";

    @Test
    void readsWhatItWrites() {
        try (MessageSerde serde = new MessageSerde()) {
            byte[] json = GAP.getBytes(StandardCharsets.UTF_8);
            Message message = serde.deserializer().deserialize("frames", json);
            assertThat(message).isInstanceOf(GapMessage.class);
            assertThat(new String(serde.serializer().serialize("frames", message), StandardCharsets.UTF_8))
                    .isEqualTo(GAP);
            assertThat(serde.deserializer().deserialize("frames", null)).isNull();
            assertThat(serde.serializer().serialize("frames", null)).isNull();
        }
    }

    @Test
    void refusesWhatIsNoMessageAsKafkaExpects() {
        try (MessageDeserializer deserializer = new MessageDeserializer()) {
            assertThatThrownBy(() -> deserializer.deserialize("frames", "7".getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(SerializationException.class)
                    .hasMessage("topic frames: no message of Ringsight: expected a JSON object, got 7");
        }
    }
}
