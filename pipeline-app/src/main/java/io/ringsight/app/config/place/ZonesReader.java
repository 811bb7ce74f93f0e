package io.ringsight.app.config.place;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.zone.Zone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Reads the {@code zones} of a source. */
public final class ZonesReader {
    private static final String STOPPED_MS = "stoppedMs";

    private ZonesReader() {}

    /** Those of {@code zones} that are right; what is wrong with the others is said. */
    public static List<Zone> read(YamlObject source, boolean isTracking) {
        return read(source, "zones", entry -> stoppedMs(entry, isTracking));
    }

    /** Those of a key that are places and nothing else. */
    static List<Zone> read(YamlObject source, String key) {
        return read(source, key, entry -> 0);
    }

    private static List<Zone> read(YamlObject source, String key, ToIntFunction<YamlObject> stoppedMs) {
        List<Zone> zones = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        List<YamlObject> entries = source.objects(key);
        for (YamlObject entry : entries) {
            String name = PlaceNames.read(entry, lines);
            int untilToldMs = stoppedMs.applyAsInt(entry);
            corners(entry).ifPresent(corners -> zones.add(new Zone(name, corners, untilToldMs)));
            entry.finish();
        }
        if (entries.size() > Zone.MAX_ZONES) {
            source.mistake(key, "expected at most " + Zone.MAX_ZONES + " " + key + ", got " + entries.size());
            return List.of();
        }
        return zones;
    }

    private static int stoppedMs(YamlObject entry, boolean isTracking) {
        int stoppedMs = entry.integer(STOPPED_MS, 0, Zone.MAX_STOPPED_MS, 0);
        if (stoppedMs > 0 && !isTracking) {
            entry.mistake(
                    STOPPED_MS, "only objects that are followed stop; expected tracking: {enabled: true} beside zones");
        }
        return stoppedMs;
    }

    private static Optional<List<Zone.Point>> corners(YamlObject entry) {
        String text = entry.text("polygon");
        if (text.isBlank()) {
            return Optional.empty();
        }
        Optional<List<Zone.Point>> corners = Zone.corners(text);
        if (corners.isEmpty()) {
            entry.mistake(
                    "polygon",
                    "expected corners as fractions of the picture's width and height, as in 0.1,0.2 0.5,0.2 0.5,0.9, got "
                            + YamlObject.quoted(text));
            return Optional.empty();
        }
        Optional<String> problem = Zone.problem(corners.get());
        problem.ifPresent(sentence -> entry.mistake("polygon", sentence));
        return problem.isPresent() ? Optional.empty() : corners;
    }
}
