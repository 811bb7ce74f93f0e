package io.ringsight.core.analyse.verdict;

import io.ringsight.core.decision.Grade;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which objects are defects, and how bad.
 *
 * @param rework names, in upper or lower case, of classes that can be repaired
 * @param reject names of classes that cannot; one of {@code rework} is none of these
 * @param minConfidence objects below it are no defects, 0 to 1
 */
public record Grades(List<String> rework, List<String> reject, double minConfidence) {
    public Grades {
        rework = List.copyOf(rework);
        reject = List.copyOf(reject);
    }

    /** Of an object of this class; {@code PASS} if it is no defect. */
    Grade of(String label) {
        if (reject.stream().anyMatch(label::equalsIgnoreCase)) {
            return Grade.REJECT;
        }
        return rework.stream().anyMatch(label::equalsIgnoreCase) ? Grade.REWORK : Grade.PASS;
    }

    /** Whether a model knows all of them. */
    boolean areKnown(List<String> labels) {
        return Stream.concat(rework.stream(), reject.stream())
                .allMatch(name -> labels.stream().anyMatch(name::equalsIgnoreCase));
    }

    /** Of each class of a model. */
    public Grade[] of(List<String> labels) {
        return labels.stream().map(this::of).toArray(Grade[]::new);
    }
}
