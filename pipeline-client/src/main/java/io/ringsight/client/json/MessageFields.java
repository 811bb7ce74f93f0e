package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringsight.client.CaptureTime;
import io.ringsight.client.Coverage;
import io.ringsight.client.Identity;
import io.ringsight.client.Message;
import io.ringsight.client.MessageHead;
import io.ringsight.client.OtherMessage;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What was read of one message so far: the fields that all types have. Of the whole message {@link ContentFields} holds
 * the rest. One thread.
 */
final class MessageFields {
    /** The major version of the format that this version reads. */
    private static final String MAJOR = "1.";
    /** Numbers above are no frame counts; sums of smaller ones do not overflow. */
    private static final long MAX_NUMBER = 1L << 53;

    /** Nobody says which came before, either. */
    private static final Coverage NO_FRAMES = new Coverage(0, 0, Map.of(), false);

    private static final String FRAME = "frame";
    private static final String GAP = "gap";
    private static final String EVENT = "event";
    private static final String VERDICT = "verdict";
    private static final String SUMMARY = "summary";

    /** Null when only the head is read: what is no part of it is skipped, and a time that is none is not there. */
    private final ContentFields content;
    /** What an event has besides, or null as well. */
    private final EventFields event;

    private String schemaVersion;
    private String type;
    private String messageId;
    private String sourceId;
    private Optional<String> sourceName = Optional.empty();
    private String streamEpoch;
    private long frameSeq = -1;
    private long prevFrameSeq = -1;
    private Map<String, Long> gaps;
    private boolean isResent;
    private String reason;
    private CaptureTime capture;
    private Instant publishedAt;
    private VerdictFields verdict;
    private SummaryFields summary;

    MessageFields(boolean isWhole) {
        content = isWhole ? new ContentFields() : null;
        event = isWhole ? new EventFields() : null;
    }

    /** Reads the object at which {@code in} stands. */
    void read(JsonParser in) throws IOException, MessageFormatException {
        JsonFields.object(in, this::field);
    }

    private void field(String name, JsonParser in) throws IOException, MessageFormatException {
        switch (name) {
            case "schemaVersion" -> schemaVersion = version(in);
            case "type" -> type = JsonFields.text(in);
            case "messageId" -> messageId = JsonFields.text(in);
            case "sourceId" -> sourceId = JsonFields.text(in);
            case "sourceName" -> sourceName = Optional.of(JsonFields.text(in));
            case "streamEpoch" -> streamEpoch = JsonFields.text(in);
            case "frameSeq" -> frameSeq = JsonFields.integer(in, 0, MAX_NUMBER);
            case "prevFrameSeq" -> prevFrameSeq = JsonFields.integer(in, 0, MAX_NUMBER);
            case "gaps" -> gaps = gaps(in);
            case "resent" -> isResent = JsonFields.truth(in);
            case "reason" -> reason = JsonFields.text(in);
            case "captureTime" -> capture = capture(in);
            case "publishedAt" -> publishedAt = time(in);
            case VERDICT -> verdict(in);
            case SUMMARY -> summary(in);
            default -> {
                if (content != null) {
                    content(name, in);
                }
            }
        }
    }

    /** Of what type it is may be said behind them. */
    private void content(String name, JsonParser in) throws IOException, MessageFormatException {
        boolean isEvent = EVENT.equals(type);
        if (!isEvent) {
            content.field(name, in);
        }
        if (isEvent || type == null) {
            event.field(name, in);
        }
    }

    private void verdict(JsonParser in) throws IOException, MessageFormatException {
        if (content != null) {
            verdict = new VerdictFields();
            JsonFields.object(in, verdict);
        }
    }

    private void summary(JsonParser in) throws IOException, MessageFormatException {
        if (content != null) {
            summary = new SummaryFields();
            JsonFields.object(in, summary);
        }
    }

    private static String version(JsonParser in) throws IOException, MessageFormatException {
        String version = JsonFields.text(in);
        if (!version.startsWith(MAJOR)) {
            throw new MessageFormatException("expected schemaVersion " + MAJOR + "x, got \"" + version
                    + "\": a message of another major version needs the pipeline-client of that version");
        }
        return version;
    }

