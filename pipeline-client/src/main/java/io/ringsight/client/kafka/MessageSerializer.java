package io.ringsight.client.kafka;

import io.ringsight.client.Message;
import io.ringsight.client.json.MessageWriter;
import org.apache.kafka.common.serialization.Serializer;

/** A {@link Message} as a record's value: {@code value.serializer} of a producer. Any thread: it has no state. */
public final class MessageSerializer implements Serializer<Message> {
    @Override
    public byte[] serialize(String topic, Message message) {
        return message == null ? null : MessageWriter.write(message);
    }
}
