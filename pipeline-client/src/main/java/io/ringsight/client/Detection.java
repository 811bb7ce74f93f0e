package io.ringsight.client;

import java.util.List;
import java.util.Optional;

/**
 * An object that was found. Immutable.
 *
 * @param id number in its message, from 0 (field {@code id})
 * @param label name of its class; {@code class-N} for a class without a name (field {@code label})
 * @param classId number of the class in the model (field {@code classId})
 * @param confidence 0 to 1, four decimals; NaN if the model gave a number that is not finite (field {@code confidence})
 * @param box where it is (field {@code bbox})
 * @param track which object it is over time; empty if it is not followed, or not for long enough yet
 * @param zones names of the zones it is in, perhaps none; empty if its source has no zones (field {@code zones})
 */
public record Detection(
        int id,
        String label,
        int classId,
        double confidence,
        Box box,
        Optional<Track> track,
        Optional<List<String>> zones) {
    public Detection {
        zones = zones.map(List::copyOf);
    }

    /** One that is not followed, of a source without zones. */
    public Detection(int id, String label, int classId, double confidence, Box box) {
        this(id, label, classId, confidence, box, Optional.empty(), Optional.empty());
    }

    /**
     * An object that is followed from frame to frame. Immutable.
     *
     * @param id unique among all tracks of all cameras and runs (field {@code trackId})
     * @param label name of the class it was given by vote over time; {@link Detection#label} is what this frame alone says
     *     (field {@code trackLabel})
     */
    public record Track(String id, String label) {}
}
