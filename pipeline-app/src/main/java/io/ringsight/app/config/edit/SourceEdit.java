package io.ringsight.app.config.edit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A change of one source. Keys and values are those of the configuration; texts are taken as they are: no variable is put
 * into them.
 *
 * @param kind what becomes of the source
 * @param id of the source
 * @param keys what it says: of {@code ADD} all of its keys, of {@code CHANGE} those that change, null for one that goes
 */
public record SourceEdit(Kind kind, String id, Map<String, Object> keys) {
    /** What becomes of the source. */
    public enum Kind {
        ADD,
        CHANGE,
        REMOVE
    }

    public SourceEdit {
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
    }

    public static SourceEdit add(String id, Map<String, Object> keys) {
        return new SourceEdit(Kind.ADD, id, keys);
    }

    public static SourceEdit change(String id, Map<String, Object> keys) {
        return new SourceEdit(Kind.CHANGE, id, keys);
    }

    public static SourceEdit remove(String id) {
        return new SourceEdit(Kind.REMOVE, id, Map.of());
    }
}
