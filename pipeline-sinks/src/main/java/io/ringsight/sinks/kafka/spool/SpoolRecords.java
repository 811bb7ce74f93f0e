package io.ringsight.sinks.kafka.spool;

import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.Message;
import io.ringsight.sinks.MessageKey;
import io.ringsight.sinks.MessageType;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Messages as record batches of Kafka's own log format (version 2), one message each: key, value and a header with what
 * a {@link Message} has besides its text. A CRC-32C covers all but the first bytes of a batch; those are compared with
 * what the header says. The only class that knows the format.
 */
final class SpoolRecords {
    /** Offset and size stand before what the size counts. */
    static final int OVERHEAD = 12;

    static final int LEAST_SIZE = 49;
    static final int MOST_SIZE = 64 << 20;

    private static final String FACTS = "ringsight";
    private static final long NS_PER_MS = 1_000_000;
    private static final int LEADER_EPOCH_AT = 12;
    private static final int MAGIC_AT = 16;
    private static final GapReason[] REASONS = GapReason.values();

    private SpoolRecords() {}

    static ByteBuffer encode(long offset, Message message) {
        byte[] key = message.sourceId().value().getBytes(StandardCharsets.UTF_8);
        Header[] headers = {new RecordHeader(FACTS, facts(offset, message).getBytes(StandardCharsets.UTF_8))};
        long utcMs = Math.max(0, message.utcNs() / NS_PER_MS);
        return MemoryRecords.withRecords(
                        offset, Compression.NONE, new SimpleRecord(utcMs, key, message.bytes(), headers))
                .buffer();
    }

    private static String facts(long offset, Message message) {
        MessageKey key = message.key();
        String number = key.messageId().substring(key.messageId().lastIndexOf('/') + 1);
        StringBuilder text = new StringBuilder(128)
                .append(offset)
                .append(' ')
                .append(message.type().wireName())
                .append(' ')
                .append(key.streamEpoch())
                .append(' ')
                .append(number)
                .append(' ')
                .append(key.frameSeq())
                .append(' ')
                .append(key.prevFrameSeq())
                .append(' ')
                .append(message.utcNs());
        for (int i = 0; message.losses() != null && i < REASONS.length; i++) {
            int frames = message.losses().count(REASONS[i]);
            if (frames > 0) {
                text.append(' ').append(REASONS[i].wireName()).append('=').append(frames);
            }
        }
        return text.toString();
    }

    /** The entry of one whole batch, or null if these bytes are none. */
    static SpoolEntry decode(ByteBuffer batch) {
        boolean plain = batch.get(MAGIC_AT) == RecordBatch.MAGIC_VALUE_V2
                && batch.getInt(LEADER_EPOCH_AT) == RecordBatch.NO_PARTITION_LEADER_EPOCH;
        if (!plain) {
            return null;
        }
        try {
            RecordBatch read =
                    MemoryRecords.readableRecords(batch).batches().iterator().next();
            read.ensureValid();
            Iterator<Record> records = read.iterator();
            SpoolEntry entry = entry(records.next());
            return entry.offset() == batch.getLong(0) && !records.hasNext() ? entry : null;
        } catch (KafkaException | IllegalArgumentException | IndexOutOfBoundsException | BufferUnderflowException e) {
            // what is no record is for the caller to count
            return null;
        }
    }

    private static SpoolEntry entry(Record record) {
        String source = new String(bytes(record.key()), StandardCharsets.UTF_8);
        String[] facts = new String(record.headers()[0].value(), StandardCharsets.UTF_8).split(" ");
        String epoch = facts[2];
        MessageType type = facts[1].equals(MessageType.FRAME.wireName()) ? MessageType.FRAME : MessageType.GAP;
        MessageKey key = new MessageKey(
                new SourceId(source),
                epoch,
                source + '/' + epoch + '/' + facts[3],
                Long.parseLong(facts[4]),
                Long.parseLong(facts[5]));
        FrameLosses losses = facts.length > 7 ? losses(facts) : null;
        Message message = new Message(key, type, Long.parseLong(facts[6]), losses, bytes(record.value()));
        return new SpoolEntry(Long.parseLong(facts[0]), message);
    }

    private static FrameLosses losses(String[] facts) {
        FrameLosses losses = new FrameLosses();
        for (int i = 7; i < facts.length; i++) {
            int equals = facts[i].indexOf('=');
            String name = facts[i].substring(0, equals);
            for (GapReason reason : REASONS) {
                if (reason.wireName().equals(name)) {
                    losses.add(reason, Integer.parseInt(facts[i].substring(equals + 1)));
                }
            }
        }
        return losses;
    }

    private static byte[] bytes(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        return bytes;
    }
}
