package io.ringsight.sinks.evidence;

import io.ringsight.core.metrics.SinkState;

/** How keeping pictures stands. */
public enum EvidenceState {
    STARTING("starting", "what was kept before is being looked through"),
    KEEPING("keeping", "pictures are kept"),
    DISK_FULL("disk-full", "no pictures are kept: too little space is left on the disk"),
    NOT_WRITABLE("not-writable", "no pictures are kept: the folder cannot be opened or written"),
    CLOSED("closed", "Ringsight is stopping");

    private final String wireName;
    private final String sentence;

    EvidenceState(String wireName, String sentence) {
        this.wireName = wireName;
        this.sentence = sentence;
    }

    static EvidenceState of(SinkState disk) {
        return disk == SinkState.DISK_FULL ? DISK_FULL : NOT_WRITABLE;
    }

    /** The name on pages and in metrics. */
    public String wireName() {
        return wireName;
    }

    /** What it means, for people. */
    public String sentence() {
        return sentence;
    }
}
