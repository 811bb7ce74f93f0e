package io.ringsight.app.config.place;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.zone.Zone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the {@code zones} of a source. */
public final class ZonesReader {
    private ZonesReader() {}

    /** Those of {@code zones} that are right; what is wrong with the others is said. */
    public static List<Zone> read(YamlObject source) {
        return read(source, "zones");
    }

    /** Those of a key. */
    static List<Zone> read(YamlObject source, String key) {
        List<Zone> zones = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        List<YamlObject> entries = source.objects(key);
        for (YamlObject entry : entries) {
            String name = PlaceNames.read(entry, lines);
            corners(entry).ifPresent(corners -> zones.add(new Zone(name, corners)));
            entry.finish();
        }
        if (entries.size() > Zone.MAX_ZONES) {
            source.mistake(key, "expected at most " + Zone.MAX_ZONES + " " + key + ", got " + entries.size());
            return List.of();
        }
        return zones;
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
