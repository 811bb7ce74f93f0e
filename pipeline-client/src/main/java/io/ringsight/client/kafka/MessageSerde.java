package io.ringsight.client.kafka;

import io.ringsight.client.Message;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** Both ways, for Kafka Streams: {@code default.value.serde}. Any thread: it has no state. */
public final class MessageSerde implements Serde<Message> {
    @Override
    public Serializer<Message> serializer() {
        return new MessageSerializer();
    }

    @Override
    public Deserializer<Message> deserializer() {
        return new MessageDeserializer();
    }
}
