package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.FrameTimings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Frames, gaps and what is concluded from them as the JSON that {@code conf/schema/message.schema.json} describes. One thread: it has one buffer.
 *
 * <p>A message costs its own bytes, its id and a small object; no text is made on the way.
 */
public final class MessageJson {
    /** The version of the message format; the first number changes when a reader must change. */
    public static final String SCHEMA_VERSION = "1.4";

    static final int CONFIDENCE_DECIMALS = 4;
    private static final int SPEED_DECIMALS = 1;

    private final JsonText text = new JsonText();
    private final AttributeJson attributes = new AttributeJson(text);
    private final GapJson gaps;
    private final DecisionMessages decisions;
    private final SourceNames names;
    private final String streamEpoch;
    private final Clock clock;
    /** What computed the last frame, and how it is written: it changes seldom. */
    private ModelSpec model;

    private String backend;
    private SerializedString modelText;
    private SerializedString[] labels;
    /** What the ids of tracks begin with. */
    private final char[] trackPrefix;

    /** Of sources without names for people. */
    public MessageJson(String streamEpoch, Clock clock) {
        this(streamEpoch, new SourceNames(), clock);
    }

    /**
     * @param streamEpoch the daemon's run, a time-ordered id
     * @param names what people call the sources; asked for each message
     * @param clock for {@code publishedAt}
     */
    public MessageJson(String streamEpoch, SourceNames names, Clock clock) {
        this.streamEpoch = streamEpoch;
        this.names = names;
        this.clock = clock;
        gaps = new GapJson(clock);
        decisions = new DecisionMessages(clock);
        trackPrefix = (streamEpoch + "/t").toCharArray();
    }

    private void computedBy(ModelSpec spec, String device) {
        if (spec != model || !device.equals(backend)) {
            modelText = new SerializedString(MessageParts.model(spec, device));
            labels = spec.labels().stream().map(SerializedString::new).toArray(SerializedString[]::new);
            model = spec;
            backend = device;
        }
    }

    /** The message of a span of time without frames. */
    public EncodedMessage gap(Gap gap) {
        return gaps.gap(gap, streamEpoch, names.encoded(gap.sourceId()));
    }

    /** The message of something that was concluded from frames whose pictures are not kept. */
    public EncodedMessage decision(Decision decision, long frameSeq) {
        return decision(decision, frameSeq, null);
    }

    /**
     * The message of something that was concluded from frames.
     *
     * @param frameSeq the last frame of the source that was accounted for: it covers none itself
     * @param evidence where the picture is kept that shows it, or null
     */
    public EncodedMessage decision(Decision decision, long frameSeq, String evidence) {
        DecisionMessages.Context context =
                new DecisionMessages.Context(streamEpoch, frameSeq, names.encoded(decision.sourceId()), evidence);
        return decisions.message(decision, context);
    }

    /** The message of one analysed frame whose picture is not kept. */
    public EncodedMessage frame(FrameResult result) {
        return frame(result, null, null);
    }

