package io.ringsight.sinks;

import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.frame.SourceName;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What people call the sources, where they gave them names: encoded once for all messages, and changed while sources
 * run. The name of a source that was removed stays, because messages of it may be on their way. Thread-safe.
 */
public final class SourceNames {
    private final Map<SourceId, SerializedString> encoded = new ConcurrentHashMap<>();

    /** The source's name from now on, or none; returns whether it was another. */
    public boolean set(SourceId source, Optional<SourceName> name) {
        SerializedString now =
                name.map(SourceName::value).map(SerializedString::new).orElse(null);
        SerializedString before = now == null ? encoded.remove(source) : encoded.put(source, now);
        return !Objects.equals(before, now);
    }

    /** The source's name, if it has one. */
    public Optional<SourceName> of(SourceId source) {
        return Optional.ofNullable(encoded.get(source))
                .map(SerializedString::getValue)
                .map(SourceName::new);
    }

    /** The source's name for a message, or null. Allocates nothing. */
    SerializedString encoded(SourceId source) {
        return encoded.get(source);
    }
}
