package io.ringsight.core.detect;

import java.util.Arrays;

/**
 * The parts of one picture that a model looked at: tiles that overlap and, perhaps, the whole. Knows which of them saw a
 * box whole. Grows to the most parts there ever were; allocates nothing beyond that.
 */
final class TileViews {
    static final int LEFT = 1;
    static final int TOP = 2;
    static final int RIGHT = 4;
    static final int BOTTOM = 8;

    private float[] left = new float[1];
    private float[] top = new float[1];
    private float[] right = new float[1];
    private float[] bottom = new float[1];
    /** How close to an edge a box may be cut by it. */
    private float[] edge = new float[1];

    private int size;
    private float areaLeft;
    private float areaTop;
    private float areaRight;
    private float areaBottom;

    void clear() {
        size = 0;
        areaLeft = Float.MAX_VALUE;
        areaTop = Float.MAX_VALUE;
        areaRight = 0;
        areaBottom = 0;
    }

    int size() {
        return size;
    }

    void add(float left, float top, float width, float height, float edge) {
        if (size == this.left.length) {
            grow();
        }
        this.left[size] = left;
        this.top[size] = top;
        right[size] = left + width;
        bottom[size] = top + height;
        this.edge[size] = edge;
        areaLeft = Math.min(areaLeft, left);
        areaTop = Math.min(areaTop, top);
        areaRight = Math.max(areaRight, right[size]);
        areaBottom = Math.max(areaBottom, bottom[size]);
        size++;
    }

    private void grow() {
        left = Arrays.copyOf(left, 2 * size);
        top = Arrays.copyOf(top, 2 * size);
        right = Arrays.copyOf(right, 2 * size);
        bottom = Arrays.copyOf(bottom, 2 * size);
        edge = Arrays.copyOf(edge, 2 * size);
    }

    /** Whether a view is the whole area. */
    boolean isWhole(int view) {
        return left[view] == areaLeft && top[view] == areaTop && right[view] == areaRight && bottom[view] == areaBottom;
    }

    /** The edges of a view, other than the area's own, that detection {@code index} reaches. */
    int edges(int view, Detections found, int index) {
        int edges = 0;
        if (left[view] > areaLeft && found.left(index) < left[view] + edge[view]) {
            edges |= LEFT;
        }
        if (top[view] > areaTop && found.top(index) < top[view] + edge[view]) {
            edges |= TOP;
        }
        if (right[view] < areaRight && found.left(index) + found.width(index) > right[view] - edge[view]) {
            edges |= RIGHT;
        }
        if (bottom[view] < areaBottom && found.top(index) + found.height(index) > bottom[view] - edge[view]) {
            edges |= BOTTOM;
        }
        return edges;
    }

    /** Whether a tile other than {@code own} has detection {@code index} in it and off its edges. */
    boolean isHeldByAnother(int own, Detections found, int index) {
        for (int view = 0; view < size; view++) {
            if (view != own && !isWhole(view) && edges(view, found, index) == 0 && isIn(view, found, index)) {
                return true;
            }
        }
        return false;
    }

    private boolean isIn(int view, Detections found, int index) {
        return found.left(index) >= left[view]
                && found.top(index) >= top[view]
                && found.left(index) + found.width(index) <= right[view]
                && found.top(index) + found.height(index) <= bottom[view];
    }
}
