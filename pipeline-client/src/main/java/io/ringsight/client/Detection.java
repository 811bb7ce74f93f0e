package io.ringsight.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param places the zones it is in and the lines it crossed
 * @param attributes what second models say of it, by their names; empty where none looks at its class (field
 *     {@code attributes})
 */
public record Detection(
        int id,
        String label,
        int classId,
        double confidence,
        Box box,
        Optional<Track> track,
        Places places,
        Map<String, Attribute> attributes) {
    public Detection {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /** One that is not followed, of a source without zones. */
    public Detection(int id, String label, int classId, double confidence, Box box) {
        this(id, label, classId, confidence, box, Optional.empty(), Places.NONE, Map.of());
    }

    /** Names of the zones it is in, perhaps none; empty if its source has no zones. */
    public Optional<List<String>> zones() {
        return places.zones();
    }

    /** The lines of its source that it has just crossed; mostly none. */
    public List<Crossing> crossings() {
        return places.crossings();
    }

    /**
     * The places of its source that an object has to do with. Immutable.
     *
     * @param zones names of the zones it is in, perhaps none; empty if its source has no zones (field {@code zones})
     * @param crossings the lines of its source that it has just crossed; mostly none (field {@code crossings})
     */
    public record Places(Optional<List<String>> zones, List<Crossing> crossings) {
        /** Of a source without zones. */
        public static final Places NONE = new Places(Optional.empty(), List.of());

        public Places {
            crossings = List.copyOf(crossings);
            zones = zones.map(List::copyOf);
        }
    }

    /**
     * That an object crossed a line. Immutable.
     *
     * @param line name of the line (field {@code line})
     * @param direction {@code forward}, from the left hand to the right of who walks from the line's start to its end, or
     *     {@code backward} (field {@code direction})
     */
    public record Crossing(String line, String direction) {}

    /**
     * An object that is followed from frame to frame. Immutable.
     *
     * @param id unique among all tracks of all cameras and runs (field {@code trackId})
     * @param label name of the class it was given by vote over time; {@link Detection#label} is what this frame alone says
     *     (field {@code trackLabel})
     * @param speed how fast it moves over the ground; empty if nobody knows (field {@code speed})
     */
    public record Track(String id, String label, Optional<Speed> speed) {}

    /**
     * How fast an object moves over the ground. Immutable.
     *
     * @param kmh kilometres an hour (field {@code kmh})
     * @param uncertaintyKmh how far that may be off in 95 of 100 cases (field {@code uncertaintyKmh})
     */
    public record Speed(double kmh, double uncertaintyKmh) {}
}
