package io.ringsight.core.model;

/**
 * What a network says.
 *
 * @param tensorName name of the output
 * @param head how its numbers are laid out
 * @param boxes what a box's four numbers are
 * @param candidates rows (end-to-end: detections, else anchors) for one picture; 1 of a classifier
 * @param values numbers a candidate has; of a classifier one a class
 * @param nmsIou overlap above which NMS removes the weaker box; without meaning for heads that need no NMS
 */
public record ModelOutput(String tensorName, Head head, Boxes boxes, int candidates, int values, float nmsIou) {
    /** Rounding in quantised and half-precision networks goes a little under 0 and over 1; more is no confidence. */
    public static final float MIN_CONFIDENCE = -0.01f;

    /** See {@link #MIN_CONFIDENCE}. */
    public static final float MAX_CONFIDENCE = 1.01f;

    /** Coordinates in fractions of the input go a little beyond 1, for objects that are partly outside. */
    public static final float MAX_FRACTION = 2;

    /** A coordinate that is larger is one in pixels. */
    public static final float MIN_PIXELS = 4;

    /** With boxes as the head usually has them. */
    public ModelOutput(String tensorName, Head head, int candidates, int values, float nmsIou) {
        this(tensorName, head, head.usualBoxes(), candidates, values, nmsIou);
    }

    /** The tensor's dimensions for {@code batch} pictures. */
    public long[] shape(int batch) {
        return switch (head) {
            case END_TO_END, YOLOX -> new long[] {batch, candidates, values};
            case ONE_TO_ONE, ONE_TO_MANY -> new long[] {batch, values, candidates};
            case CLASSIFIER, CLASSIFIER_LOGITS -> new long[] {batch, values};
        };
    }

    /** What the four numbers of a box are. */
    public enum Boxes {
        /** Left, top, right, bottom in input pixels. */
        XYXY("xyxy"),
        /** Centre x, centre y, width, height in input pixels. */
        CXCYWH("cxcywh"),
        /** As {@code XYXY}, in fractions of the input. */
        NORMALIZED_XYXY("normalized-xyxy"),
        /** As {@code CXCYWH}, in fractions of the input. */
        NORMALIZED_CXCYWH("normalized-cxcywh"),
        /** Offsets in a grid cell and logarithms of the size in cells. */
        GRID("grid");

        private final String wireName;

        Boxes(String wireName) {
            this.wireName = wireName;
        }

        /** The name in model files. */
        public String wireName() {
            return wireName;
        }

        /** Whether the first two numbers are the centre. */
        public boolean isCentred() {
            return this == CXCYWH || this == NORMALIZED_CXCYWH;
        }

        /** Whether the numbers are fractions of the input. */
        public boolean isNormalized() {
            return this == NORMALIZED_XYXY || this == NORMALIZED_CXCYWH;
        }
    }

    /** Layouts. {@code N} pictures, {@code A} anchors, {@code C} classes. */
    public enum Head {
        /** {@code [N,300,6]}: box, confidence, class; no NMS (YOLOv10 as exported). */
        END_TO_END("end-to-end", Boxes.XYXY),
        /** {@code [N,4+C,A]}: box, class scores; top-k, no NMS (YOLOv10 cut before its own top-k). */
        ONE_TO_ONE("one-to-one", Boxes.XYXY),
        /** {@code [N,4+C,A]}: box, class scores; with NMS (YOLOv8 and the like). */
        ONE_TO_MANY("one-to-many", Boxes.CXCYWH),
        /** {@code [N,A,5+C]}: box, objectness, class scores; with NMS (YOLOX). */
        YOLOX("yolox", Boxes.GRID),
        /** {@code [N,C]}: a probability for each class of the whole picture, 1 together. */
        CLASSIFIER("classifier", Boxes.XYXY),
        /** {@code [N,C]}: logits, of which softmax makes such probabilities. */
        CLASSIFIER_LOGITS("classifier-logits", Boxes.XYXY);

        private final String wireName;
        private final Boxes usualBoxes;

        Head(String wireName, Boxes usualBoxes) {
            this.wireName = wireName;
            this.usualBoxes = usualBoxes;
        }

        /** What its boxes are unless the file or the user says otherwise. */
        public Boxes usualBoxes() {
            return usualBoxes;
        }

        /** Whether it says what the whole picture shows, not what is where in it. */
        public boolean isClassifier() {
            return this == CLASSIFIER || this == CLASSIFIER_LOGITS;
        }

        /** The name in model files. */
        public String wireName() {
            return wireName;
        }
    }
}
