package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** The names in messages, encoded once, and the parts that frame and gap messages share. */
final class MessageParts {
    static final SerializedString PTS_NS = new SerializedString("ptsNs");
    static final SerializedString CAPTURE_TIME = new SerializedString("captureTime");
    static final SerializedString UTC = new SerializedString("utc");
    static final SerializedString CLOCK = new SerializedString("clock");
    static final SerializedString UNCERTAINTY_US = new SerializedString("uncertaintyUs");
    static final SerializedString STAGES = new SerializedString("stages");
    static final SerializedString DECODE_NS = new SerializedString("decodeNs");
    static final SerializedString QUEUE_NS = new SerializedString("queueNs");
    static final SerializedString PREPROCESS_NS = new SerializedString("preprocessNs");
    static final SerializedString INFER_NS = new SerializedString("inferNs");
    static final SerializedString POST_NS = new SerializedString("postNs");
    static final SerializedString PUBLISHED_AT = new SerializedString("publishedAt");
    static final SerializedString FRAME = new SerializedString("frame");
    static final SerializedString WIDTH = new SerializedString("width");
    static final SerializedString HEIGHT = new SerializedString("height");
    static final SerializedString MODEL = new SerializedString("model");
    static final SerializedString OBJECTS = new SerializedString("objects");
    static final SerializedString ID = new SerializedString("id");
    static final SerializedString LABEL = new SerializedString("label");
    static final SerializedString CLASS_ID = new SerializedString("classId");
    static final SerializedString CONFIDENCE = new SerializedString("confidence");
    static final SerializedString BBOX = new SerializedString("bbox");
    static final SerializedString LEFT = new SerializedString("left");
    static final SerializedString TOP = new SerializedString("top");
    static final SerializedString TRACK_ID = new SerializedString("trackId");
    static final SerializedString TRACK_LABEL = new SerializedString("trackLabel");
    static final SerializedString ZONES = new SerializedString("zones");
    static final SerializedString CROSSINGS = new SerializedString("crossings");
    static final SerializedString LINE = new SerializedString("line");
    static final SerializedString DIRECTION = new SerializedString("direction");
    static final SerializedString SUSPECT = new SerializedString("suspect");
    static final SerializedString SPEED = new SerializedString("speed");
    static final SerializedString KMH = new SerializedString("kmh");
    static final SerializedString UNCERTAINTY_KMH = new SerializedString("uncertaintyKmh");
    static final SerializedString REASON = new SerializedString("reason");
    static final SerializedString DETAIL = new SerializedString("detail");
    static final SerializedString EVIDENCE = new SerializedString("evidence");
    static final SerializedString CLIP = new SerializedString("clip");
    static final SerializedString SINCE = new SerializedString("since");
    static final SerializedString UNTIL = new SerializedString("until");

    private static final SerializedString SCHEMA_VERSION = new SerializedString("schemaVersion");
    private static final SerializedString TYPE = new SerializedString("type");
    private static final SerializedString MESSAGE_ID = new SerializedString("messageId");
    private static final SerializedString SOURCE_ID = new SerializedString("sourceId");
    private static final SerializedString SOURCE_NAME = new SerializedString("sourceName");
    private static final SerializedString STREAM_EPOCH = new SerializedString("streamEpoch");
    private static final SerializedString FRAME_SEQ = new SerializedString("frameSeq");
    private static final SerializedString PREV_FRAME_SEQ = new SerializedString("prevFrameSeq");
    private static final SerializedString GAPS = new SerializedString("gaps");
    private static final SerializedString FRAMES = new SerializedString("frames");
    private static final GapReason[] REASONS = GapReason.values();

    private MessageParts() {}

    /** Writes what every message begins with; {@code sourceName} may be null. */
    static void head(JsonGenerator out, MessageType type, MessageKey key, SerializedString sourceName)
            throws IOException {
        string(out, SCHEMA_VERSION, MessageJson.SCHEMA_VERSION);
        string(out, TYPE, type.wireName());
        string(out, MESSAGE_ID, key.messageId());
        string(out, SOURCE_ID, key.sourceId().value());
        if (sourceName != null) {
            out.writeFieldName(SOURCE_NAME);
            out.writeString(sourceName);
        }
        string(out, STREAM_EPOCH, key.streamEpoch());
        out.writeFieldName(FRAME_SEQ);
        out.writeNumber(key.frameSeq());
        out.writeFieldName(PREV_FRAME_SEQ);
        out.writeNumber(key.prevFrameSeq());
    }

    /** The name of the source in a message, which is in its head; null if there is none. */
    static SerializedString sourceName(EncodedMessage message) {
        try (JsonParser in = JsonText.FACTORY.createParser(message.bytes())) {
            in.nextToken();
            for (String field = in.nextFieldName(); field != null; field = in.nextFieldName()) {
                String value = in.nextTextValue();
                if (field.equals(SOURCE_NAME.getValue())) {
                    return value == null ? null : new SerializedString(value);
                }
                if (field.equals(STREAM_EPOCH.getValue())) {
                    return null;
                }
            }
            return null;
        } catch (IOException e) {
            return null; // what an earlier version left on the disk: its frames count, its name does not
        }
    }

    /** Writes {@code gaps}; {@code losses} may be null. What the sinks lost comes first. */
    static void gaps(JsonGenerator out, FrameLosses losses) throws IOException {
        out.writeFieldName(GAPS);
        out.writeStartArray();
        for (int i = 0; losses != null && i < REASONS.length; i++) {
            GapReason reason = REASONS[(i + GapReason.NOT_PUBLISHED.ordinal()) % REASONS.length];
            int frames = losses.count(reason);
            if (frames > 0) {
                gap(out, reason, frames);
            }
        }
        out.writeEndArray();
    }

    private static void gap(JsonGenerator out, GapReason reason, long frames) throws IOException {
        out.writeStartObject();
        string(out, REASON, reason.wireName());
        out.writeFieldName(FRAMES);
        out.writeNumber(frames);
        out.writeEndObject();
    }

    static void string(JsonGenerator out, SerializedString field, String value) throws IOException {
        out.writeFieldName(field);
        out.writeString(value);
    }

    /** The text of {@code model}'s value: what it is, and what ran it. */
    static String model(ModelSpec model, String backend) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JsonText.FACTORY.createGenerator(text)) {
            out.writeStartObject();
            out.writeStringField("name", model.name());
            out.writeStringField("version", model.version());
            out.writeStringField("sha256", model.weights().sha256());
            out.writeStringField("precision", model.weights().precision());
            out.writeStringField("backend", backend);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot fail", e);
        }
        return text.toString();
    }

    /** A copy of {@code losses} that outlives the ring slot, or null when nothing was lost. */
    static FrameLosses copyIfAny(FrameLosses losses) {
        if (losses == null || losses.total() == 0) {
            return null;
        }
        FrameLosses copy = new FrameLosses();
        copy.addAll(losses);
        return copy;
    }
}
