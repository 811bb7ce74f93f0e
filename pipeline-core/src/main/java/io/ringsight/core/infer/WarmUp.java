package io.ringsight.core.infer;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/**
 * Runs each lane of a new backend once, before any camera waits: the first conversion loads libraries, the first
 * inference plans its memory, the first kernel is uploaded.
 */
public final class WarmUp {
    private static final int SIDE = 64;

    private WarmUp() {}

    /**
     * Launches a full batch of a grey picture on every lane, then waits for all.
     *
     * @throws InferenceException if a lane fails, fatal if interrupted; lanes may be left launched
     */
    public static void run(List<? extends Lane> lanes, int maxBatch) {
        runGroups(List.of(lanes), maxBatch);
    }

    /** As {@link #run}, but a lane is launched when the one before is done: it takes longer, and one core at a time. */
    public static void oneByOne(List<? extends Lane> lanes, int maxBatch) {
        runGroups(lanes.stream().map(List::of).toList(), maxBatch);
    }

    private static void runGroups(Iterable<? extends List<? extends Lane>> groups, int maxBatch) {
        try (BytePointer grey = new BytePointer(SIDE * SIDE)) {
            Picture picture = new Picture();
            picture.layout(SIDE, SIDE, PixelFormat.GRAY8);
            picture.plane(0, grey.address(), SIDE);
            for (List<? extends Lane> group : groups) {
                for (Lane lane : group) {
                    launch(lane, picture, maxBatch);
                }
                for (Lane lane : group) {
                    lane.await();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw InferenceException.fatal("interrupted while the model was opened", e);
        }
    }

    private static void launch(Lane lane, Picture picture, int rows) {
        for (int row = 0; row < rows; row++) {
            lane.load(row, picture);
        }
        lane.launch(rows);
    }
}
