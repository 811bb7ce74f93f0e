package io.ringsight.app.live;

/**
 * How somebody wants to see a source.
 *
 * @param width the most pixels across
 * @param fps the most pictures a second
 */
record ViewerWish(int width, int fps) {
    static final int MIN_WIDTH = 64;
    static final int MAX_WIDTH = 1920;
    static final int DEFAULT_WIDTH = 640;
    static final int MAX_FPS = 25;
    static final int DEFAULT_FPS = 10;

    /** Enough for both. */
    ViewerWish and(ViewerWish other) {
        return new ViewerWish(Math.max(width, other.width), Math.max(fps, other.fps));
    }

    long intervalNs() {
        return 1_000_000_000L / fps;
    }
}
