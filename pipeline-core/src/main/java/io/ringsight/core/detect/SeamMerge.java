package io.ringsight.core.detect;

import java.util.Arrays;

/**
 * Makes one list of what a model found in parts of a picture that overlap, without an object told twice or in halves.
 *
 * <p><b>The rule.</b> What counts is what was seen whole:
 * <ol>
 *   <li>A box that reaches an inner edge of its tile may be cut there. If another tile has all of it in itself and off its
 *       edges, that tile saw the object whole, and what it says counts: the cut box is dropped, whether the other tile found
 *       it or not. The same holds for boxes found in the whole picture, in which small objects are shrunk.
 *   <li>Cut boxes that are left are of objects larger than the overlap. Those that lie for the most part in a box of their
 *       class found in the whole picture are dropped for it.
 *   <li>The rest are joined: two of a class that were cut by edges that face each other, where the one goes on beyond the
 *       other and they agree on where they lie along the seam, are one object, as sure as the surer of them. Again, until
 *       none are left to join. What is cut still and lies for the most part in one so joined is dropped.
 *   <li>An object seen whole by two tiles was found twice. From the surest on, each box takes the place of at most one box of
 *       each other part: that which overlaps it most, by more than {@value #SAME} (of another class {@value #SAME_PLACE}).
 * </ol>
 *
 * <p><b>Source.</b> Tiles as in SAHI (F. C. Akyon et al., "Slicing Aided Hyper Inference and Fine-tuning for Small Object
 * Detection", ICIP 2022), which runs NMS or a greedy union over the boxes of all tiles. Here edges count: SAHI
 * suppresses by overlap alone, so that a piece at a seam survives beside its object where they overlap little, and two
 * objects that one tile tells apart may become one. Here two boxes of one tile are told apart as the network did, but where
 * they are all but one box (by more than {@value #TWICE}, which NMS would not leave either): a network without NMS gives an
 * object twice now and then.
 *
 * <p>Grows with the parts; allocates nothing beyond that. One thread at a time.
 */
public final class SeamMerge {
    /** Overlap (IoU) of two boxes of a class that two parts give of one object: of 12 pixels, each may be off by two. */
    static final float SAME = 0.3f;
    /** Overlap of two boxes of different classes that two parts give of one object. */
    static final float SAME_PLACE = 0.6f;
    /** Overlap of two boxes of a class that one part gives of one object. */
    static final float TWICE = 0.75f;
    /** The share of a piece, or of its side along the seam, that belongs to the rest of its object. */
    private static final float MAJORITY = 0.5f;

    private final Detections found;
    private final TileViews views = new TileViews();
    private final int[] view;
    private final int[] edges;
    private final float[] confidence;
    private final boolean[] dropped;
    private final long[] order;
    /** By view: the box that is most like the one at hand, if {@link #asked} says so. */
    private int[] likest = new int[1];

    private float[] likeness = new float[1];
    private int[] asked = new int[1];

    /** @param capacity the most boxes of all parts together */
    public SeamMerge(int capacity) {
        found = new Detections(capacity);
        view = new int[capacity];
        edges = new int[capacity];
        confidence = new float[capacity];
        dropped = new boolean[capacity];
        order = new long[capacity];
    }

    /** The most boxes of all parts together. */
    public int capacity() {
        return found.capacity();
    }

    /** A new picture, of objects of these classes. */
    public void begin(WantedClasses classes) {
        found.clear();
        found.only(classes);
        views.clear();
    }

    /** Where the next part's boxes are added, in pixels of the picture. */
    public Detections found() {
        return found;
    }

    /**
     * Says where the boxes from {@code from} on were found.
     *
     * @param edge pixels of the picture: how close to an edge a box may be cut by it
     */
    public void foundIn(int from, float left, float top, float width, float height, float edge) {
        for (int i = from; i < found.size(); i++) {
            view[i] = views.size();
        }
        views.add(left, top, width, height, edge);
    }

    /** Adds the objects to {@code into}, highest confidence first, and what was left out and why. */
    public void mergeInto(Detections into) {
        into.countInvalid(found.invalid());
        into.countUnwanted(found.unwanted());
        if (found.isCut()) {
            into.markCut();
        }
        for (int i = 0; i < found.size(); i++) {
            confidence[i] = found.confidence(i);
            edges[i] = views.edges(view[i], found, i);
            boolean doubtful = edges[i] != 0 || views.isWhole(view[i]);
            dropped[i] = doubtful && views.isHeldByAnother(view[i], found, i);
        }
        dropPieces(true);
        // A round joins at least a row of pieces: more rounds than there are parts would join what is no object.
        for (int round = 0; round < views.size() && join(); round++) {}
        dropPieces(false);
        copyOnce(into);
    }

    /** Drops what is cut still and lies for the most part in another box of its class. */
    private void dropPieces(boolean forWholePicture) {
        for (int i = 0; i < found.size(); i++) {
            dropped[i] |= edges[i] != 0 && isInAnother(i, forWholePicture);
        }
    }

