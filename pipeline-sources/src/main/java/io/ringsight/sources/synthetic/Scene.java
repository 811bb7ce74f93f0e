package io.ringsight.sources.synthetic;

import io.ringsight.sources.spec.SyntheticSettings;
import java.nio.ByteBuffer;

/**
 * What a synthetic camera looks at: moves by a fixed way from frame to frame, the same in every run. Owned by one
 * thread. Its methods allocate nothing.
 */
interface Scene {
    /** The most objects one picture can show. */
    int MAX_OBJECTS = 64;

    /** A new scene of the kind that is asked for. */
    static Scene open(SyntheticSettings settings) {
        return switch (settings.scene()) {
            case PCB -> new BoardLine(settings);
            case ROAD -> new RoadScene(settings);
            case BOXES -> new MovingBoxes(settings);
        };
    }

    /** Does the work that drawing {@code frame} would have to wait for; drawing it without is allowed. */
    void prepare(long frame);

    /**
     * Draws the luma of frame {@code frame}, limited range, by absolute index only.
     *
     * @param luma at least {@code height * stride} bytes
     * @param stride bytes from one row to the next
     */
    void draw(long frame, ByteBuffer luma, int stride);

    /** The number, from 1, of the board that is whole in frame {@code frame}, or 0 if none is. */
    default long wholeBoard(long frame) {
        return 0;
    }

    /** Says what frame {@code frame} shows. {@code into} is cleared first. */
    void objects(long frame, KnownObjects into);
}
