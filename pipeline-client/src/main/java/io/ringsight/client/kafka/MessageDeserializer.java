package io.ringsight.client.kafka;

import io.ringsight.client.Message;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * A record's value as a {@link Message}: {@code value.deserializer} of a consumer. A record without a value gives null.
 *
 * <p>What is no message of Ringsight is refused with a {@link SerializationException} that says what was expected and
 * got. A consumer meets it as {@link org.apache.kafka.common.errors.RecordDeserializationException}, which names
 * partition and offset; {@code seek} to the next offset skips the record. Any thread: it has no state.
 */
public final class MessageDeserializer implements Deserializer<Message> {
    @Override
    public Message deserialize(String topic, byte[] value) {
        if (value == null) {
            return null;
        }
        try {
            return MessageReader.read(value);
        } catch (MessageFormatException e) {
            throw new SerializationException("topic " + topic + ": no message of Ringsight: " + e.getMessage(), e);
        }
    }
}
