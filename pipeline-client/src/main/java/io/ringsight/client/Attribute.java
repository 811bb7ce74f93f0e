package io.ringsight.client;

import java.util.List;
import java.util.Optional;

/**
 * What a second model says of an object: what it is, what is where in it, or why nothing is known. Immutable.
 *
 * @param answer of a classifier: what the object is (fields {@code label}, {@code classId}, {@code confidence})
 * @param objects of a detector: what it found in the object, perhaps nothing; boxes are in pixels of the source (field
 *     {@code objects})
 * @param reason why nothing is known: {@code unsure} (below the model's threshold), {@code limit} (there were more objects
 *     than the model looks at in a frame) or {@code failed} (field {@code reason})
 */
public record Attribute(Optional<Answer> answer, Optional<List<Part>> objects, Optional<String> reason) {
    public Attribute {
        objects = objects.map(List::copyOf);
    }

    /** Whether something is known. What is not known is no answer: never take it for a good one. */
    public boolean isKnown() {
        return reason.isEmpty();
    }

    /**
     * What an object is. Immutable.
     *
     * @param label name of the class
     * @param classId number of the class in the second model
     * @param confidence 0 to 1, four decimals
     */
    public record Answer(String label, int classId, double confidence) {}

    /**
     * Something in an object. Immutable.
     *
     * @param answer what it is
     * @param box where it is, in pixels of the source
     */
    public record Part(Answer answer, Box box) {}
}
