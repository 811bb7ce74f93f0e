package io.ringsight.sinks.evidence;

import io.ringsight.core.metrics.Counted;
import java.util.Locale;

/** What is counted of pictures and clips that are kept. */
public enum EvidenceCounter implements Counted {
    /** On the disk, whole. */
    KEPT("Frames whose picture was kept."),
    /** One picture of a source is held at a time, so that its camera never waits for memory. */
    SKIPPED("Frames that mattered whose picture was not kept, because one of the same source was still being written."),
    /** The state says which. */
    STOPPED(
            "Frames that mattered whose picture was not kept, because the folder could not be opened, written, or is full."),
    /** Nothing brings them back. */
    ON_GPU("Frames that mattered whose picture was not kept, because it is in a GPU's memory; decode: cpu keeps it."),
    /** Their messages may name pictures that are not there. */
    FAILED(
            "Frames whose picture could not be encoded or written, though their messages refer to it; the log says why."),
    /** As configured. */
    REMOVED("Pictures removed for their age or for the bytes of all, the oldest first."),
    /** A power cut leaves such. */
    DAMAGED("Pictures and clips found at the start that were not whole; they were removed."),
    /** On the disk, whole. */
    CLIPS_KEPT("Clips that were kept."),
    /** One clip of a source is held at a time. */
    CLIPS_SKIPPED("Frames that matter without a clip, because one of the same source was still being made."),
    /** The camera was away, its codec fits no MP4, or the frame is older than what is held of its video. */
    CLIPS_MISSED("Frames that matter without a clip, because the video around them was not at hand."),
    /** Their messages refer to clips that are not there. */
    CLIPS_FAILED("Clips that could not be written, though messages refer to them; the log says why.");

    private final String sentence;

    EvidenceCounter(String sentence) {
        this.sentence = sentence;
    }

    /** After {@code ringsight_}. */
    @Override
    public String metricName() {
        return "evidence_" + name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