    /**
     * The message of one analysed frame.
     *
     * @param evidence where its picture is kept, or null
     * @param clip where the clip is kept that shows it, or null
     */
    public EncodedMessage frame(FrameResult result, String evidence, String clip) {
        SourceId source = result.sourceId();
        String id = source.value() + '/' + streamEpoch + '/' + result.frameSeq();
        MessageKey key = new MessageKey(source, streamEpoch, id, result.frameSeq(), result.prevFrameSeq());
        FrameLosses losses = MessageParts.copyIfAny(result.losses());
        long nowNs = clock.epochNanos();
        try {
            return new EncodedMessage(
                    key, MessageType.FRAME, nowNs, losses, frameText(key, result, losses, nowNs, evidence, clip));
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    private byte[] frameText(
            MessageKey key, FrameResult result, FrameLosses losses, long nowNs, String evidence, String clip)
            throws IOException {
        JsonGenerator out = text.begin();
        Picture picture = result.picture();
        out.writeStartObject();
        MessageParts.head(out, MessageType.FRAME, key, names.encoded(key.sourceId()));
        MessageParts.gaps(out, losses);
        text.number(MessageParts.PTS_NS, picture.ptsNs());
        text.captureTime(picture.captureUtcNs(), picture.captureClock(), picture.uncertaintyUs());
        stages(out, result.timings());
        text.utc(MessageParts.PUBLISHED_AT, nowNs);
        out.writeFieldName(MessageParts.FRAME);
        out.writeStartObject();
        text.number(MessageParts.WIDTH, picture.width());
        text.number(MessageParts.HEIGHT, picture.height());
        out.writeEndObject();
        computedBy(result.model(), result.backend());
        out.writeFieldName(MessageParts.MODEL);
        out.writeRawValue(modelText);
        attributes.models(out, result.attributes());
        if (result.suspicion() != null) {
            MessageParts.string(out, MessageParts.SUSPECT, result.suspicion().wireName());
        }
        if (evidence != null) {
            MessageParts.string(out, MessageParts.EVIDENCE, evidence);
        }
        if (clip != null) {
            MessageParts.string(out, MessageParts.CLIP, clip);
        }
        objects(out, result);
        out.writeEndObject();
        return text.end();
    }

    private void stages(JsonGenerator out, FrameTimings timings) throws IOException {
        out.writeFieldName(MessageParts.STAGES);
        out.writeStartObject();
        text.number(MessageParts.DECODE_NS, timings.decodeNs());
        text.number(MessageParts.QUEUE_NS, timings.queueNs());
        text.number(MessageParts.PREPROCESS_NS, timings.preprocessNs());
        text.number(MessageParts.INFER_NS, timings.inferNs());
        text.number(MessageParts.POST_NS, timings.postNs());
        out.writeEndObject();
    }

    private void objects(JsonGenerator out, FrameResult result) throws IOException {
        Detections found = result.detections();
        out.writeFieldName(MessageParts.OBJECTS);
        out.writeStartArray();
        for (int i = 0; i < found.size(); i++) {
            out.writeStartObject();
            text.number(MessageParts.ID, i);
            label(out, MessageParts.LABEL, found.classId(i));
            text.number(MessageParts.CLASS_ID, found.classId(i));
            text.decimal(MessageParts.CONFIDENCE, found.confidence(i), CONFIDENCE_DECIMALS);
            text.box(found, i);
            attributes.attributes(out, result.attributes(), i);
            if (found.track(i) != Detections.NO_TRACK) {
                text.numbered(MessageParts.TRACK_ID, trackPrefix, found.track(i));
                label(out, MessageParts.TRACK_LABEL, found.trackClassId(i));
                speed(out, found.kmh(i), found.uncertaintyKmh(i));
            }
            zones(out, found.zones(i), result.zoneNames());
            crossings(out, found.crossed(i), result.lineNames());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    /** Nothing where nobody knows it. */
    private void speed(JsonGenerator out, float kmh, float uncertaintyKmh) throws IOException {
        if (!Float.isNaN(uncertaintyKmh)) {
            out.writeFieldName(MessageParts.SPEED);
            out.writeStartObject();
            text.decimal(MessageParts.KMH, kmh, SPEED_DECIMALS);
            text.decimal(MessageParts.UNCERTAINTY_KMH, uncertaintyKmh, SPEED_DECIMALS);
            out.writeEndObject();
        }
    }

    private static void zones(JsonGenerator out, long in, List<String> names) throws IOException {
        if (names.isEmpty()) {
            return;
        }
        out.writeFieldName(MessageParts.ZONES);
        out.writeStartArray();
        for (int zone = 0; zone < names.size(); zone++) {
            if ((in >> zone & 1) == 1) {
                out.writeString(names.get(zone));
            }
        }
        out.writeEndArray();
    }

    private static void crossings(JsonGenerator out, long crossed, List<String> names) throws IOException {
        if (crossed == 0) {
            return;
        }
        out.writeFieldName(MessageParts.CROSSINGS);
        out.writeStartArray();
        for (int line = 0; line < names.size(); line++) {
            crossing(out, crossed >> line, names.get(line), "forward");
            crossing(out, crossed >> Line.MAX_LINES + line, names.get(line), "backward");
        }
        out.writeEndArray();
    }

    private static void crossing(JsonGenerator out, long crossed, String line, String direction) throws IOException {
        if ((crossed & 1) == 1) {
            out.writeStartObject();
            MessageParts.string(out, MessageParts.LINE, line);
            MessageParts.string(out, MessageParts.DIRECTION, direction);
            out.writeEndObject();
        }
    }

    private void label(JsonGenerator out, SerializedString field, int classId) throws IOException {
        out.writeFieldName(field);
        if (classId >= 0 && classId < labels.length) {
            out.writeString(labels[classId]);
        } else {
            out.writeString("class-" + classId);
        }
    }
}
