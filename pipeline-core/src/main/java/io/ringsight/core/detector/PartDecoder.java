package io.ringsight.core.detector;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.OutputException;
import io.ringsight.core.detect.SeamMerge;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.TileGrid;

/**
 * Makes one list of objects of what a detector says of a frame's parts: {@link #begin}, then {@link #add} for each part in
 * turn. What was found in several parts is merged when the last is added ({@link SeamMerge}).
 *
 * <p>One thread at a time, the same as the detector's decoder. Grows with the parts; allocates nothing beyond that.
 */
public final class PartDecoder {
    private Detector detector;
    private int parts;
    private Detections into;
    /** Of frames of several parts; null until there is one. */
    private SeamMerge merge;

    /**
     * A frame begins, or begins again with another detector.
     *
     * @param classes whose objects are wanted
     * @param into gets the objects, in pixels of the picture; cleared now
     */
    public void begin(Detector detector, int parts, WantedClasses classes, Detections into) {
        this.detector = detector;
        this.parts = parts;
        this.into = into;
        into.clear();
        into.only(classes);
        if (parts > 1) {
            if (merge == null || merge.capacity() < into.capacity()) {
                merge = new SeamMerge(into.capacity());
            }
            merge.begin(classes);
        }
    }

    /**
     * Adds what a lane of the detector, which has been awaited, says in {@code row} of a part.
     *
     * @param part which, from 0
     * @param crop where it lies in the picture
     * @throws OutputException if the output says nothing of the picture
     */
    public void add(int part, Lane lane, int row, Crop crop) throws OutputException {
        Detections found = parts == 1 ? into : merge.found();
        int from = found.size();
        detector.decoder().decode(lane.output(), row, detector.threshold(), found);
        Letterbox box = lane.letterbox(row);
        box.toSource(found, from, crop.left(), crop.top());
        if (parts > 1) {
            float edge = (float) TileGrid.EDGE * crop.width() / box.width();
            merge.foundIn(from, crop.left(), crop.top(), crop.width(), crop.height(), edge);
            if (part == parts - 1) {
                merge.mergeInto(into);
            }
        }
    }
}
