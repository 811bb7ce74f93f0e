package io.ringsight.core.analyse.verdict;

import java.util.List;

/**
 * Which objects are defects, and how bad. Names are those of classes, in upper or lower case, or {@code ATTRIBUTE=CLASS} for
 * what a second model says of an object.
 *
 * @param rework names of what can be repaired
 * @param reject names of what cannot; one of {@code rework} is none of these
 * @param minConfidence objects below it are no defects, 0 to 1
 */
public record Grades(List<String> rework, List<String> reject, double minConfidence) {
    public Grades {
        rework = List.copyOf(rework);
        reject = List.copyOf(reject);
    }

    /** What becomes of a part, in words. */
    public String inWords() {
        String repaired = rework.isEmpty() ? "" : ", reworked with " + String.join(", ", rework);
        String refused = reject.isEmpty() ? "" : ", rejected with " + String.join(", ", reject);
        return (refused + repaired).substring(2) + " of confidence " + minConfidence + " or more";
    }
}
