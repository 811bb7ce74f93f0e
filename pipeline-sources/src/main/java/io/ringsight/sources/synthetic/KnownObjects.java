package io.ringsight.sources.synthetic;

/**
 * Objects at known places: class and box in pixels, parallel arrays of fixed capacity, filled again and again. Owned by
 * one thread at a time.
 */
public final class KnownObjects {
    private final int[] classId;
    private final int[] left;
    private final int[] top;
    private final int[] width;
    private final int[] height;
    private final boolean[] whole;
    private int size;

    public KnownObjects(int capacity) {
        classId = new int[capacity];
        left = new int[capacity];
        top = new int[capacity];
        width = new int[capacity];
        height = new int[capacity];
        whole = new boolean[capacity];
    }

    /** Forgets all. */
    public void clear() {
        size = 0;
    }

    /** Adds one that is wholly in the picture; throws when the capacity is reached. */
    void add(int classId, int left, int top, int width, int height) {
        this.classId[size] = classId;
        this.left[size] = left;
        this.top[size] = top;
        this.width[size] = width;
        this.height[size] = height;
        whole[size] = true;
        size++;
    }

    /**
     * Adds what a picture of {@code pictureWidth} by {@code pictureHeight} shows of an object of {@code other} that
     * lies {@code shift} pixels further right than it says; nothing if that is nothing. A box that the picture's border
     * cuts is cut too and not {@link #isWhole}.
     */
    void addVisible(KnownObjects other, int index, int shift, int pictureWidth, int pictureHeight) {
        int trueLeft = other.left[index] + shift;
        int trueTop = other.top[index];
        int trueRight = trueLeft + other.width[index];
        int trueBottom = trueTop + other.height[index];
        int cutLeft = Math.max(0, trueLeft);
        int cutTop = Math.max(0, trueTop);
        int cutWidth = Math.min(pictureWidth, trueRight) - cutLeft;
        int cutHeight = Math.min(pictureHeight, trueBottom) - cutTop;
        if (cutWidth > 0 && cutHeight > 0) {
            add(other.classId[index], cutLeft, cutTop, cutWidth, cutHeight);
            whole[size - 1] = cutWidth == other.width[index] && cutHeight == other.height[index];
        }
    }

    /** The most it holds. */
    public int capacity() {
        return classId.length;
    }

    /** How many. */
    public int size() {
        return size;
    }

    /** Class number, for boards that of {@link DefectKind}, for roads that of {@link RoadClass}. */
    public int classId(int index) {
        return classId[index];
    }

    public int left(int index) {
        return left[index];
    }

    public int top(int index) {
        return top[index];
    }

    public int width(int index) {
        return width[index];
    }

    public int height(int index) {
        return height[index];
    }

    /** Whether the whole object is in the picture; one that the border cuts may be found or not. */
    public boolean isWhole(int index) {
        return whole[index];
    }

    /** Whether the box of {@code index}, widened by {@code margin}, meets the given one. */
    boolean meets(int index, int margin, int left, int top, int right, int bottom) {
        return left < this.left[index] + width[index] + margin
                && right > this.left[index] - margin
                && top < this.top[index] + height[index] + margin
                && bottom > this.top[index] - margin;
    }
}