    private static Map<String, Long> gaps(JsonParser in) throws IOException, MessageFormatException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw JsonFields.wrong(in, "an array");
        }
        if (in.nextToken() == JsonToken.END_ARRAY) {
            return Map.of();
        }
        Map<String, Long> gaps = new LinkedHashMap<>();
        do {
            GapFields gap = new GapFields();
            JsonFields.object(in, gap);
            gap.addTo(gaps);
        } while (in.nextToken() != JsonToken.END_ARRAY);
        return gaps;
    }

    /** One element of {@code gaps}. */
    private static final class GapFields implements JsonFields.FieldReader {
        private String reason;
        private long frames = -1;

        @Override
        public void field(String name, JsonParser in) throws IOException, MessageFormatException {
            switch (name) {
                case "reason" -> reason = JsonFields.text(in);
                case "frames" -> frames = JsonFields.integer(in, 0, MAX_NUMBER);
                default -> {
                    // newer than this version
                }
            }
        }

        void addTo(Map<String, Long> gaps) throws MessageFormatException {
            if (reason == null || frames < 0) {
                throw new MessageFormatException("field /gaps: expected reason and frames in each element, got none");
            }
            gaps.merge(reason, frames, Long::sum);
        }
    }

    private CaptureTime capture(JsonParser in) throws IOException, MessageFormatException {
        if (content == null && in.currentToken() != JsonToken.START_OBJECT) {
            return null;
        }
        CaptureFields fields = new CaptureFields(content != null);
        JsonFields.object(in, fields);
        return fields.capture();
    }

    private Instant time(JsonParser in) throws IOException, MessageFormatException {
        return timeIn(in, content != null);
    }

    /** Null where {@code mustBe} is false and it is none. */
    static Instant timeIn(JsonParser in, boolean mustBe) throws IOException, MessageFormatException {
        try {
            return JsonFields.time(in);
        } catch (MessageFormatException e) {
            if (mustBe) {
                throw e;
            }
            return null;
        }
    }

    /** What accounts for frames. */
    MessageHead head() throws MessageFormatException {
        need(type, "type");
        boolean accounts = type.equals(FRAME) || type.equals(GAP);
        boolean saysFrames = frameSeq >= 0 || prevFrameSeq >= 0;
        return new MessageHead(
                type,
                identity(),
                accounts || saysFrames ? coverage() : NO_FRAMES,
                Optional.ofNullable(reason),
                Optional.ofNullable(capture),
                Optional.ofNullable(publishedAt));
    }

    /**
     * The whole message.
     *
     * @param json its text, asked for where this version does not know its type
     */
    Message message(Supplier<String> json) throws MessageFormatException {
        need(type, "type");
        Identity identity = identity();
        need(publishedAt, "publishedAt");
        return switch (type) {
            case FRAME -> content.frame(identity, wholeCoverage(), need(capture, "captureTime"), publishedAt);
            case GAP -> content.gap(identity, wholeCoverage(), need(reason, "reason"), publishedAt);
            case VERDICT -> need(verdict, VERDICT).message(identity, wholeCoverage(), publishedAt);
            case SUMMARY -> need(summary, SUMMARY).message(identity, wholeCoverage(), publishedAt);
            case EVENT -> event.message(identity, wholeCoverage(), need(capture, "captureTime"), publishedAt);
            default -> new OtherMessage(identity, type, publishedAt, json.get());
        };
    }

    private Identity identity() throws MessageFormatException {
        return new Identity(
                need(schemaVersion, "schemaVersion"),
                need(messageId, "messageId"),
                need(sourceId, "sourceId"),
                sourceName,
                need(streamEpoch, "streamEpoch"));
    }

    private Coverage wholeCoverage() throws MessageFormatException {
        need(gaps, "gaps");
        return coverage();
    }

    private Coverage coverage() throws MessageFormatException {
        if (prevFrameSeq < 0 || frameSeq < prevFrameSeq) {
            throw new MessageFormatException("expected prevFrameSeq and a frameSeq that is not smaller, got "
                    + prevFrameSeq + " and " + frameSeq);
        }
        return new Coverage(prevFrameSeq, frameSeq, gaps == null ? Map.of() : gaps, isResent);
    }

    /** {@code value}, which must be there. */
    static <T> T need(T value, String field) throws MessageFormatException {
        if (value == null) {
            throw new MessageFormatException("expected the field " + field + ", got none");
        }
        return value;
    }
}
