package io.ringsight.core.analyse.verdict;

/** The last notes of a source, the oldest first. Its memory is made at once; one thread. */
final class SeenFrames {
    private final FrameNote[] notes;
    private long added;
    /** The earliest moment the last frame of known time may have been taken at. */
    private long reachedNs = Long.MIN_VALUE;

    SeenFrames(int capacity) {
        notes = new FrameNote[capacity];
        for (int i = 0; i < capacity; i++) {
            notes[i] = new FrameNote();
        }
    }

    void add(FrameNote note) {
        notes[(int) (added % notes.length)].copyFrom(note);
        added++;
        if (note.isTimed()) {
            reachedNs = note.earliestNs();
        }
    }

    /** Whether the last frame was certainly taken after that moment: none from before it comes any more. */
    boolean hasPassed(long utcNs) {
        return reachedNs > utcNs;
    }

    int size() {
        return (int) Math.min(added, notes.length);
    }

    /** Whether older notes were forgotten. */
    boolean isCut() {
        return added > notes.length;
    }

    /** 0 is the oldest. */
    FrameNote at(int index) {
        return notes[(int) ((added - size() + index) % notes.length)];
    }
}
