package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ringsight.client.Message;
import io.ringsight.client.MessageHead;
import io.ringsight.client.OtherMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Reads messages from their JSON. Fields it does not know are ignored, and so are newer minor versions of the format;
 * types it does not know become an {@link OtherMessage}. A message of another major version is refused, because its
 * fields may mean something else. Any thread: it has no state.
 */
public final class MessageReader {
    private static final JsonFactory FACTORY = new JsonFactory();

    private MessageReader() {}

    /**
     * The whole message.
     *
     * @param json UTF-8 text
     * @throws MessageFormatException if it is no message of Ringsight, or one of another major version; the text names
     *     the field, what was expected there, and what it got
     */
    public static Message read(byte[] json) throws MessageFormatException {
        MessageFields fields = new MessageFields(true);
        parse(json, fields);
        return fields.message(() -> new String(json, StandardCharsets.UTF_8));
    }

    /**
     * Only what accounts for frames; messages of other types account for none.
     *
     * @param json UTF-8 text
     * @throws MessageFormatException if it is no message of Ringsight, or of another major version
     */
    public static MessageHead readHead(byte[] json) throws MessageFormatException {
        MessageFields fields = new MessageFields(false);
        parse(json, fields);
        return fields.head();
    }

    private static void parse(byte[] json, MessageFields fields) throws MessageFormatException {
        Objects.requireNonNull(json, "json: a record without a value is no message");
        try (JsonParser in = FACTORY.createParser(json)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new MessageFormatException("expected a JSON object, got " + JsonFields.got(in));
            }
            fields.read(in);
            if (in.nextToken() != null) {
                throw new MessageFormatException("expected nothing after the message, got " + JsonFields.got(in));
            }
        } catch (JsonProcessingException e) {
            throw new MessageFormatException("expected JSON, got: " + e.getOriginalMessage() + " (byte "
                    + (e.getLocation() == null ? "?" : e.getLocation().getByteOffset()) + ")");
        } catch (IOException e) {
            throw new MessageFormatException("expected JSON, got: " + e.getMessage());
        }
    }
}
