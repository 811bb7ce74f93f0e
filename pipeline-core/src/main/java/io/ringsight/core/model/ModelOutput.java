package io.ringsight.core.model;

/**
 * What a network says.
 *
 * @param tensorName name of the output
 * @param head how its numbers are laid out
 * @param candidates rows (end-to-end: detections, else anchors) for one picture
 * @param values numbers a candidate has
 * @param nmsIou overlap above which NMS removes the weaker box; without meaning for heads that need no NMS
 */
public record ModelOutput(String tensorName, Head head, int candidates, int values, float nmsIou) {
    /** The tensor's dimensions for {@code batch} pictures. */
    public long[] shape(int batch) {
        return switch (head) {
            case END_TO_END, YOLOX -> new long[] {batch, candidates, values};
            case ONE_TO_ONE, ONE_TO_MANY -> new long[] {batch, values, candidates};
        };
    }

    /** Layouts. {@code N} pictures, {@code A} anchors, {@code C} classes. */
    public enum Head {
        /** {@code [N,300,6]}: x1, y1, x2, y2, confidence, class; sorted, no NMS (YOLOv10 as exported). */
        END_TO_END("end-to-end"),
        /** {@code [N,4+C,A]}: centre x, centre y, width, height, class scores; top-k, no NMS (YOLOv10 raw). */
        ONE_TO_ONE("one-to-one"),
        /** {@code [N,4+C,A]}: as above, with NMS (YOLOv8 and the like). */
        ONE_TO_MANY("one-to-many"),
        /** {@code [N,A,5+C]}: grid offsets, log sizes, objectness, class scores; with NMS (YOLOX). */
        YOLOX("yolox");

        private final String wireName;

        Head(String wireName) {
            this.wireName = wireName;
        }

        /** The name in model files. */
        public String wireName() {
            return wireName;
        }
    }
}
