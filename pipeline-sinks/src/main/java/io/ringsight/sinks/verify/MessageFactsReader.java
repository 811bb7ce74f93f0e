package io.ringsight.sinks.verify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;

/** Reads {@link MessageFacts} from JSON and skips what it does not need, so that newer messages can be read too. */
final class MessageFactsReader {
    private static final JsonFactory FACTORY = new JsonFactory();

    private String type;
    private String messageId;
    private String sourceId;
    private String streamEpoch;
    private String reason;
    private String captureUtc;
    private String captureClock;
    private String publishedAt;
    private boolean isResent;
    private long frameSeq = -1;
    private long prevFrameSeq = -1;
    private final Map<String, Long> gaps = new TreeMap<>();

    private MessageFactsReader() {}

    /** The facts of one message, or null when {@code json} is no message of ours. */
    static MessageFacts read(byte[] json) {
        if (json == null) {
            return null;
        }
        MessageFactsReader reader = new MessageFactsReader();
        try (JsonParser in = FACTORY.createParser(json)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            reader.object(in, reader::field);
            return in.nextToken() == null ? reader.facts() : null;
        } catch (IOException expected) {
            // Not JSON at all: the caller counts it.
            return null;
        }
    }

    private MessageFacts facts() {
        boolean isFrame = "frame".equals(type);
        boolean complete = messageId != null && sourceId != null && streamEpoch != null && prevFrameSeq >= 0;
        if (!complete || !isFrame && !"gap".equals(type) || frameSeq < prevFrameSeq || !areNumbersPossible()) {
            return null;
        }
        return new MessageFacts(
                isFrame,
                messageId,
                sourceId,
                streamEpoch,
                frameSeq,
                prevFrameSeq,
                gaps,
                reason,
                ms(captureUtc),
                captureClock,
                isResent,
                ms(publishedAt));
    }

    private boolean areNumbersPossible() {
        return frameSeq <= MessageFacts.MAX_NUMBER
                && gaps.values().stream().allMatch(lost -> lost >= 0 && lost <= MessageFacts.MAX_NUMBER);
    }

    private static long ms(String utc) {
        try {
            return utc == null ? MessageFacts.NEVER : Instant.parse(utc).toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException expected) {
            // no time is nothing to compare
            return MessageFacts.NEVER;
        }
    }

    private interface FieldReader {
        void field(String name, JsonParser in) throws IOException;
    }

    private void object(JsonParser in, FieldReader fields) throws IOException {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            fields.field(name, in);
            in.skipChildren();
        }
    }

    private void field(String name, JsonParser in) throws IOException {
        switch (name) {
            case "type" -> type = in.getValueAsString();
            case "messageId" -> messageId = in.getValueAsString();
            case "sourceId" -> sourceId = in.getValueAsString();
            case "streamEpoch" -> streamEpoch = in.getValueAsString();
            case "reason" -> reason = in.getValueAsString();
            case "frameSeq" -> frameSeq = in.getValueAsLong(-1);
            case "prevFrameSeq" -> prevFrameSeq = in.getValueAsLong(-1);
            case "resent" -> isResent = in.getValueAsBoolean();
            case "publishedAt" -> publishedAt = in.getValueAsString();
            case "gaps" -> gaps(in);
            case "captureTime" -> captureTime(in);
            default -> {
                // skipped by the caller
            }
        }
    }

    private void captureTime(JsonParser in) throws IOException {
        if (in.currentToken() == JsonToken.START_OBJECT) {
            object(in, (name, value) -> {
                if (name.equals("utc")) {
                    captureUtc = value.getValueAsString();
                } else if (name.equals("clock")) {
                    captureClock = value.getValueAsString();
                }
            });
        }
    }

    private void gaps(JsonParser in) throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            return;
        }
        while (in.nextToken() == JsonToken.START_OBJECT) {
            String[] lossReason = {"unknown"};
            long[] frames = {-1};
            object(in, (name, value) -> {
                if (name.equals("reason")) {
                    lossReason[0] = value.getValueAsString("unknown");
                } else if (name.equals("frames")) {
                    frames[0] = value.getValueAsLong(-1);
                }
            });
            gaps.merge(lossReason[0], frames[0], Long::sum);
        }
    }
}
