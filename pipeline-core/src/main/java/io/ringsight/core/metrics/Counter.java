package io.ringsight.core.metrics;

import io.ringsight.core.frame.GapReason;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every event that is counted for each source. The only list of them: metrics page, summaries and tests read it.
 */
public enum Counter implements Counted {
    FRAMES_DECODED("frames_decoded", "Frames the decoder gave; the frame numbers in messages count the same."),
    FRAMES_PUBLISHED("frames_published", "Frames handed to the sinks as a message."),
    FRAMES_OVERLOAD(
            GapReason.OVERLOAD,
            "frames_overload",
            "Frames dropped because the source had no credit or the ring no room."),
    FRAMES_LATE(
            GapReason.LATE,
            "frames_late",
            "Frames dropped because they were older than the deadline when their turn came."),
    FRAMES_CORRUPT(GapReason.CORRUPT, "frames_corrupt", "Frames the decoder reported as damaged."),
    FRAMES_INFERENCE_FAILED(
            GapReason.INFERENCE_FAILED, "frames_inference_failed", "Frames whose preprocessing or inference failed."),
    FRAMES_CUT(
            "frames_cut",
            "Frames with more objects above the threshold than a message holds; the weakest were left out."),
    FRAMES_NOT_PUBLISHED(
            GapReason.NOT_PUBLISHED,
            "frames_not_published",
            "Frames whose message could not be made or handed to a sink; the next message counts them."),
    FRAMES_RATE_LIMIT(GapReason.RATE_LIMIT, "frames_rate_limit", "Frames left out to keep to maxFps."),
    FRAMES_SUSPECT("frames_suspect", "Frames published with the mark that they may not show what is there now."),
    DETECTIONS("detections", "Objects in published messages."),
    DETECTIONS_UNWANTED(
            "detections_unwanted",
            "Objects left out because their class is not among the source's classes; where overlapping ones are merged,"
                    + " before that."),
    DETECTIONS_OUTSIDE("detections_outside", "Objects left out because they lie outside the source's regions."),
    ATTRIBUTES("attributes", "Objects that a second model said something of."),
    ATTRIBUTES_UNSURE("attributes_unsure", "Objects that a second model was not sure of: below its threshold."),
    ATTRIBUTES_LEFT_OUT(
            "attributes_left_out",
            "Objects that a second model did not look at because there were more than its maxObjects in the frame."),
    ATTRIBUTES_FAILED(
            "attributes_failed",
            "Objects that a second model says nothing of because preparing, computing or reading it failed."),
    TRACKS("tracks", "Objects that were followed long enough to get a track."),
    CROSSINGS("crossings", "Times an object crossed a line of its source, in whichever direction."),
    DECISIONS("decisions", "Events handed to the sinks: what was concluded from frames."),
    DETECTIONS_NOT_TRACKED(
            "detections_not_tracked", "Objects that were not followed because there were too many at a time."),
    ANALYSIS_FAILURES(
            "analysis_failures", "Frames whose objects could not be followed; they were published without tracks."),
    VERDICTS_PASS("verdicts_pass", "Parts that were seen whole and without a defect that matters."),
    VERDICTS_REWORK("verdicts_rework", "Parts with a defect that can be repaired."),
    VERDICTS_REJECT("verdicts_reject", "Parts with a defect that cannot be repaired."),
    VERDICTS_UNKNOWN("verdicts_unknown", "Parts of which information is missing; the verdict says which."),
    PART_FRAMES_MISSED(
            "part_frames_missed",
            "Frames that the judge of parts was too busy to take: the parts they show become unknown."),
    DETECTIONS_INVALID("detections_invalid", "Objects left out: outside the picture, or without area."),
    SUSPICIONS(
            "suspicions", "Times the picture was found frozen, black or moved, or the stream's time to stand still."),
    CAMERA_MOVES(
            "camera_moves", "Times the camera was found to have been moved: its zones, lines and calibration stop."),
    VIEW_FAILURES("view_failures", "Pictures that could not be looked at to see whether the camera was moved."),
    GAPS("gaps", "Gap messages handed to the sinks."),
    SINK_FAILURES("sink_failures", "Times a sink threw while taking a result; the pipeline went on."),
    CONNECTS("connects", "Times the source was opened and gave a first frame."),
    CONNECT_FAILURES("connect_failures", "Times opening the source failed."),
    CONNECTION_LOSSES("connection_losses", "Times an open source broke or stalled."),
    TIME_JUMPS("time_jumps", "Times a stream's own time went back, leapt ahead or stood still."),
    RATE_DEVIATIONS(
            "rate_deviations",
            "Spans of ten seconds with less than half or more than twice the frames that the camera announces."),
    PACKETS_MISSED("packets_missed", "Network packets FFmpeg reported as missed."),
    DECODE_ERRORS("decode_errors", "Packets the decoder refused."),
    DECODE_FALLBACKS("decode_fallbacks", "Times the CPU decoded because the GPU could not.");

    private static final Map<GapReason, Counter> BY_REASON = new EnumMap<>(GapReason.class);

    static {
        for (Counter counter : values()) {
            counter.reason().ifPresent(reason -> BY_REASON.put(reason, counter));
        }
    }

    private final Optional<GapReason> reason;
    private final String metricName;
    private final String sentence;

    Counter(String metricName, String sentence) {
        this(null, metricName, sentence);
    }

    /** Of frames that are lost for {@code reason}: the only place where the two are paired. */
    Counter(GapReason reason, String metricName, String sentence) {
        this.reason = Optional.ofNullable(reason);
        this.metricName = metricName;
        this.sentence = sentence;
    }

    /** After {@code ringsight_}. */
    @Override
    public String metricName() {
        return metricName;
    }

    @Override
    public String sentence() {
        return sentence;
    }

    /** Why the frames that it counts are in no message; empty where it counts anything else. */
    public Optional<GapReason> reason() {
        return reason;
    }

    /**
     * The counter of frames lost for {@code reason}. Allocates nothing.
     *
     * @throws IllegalArgumentException if the pipeline loses no frames for that reason
     */
    public static Counter of(GapReason reason) {
        Counter counter = BY_REASON.get(reason);
        if (counter == null) {
            throw new IllegalArgumentException(reason + " counts no frames of a source");
        }
        return counter;
    }

    /** Those of frames that were lost, which what {@code maxFps} leaves out is not. */
    public static List<Counter> ofLosses() {
        return BY_REASON.values().stream()
                .filter(counter -> counter != FRAMES_RATE_LIMIT)
                .toList();
    }
}
