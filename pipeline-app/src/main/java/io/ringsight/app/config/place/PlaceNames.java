package io.ringsight.app.config.place;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.zone.Zone;
import java.util.Map;

/** Reads the name of a zone or line, each of which has its own. */
final class PlaceNames {
    private PlaceNames() {}

    /** @param lines where each name stands first, so far */
    static String read(YamlObject entry, Map<String, Integer> lines) {
        String name = entry.text("name").strip();
        if (name.length() > Zone.MAX_NAME) {
            entry.mistake("name", "expected at most " + Zone.MAX_NAME + " characters, got " + name.length());
        }
        Integer first = name.isEmpty() ? null : lines.putIfAbsent(name, entry.lineOf("name"));
        if (first != null) {
            entry.mistake(
                    "name",
                    "expected each name once, got " + YamlObject.quoted(name) + " again (first on line " + first + ")");
        }
        return name;
    }
}
