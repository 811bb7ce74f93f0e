package io.ringsight.sources.v4l2;

import java.util.List;

/**
 * What pictures are wanted of a camera.
 *
 * @param width in pixels; 0: as the camera is set
 * @param height in pixels; 0: as the camera is set
 * @param rate frames in {@code per} seconds; 0: as the camera is set
 * @param per seconds
 * @param layouts which are good, the best first
 */
public record Wish(int width, int height, int rate, int per, List<PixelLayout> layouts) {
    public Wish {
        layouts = List.copyOf(layouts);
    }
}