    private boolean isInAnother(int piece, boolean ofWholePicture) {
        float area = found.width(piece) * found.height(piece);
        for (int i = 0; i < found.size(); i++) {
            if (!dropped[i]
                    && (views.isWhole(view[i]) || !ofWholePicture)
                    && view[i] != view[piece]
                    && found.classId(i) == found.classId(piece)
                    && found.width(i) * found.height(i) > area
                    && shared(piece, i, true) * shared(piece, i, false) > MAJORITY * area) {
                return true;
            }
        }
        return false;
    }

    /** One round; returns whether another may join more. */
    private boolean join() {
        boolean joined = false;
        for (int i = 0; i < found.size(); i++) {
            for (int j = 0; j < found.size() && isPiece(i); j++) {
                if (isPiece(j) && view[i] != view[j] && found.classId(i) == found.classId(j)) {
                    joined |= join(i, j);
                }
            }
        }
        return joined;
    }

    private boolean join(int i, int j) {
        if (goesOn(i, TileViews.RIGHT, j, TileViews.LEFT, true)) {
            join(i, j, TileViews.RIGHT, TileViews.LEFT);
            return true;
        }
        if (goesOn(i, TileViews.BOTTOM, j, TileViews.TOP, false)) {
            join(i, j, TileViews.BOTTOM, TileViews.TOP);
            return true;
        }
        return false;
    }

    private boolean isPiece(int i) {
        return !dropped[i] && edges[i] != 0;
    }

    /** Whether {@code next} is what lies of {@code piece} beyond its edge. */
    private boolean goesOn(int piece, int edge, int next, int facing, boolean across) {
        return (edges[piece] & edge) != 0
                && (edges[next] & facing) != 0
                && start(next, across) >= start(piece, across)
                && end(next, across) >= end(piece, across)
                && start(next, across) <= end(piece, across)
                && shared(piece, next, !across) > MAJORITY * Math.min(length(piece, !across), length(next, !across));
    }

    private void join(int i, int j, int edge, int facing) {
        float left = Math.min(found.left(i), found.left(j));
        float top = Math.min(found.top(i), found.top(j));
        float right = Math.max(end(i, true), end(j, true));
        float bottom = Math.max(end(i, false), end(j, false));
        found.box(i, left, top, right - left, bottom - top);
        confidence[i] = Math.max(confidence[i], confidence[j]);
        edges[i] = edges[i] & ~edge | edges[j] & ~facing;
        dropped[j] = true;
    }

    private void copyOnce(Detections into) {
        if (likest.length < views.size()) {
            likest = new int[views.size()];
            likeness = new float[views.size()];
            asked = new int[views.size()];
        }
        Arrays.fill(asked, -1);
        int count = 0;
        for (int i = 0; i < found.size(); i++) {
            if (!dropped[i]) {
                order[count++] = Candidates.key(confidence[i], i);
            }
        }
        LongHeap.sort(order, count);
        dropTwins(count);
        for (int rank = 0; rank < count; rank++) {
            int i = (int) order[rank];
            if (!dropped[i]) {
                dropLikest(rank, count);
                if (!into.add(
                        found.left(i),
                        found.top(i),
                        found.width(i),
                        found.height(i),
                        confidence[i],
                        found.classId(i))) {
                    into.markCut();
                    return;
                }
            }
        }
    }

    /** Drops what a part gives twice, before its boxes are compared with those of other parts, of which each may take one. */
    private void dropTwins(int count) {
        for (int rank = 0; rank < count; rank++) {
            int i = (int) order[rank];
            for (int behind = rank + 1; behind < count && !dropped[i]; behind++) {
                int j = (int) order[behind];
                dropped[j] |=
                        view[i] == view[j] && found.classId(i) == found.classId(j) && Boxes.iou(found, i, j) > TWICE;
            }
        }
    }

    /** Drops, of each other part, the box behind {@code rank} that is most like it. */
    private void dropLikest(int rank, int count) {
        int i = (int) order[rank];
        for (int behind = rank + 1; behind < count; behind++) {
            int j = (int) order[behind];
            int of = view[j];
            if (dropped[j] || of == view[i]) {
                continue;
            }
            float iou = Boxes.iou(found, i, j);
            float least = found.classId(i) == found.classId(j) ? SAME : SAME_PLACE;
            if (iou > least && (asked[of] != i || iou > likeness[of])) {
                asked[of] = i;
                likest[of] = j;
                likeness[of] = iou;
            }
        }
        for (int of = 0; of < views.size(); of++) {
            if (asked[of] == i) {
                dropped[likest[of]] = true;
            }
        }
    }

    private float shared(int a, int b, boolean across) {
        return Math.max(0, Math.min(end(a, across), end(b, across)) - Math.max(start(a, across), start(b, across)));
    }

    private float start(int i, boolean across) {
        return across ? found.left(i) : found.top(i);
    }

    private float length(int i, boolean across) {
        return across ? found.width(i) : found.height(i);
    }

    private float end(int i, boolean across) {
        return start(i, across) + length(i, across);
    }
}
