package io.ringsight.sinks.kafka.deadletter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringsight.client.Identity;
import io.ringsight.client.MessageHead;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageKey;
import io.ringsight.sinks.MessageType;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A message that was set aside because no broker would take it.
 *
 * @param setAsideAt when, RFC 3339
 * @param topic the topic it was meant for
 * @param reason what the broker said, for people, without secrets
 * @param message the message as it was made; its losses are not read
 */
public record DeadLetter(String setAsideAt, String topic, String reason, EncodedMessage message) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Its name. */
    public String messageId() {
        return message.messageId();
    }

    /** The first frame it tells of; after {@link #lastFrameSeq()} when it tells of none. */
    public long firstFrameSeq() {
        return message.key().prevFrameSeq() + 1;
    }

    /** The last frame it tells of. */
    public long lastFrameSeq() {
        return message.key().frameSeq();
    }

    /** Size of the message. */
    public int bytes() {
        return message.bytes().length;
    }

    /** Reads a line of the file; null if it is damaged. */
    static DeadLetter read(byte[] line) {
        Fields fields = new Fields(line);
        try (JsonParser in = FACTORY.createParser(line)) {
            return in.nextToken() == JsonToken.START_OBJECT ? fields.read(in) : null;
        } catch (IOException | MessageFormatException | IllegalArgumentException | DateTimeParseException damaged) {
            // The caller counts it.
            return null;
        }
    }

    /** What was read of a line so far. */
    private static final class Fields {
        private final byte[] line;
        private String setAsideAt;
        private String topic;
        private String reason = "";
        private byte[] json;
        private MessageHead head;

        Fields(byte[] line) {
            this.line = line;
        }

        DeadLetter read(JsonParser in) throws IOException, MessageFormatException {
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                switch (name) {
                    case "setAsideAt" -> setAsideAt = in.getValueAsString();
                    case "topic" -> topic = in.getValueAsString();
                    case "reason" -> reason = in.getValueAsString("");
                    case "message" -> message(in);
                    default -> in.skipChildren();
                }
            }
            boolean isWhole = setAsideAt != null && topic != null && head != null;
            return isWhole ? new DeadLetter(setAsideAt, topic, reason, message()) : null;
        }

        private EncodedMessage message() {
            Identity identity = head.identity();
            MessageKey key = new MessageKey(
                    new SourceId(identity.sourceId()),
                    identity.streamEpoch(),
                    identity.messageId(),
                    head.coverage().frameSeq(),
                    head.coverage().prevFrameSeq());
            Instant made = head.publishedAt().orElseGet(() -> Instant.parse(setAsideAt));
            long utcNs = TimeUnit.SECONDS.toNanos(made.getEpochSecond()) + made.getNano();
            return new EncodedMessage(key, MessageType.of(head.type()), utcNs, null, json);
        }

        private void message(JsonParser in) throws IOException, MessageFormatException {
            int from = (int) in.currentTokenLocation().getByteOffset();
            in.skipChildren();
            json = Arrays.copyOfRange(line, from, (int) in.currentLocation().getByteOffset());
            head = MessageReader.readHead(json);
        }
    }
}
