package io.ringsight.sinks.kafka.client;

import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Messages as Kafka records: the key is the source's name, the headers are those of a CloudEvent in binary mode
 * (CloudEvents 1.0, Kafka protocol binding).
 */
public final class KafkaRecords {
    private static final Header SPEC_VERSION = header("ce_specversion", "1.0");
    private static final Header CONTENT_TYPE = header("content-type", "application/json");
    private static final Map<MessageType, Header> TYPES = Arrays.stream(MessageType.values())
            .collect(Collectors.toUnmodifiableMap(
                    type -> type, type -> header("ce_type", "io.ringsight." + type.wireName() + ".v1")));

    private KafkaRecords() {}

    /** For the partition that Kafka chooses. */
    public static ProducerRecord<byte[], byte[]> record(String topic, EncodedMessage message) {
        return record(topic, 0, message);
    }

    /** For the partition that Kafka would choose among {@code partitions}; 0 if they are not known. */
    public static ProducerRecord<byte[], byte[]> record(String topic, int partitions, EncodedMessage message) {
        String source = message.sourceId().value();
        byte[] key = utf8(source);
        Integer partition = partitions == 0 ? null : BuiltInPartitioner.partitionForKey(key, partitions);
        List<Header> headers = List.of(
                SPEC_VERSION,
                header("ce_id", message.messageId()),
                header("ce_source", "ringsight/" + source),
                TYPES.get(message.type()),
                header("ce_time", message.utc()),
                CONTENT_TYPE);
        return new ProducerRecord<>(topic, partition, null, key, message.bytes(), headers);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, utf8(value));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
