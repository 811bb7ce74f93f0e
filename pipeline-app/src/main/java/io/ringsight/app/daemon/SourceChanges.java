package io.ringsight.app.daemon;

import java.util.ArrayList;
import java.util.List;

/**
 * What a new configuration changed, by source ids.
 *
 * @param added not there before
 * @param removed not wanted any more, or not now
 * @param changed run otherwise now
 * @param renamed are called otherwise by people, and did not notice
 * @param stuck did not stop in time and are left as they are: trying again later may help
 */
record SourceChanges(
        List<String> added, List<String> removed, List<String> changed, List<String> renamed, List<String> stuck) {
    static final SourceChanges NONE = new SourceChanges(List.of(), List.of(), List.of(), List.of(), List.of());

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        part(parts, "added", added);
        part(parts, "removed", removed);
        part(parts, "changed", changed);
        part(parts, "renamed", renamed);
        part(parts, "did not stop within " + SourceSet.STOP_MS + " ms and is left as it was", stuck);
        return parts.isEmpty() ? "no source changed" : String.join("; ", parts);
    }

    private static void part(List<String> parts, String what, List<String> ids) {
        if (!ids.isEmpty()) {
            parts.add(what + ": " + String.join(", ", ids));
        }
    }
}
