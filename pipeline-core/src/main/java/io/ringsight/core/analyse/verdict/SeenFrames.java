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

    /**
     * Whether all frames of the part have come: one behind its window has, or a camera that takes pictures only when it is told
     * to has given as many as it takes, and the window is over.
     */
    boolean isComplete(OpenPart part, PartSpec.Window window, long nowUtcNs) {
        boolean hasPassed = reachedNs > part.toUtcNs();
        return hasPassed || window.triggered() && nowUtcNs > part.toUtcNs() && inside(part) >= window.frames();
    }

    /** How many frames are certainly of the part. */
    private int inside(OpenPart part) {
        int frames = 0;
        for (int i = 0; i < size(); i++) {
            FrameNote note = at(i);
            frames += note.gap == null && note.isTimed() && part.holds(note.earliestNs(), note.latestNs()) ? 1 : 0;
        }
        return frames;
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
