package io.ringsight.core.infer;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.preprocess.Letterbox;
import java.nio.FloatBuffer;

/**
 * A lane of the CPU that has the GPU compute a batch when there is one: it takes a GPU lane when the batch's first
 * picture is loaded, and gives it back when its results have been copied. So the two backends may have different numbers
 * of lanes, and batches on both sides of the switch do not meet.
 */
final class SwitchingLane implements Lane {
    private final SwitchingBackend backend;
    private final Lane cpu;
    private final int floatsPerRow;
    private final Letterbox[] boxes;
    /** What computes this batch. */
    private Lane current;

    /** Why rows of this batch that were loaded already are gone: the GPU broke under them. */
    private InferenceException lost;

    private LanePool pool;
    private int launchedRows;
    private String computedBy;

    SwitchingLane(SwitchingBackend backend, Lane cpu, int maxBatch, int floatsPerRow) {
        this.backend = backend;
        this.cpu = cpu;
        this.floatsPerRow = floatsPerRow;
        boxes = new Letterbox[maxBatch];
        current = cpu;
        computedBy = cpu.backend();
    }

    @Override
    public void load(int row, Picture picture) {
        if (row == 0) {
            lost = null;
            if (current == cpu) {
                chooseDevice();
            }
        } else if (lost != null) {
            throw lost;
        }
        try {
            current.load(row, picture);
        } catch (InferenceException e) {
            throw survived(e);
        }
    }

    private void chooseDevice() {
        pool = backend.gpuLanes();
        Lane gpu = pool == null ? null : pool.take();
        current = gpu == null ? cpu : gpu;
    }

    @Override
    public void launch(int rows) {
        if (lost != null) {
            throw lost;
        }
        launchedRows = rows;
        try {
            current.launch(rows);
        } catch (InferenceException e) {
            throw survived(e);
        }
    }

    @Override
    public void await() throws InterruptedException {
        try {
            current.await();
        } catch (InferenceException e) {
            throw survived(e);
        }
        computedBy = current.backend();
        if (current != cpu) {
            takeResults();
        }
    }

    private void takeResults() {
        cpu.output().put(0, current.output(), 0, launchedRows * floatsPerRow);
        for (int row = 0; row < launchedRows; row++) {
            boxes[row] = current.letterbox(row);
        }
        Lane free = current;
        current = cpu;
        pool.giveBack(free);
    }

    /** A broken GPU costs this batch only: the CPU goes on. */
    private InferenceException survived(InferenceException e) {
        if (current == cpu || !e.isFatal()) {
            return e;
        }
        current = cpu;
        backend.gpuBroke(e);
        lost = InferenceException.ofFrame(e.getMessage(), e);
        return lost;
    }

    @Override
    public FloatBuffer output() {
        return cpu.output();
    }

    @Override
    public Letterbox letterbox(int row) {
        if (current != cpu) {
            return current.letterbox(row);
        }
        return computedBy.equals(cpu.backend()) ? cpu.letterbox(row) : boxes[row];
    }

    @Override
    public String backend() {
        return computedBy;
    }
}
