package io.ringsight.sinks.evidence;

import io.ringsight.core.metrics.Counted;
import java.util.Locale;

/** What is counted of pictures that are kept. */
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
    DAMAGED("Pictures found at the start that were not whole; they were removed.");

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
