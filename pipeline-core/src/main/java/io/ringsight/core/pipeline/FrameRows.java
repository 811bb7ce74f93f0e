package io.ringsight.core.pipeline;

import io.ringsight.core.detector.Detector;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.preprocess.Crop;
import java.util.Arrays;

/**
 * The rows of one frame on their way from the stage that loads them to the stage that reads their results. A frame of more
 * rows than a lane takes is at both at once: its first rows are read, and free their lane, while its last are loaded.
 *
 * <p><b>Threads.</b> One adds rows, another takes them, in the same order. Made once for a slot; grows to the most rows a
 * frame ever had.
 */
final class FrameRows {
    private Row[] rows = {new Row()};
    private int loaded;
    private int launched;
    private int taken;
    private boolean complete;
    private boolean ended;
    private InferenceException failure;

    /** One row: a part of the picture in a row of a lane. Written before it is launched. */
    static final class Row {
        final Crop crop = new Crop();
        /** Which of the frame's parts; 0 begins the frame, perhaps again, for another detector. */
        int part;

        /** How many parts the frame has for this detector. */
        int parts;

        Detector detector;
        Lane lane;
        /** Which of the lane's rows. */
        int index;

        boolean lastOfLane;
        /** Of an object, which of the second models; its part is the object's index then, its parts how often they began again. */
        int model;
    }

    synchronized void clear() {
        loaded = 0;
        launched = 0;
        taken = 0;
        complete = false;
        ended = false;
        failure = null;
    }

    /** The row to be loaded next; it counts once it is {@link #add added}. */
    synchronized Row free() {
        if (loaded == rows.length) {
            rows = Arrays.copyOf(rows, 2 * loaded);
            for (int i = loaded; i < rows.length; i++) {
                rows[i] = new Row();
            }
        }
        return rows[loaded];
    }

    /** The free row lies in a lane. */
    synchronized void add() {
        loaded++;
    }

    /** Whether a row's results may be waited for. */
    synchronized boolean isUnderWay() {
        return launched > 0;
    }

    /** The oldest row that lay in a lane is computed. */
    synchronized void launch() {
        launched++;
        notifyAll();
    }

    /** The newest row that lay in a lane will not be launched. */
    synchronized void unload() {
        loaded--;
        notifyAll();
    }

    /** The frame is lost; its rows are taken all the same. The first cause counts. */
    synchronized void fail(InferenceException cause) {
        failure = failure == null ? cause : failure;
    }

    /** All its parts lie in lanes. */
    synchronized void complete() {
        complete = true;
    }

    /** No row is added any more. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** The next row that was launched, waiting for it; null when there is none any more. */
    synchronized Row take() throws InterruptedException {
        while (taken == launched && !(ended && launched == loaded)) {
            wait();
        }
        return taken == launched ? null : rows[taken++];
    }

    /** Reads the results of one row. */
    interface RowReader {
        void read(FrameSlot slot, Row row) throws InterruptedException;
    }

    /**
     * Takes all rows, and frees each lane when the last of its rows is read: also after an Error, since the stage that loads
     * waits for the lanes of the rows behind it. A row whose launch was refused is not among those taken: that stage gave
     * its lane back, and a lane that is freed twice is loaded again before its results are read.
     */
    void readAll(FrameSlot slot, RowReader reader) throws InterruptedException {
        try {
            for (Row row = take(); row != null; row = take()) {
                readOne(slot, row, reader);
            }
        } finally {
            for (Row row = take(); row != null; row = take()) {
                free(row);
            }
        }
    }

    private static void readOne(FrameSlot slot, Row row, RowReader reader) throws InterruptedException {
        try {
            reader.read(slot, row);
        } finally {
            free(row);
        }
    }

    private static void free(Row row) {
        if (row.lastOfLane) {
            row.detector.giveBack(row.lane);
        }
    }

    /** Whether what was taken is the whole frame. */
    synchronized boolean isWhole() {
        return complete && failure == null;
    }

    /** Why the frame is lost, or null: as far as the stage that loads knows. */
    synchronized InferenceException failure() {
        return failure;
    }
}
