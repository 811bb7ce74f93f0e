package io.ringsight.app.config.place;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the {@code lines} of a source. */
public final class LinesReader {
    private static final String KEY = "lines";
    private static final String BOTH = "no";
    private static final String METRES = GroundPlaces.KEY;

    private LinesReader() {}

    /** Those that are right; what is wrong with the others is said. */
    public static List<Line> read(YamlObject source, boolean isTracking, GroundPlaces ground) {
        List<Line> lines = new ArrayList<>();
        Map<String, Integer> names = new HashMap<>();
        List<YamlObject> entries = source.objects(KEY);
        for (YamlObject entry : entries) {
            line(entry, PlaceNames.read(entry, names), ground).ifPresent(lines::add);
            entry.finish();
        }
        if (entries.size() > Line.MAX_LINES) {
            source.mistake(KEY, "expected at most " + Line.MAX_LINES + " lines, got " + entries.size());
            return List.of();
        }
        if (!entries.isEmpty() && !isTracking) {
            source.mistake(
                    KEY, "only objects that are followed cross lines; expected tracking: {enabled: true} beside it");
        }
        return lines;
    }

    private static Optional<Line> line(YamlObject entry, String name, GroundPlaces ground) {
        String word = entry.word("oneWay", List.of(BOTH, "forward", "backward"), BOTH);
        Optional<Line.Direction> oneWay = Arrays.stream(Line.Direction.values())
                .filter(direction -> direction.wireName().equals(word))
                .findFirst();
        Optional<List<Zone.Point>> onGround = onGround(entry, ground);
        if (entry.has(METRES)) {
            return onGround.map(ends -> new Line(name, ends.get(0), ends.get(1), oneWay, GroundPlaces.told(entry)));
        }
        Optional<Zone.Point> from = end(entry, "from");
        Optional<Zone.Point> to = end(entry, "to");
        if (from.isEmpty() || to.isEmpty()) {
            return Optional.empty();
        }
        if (from.equals(to)) {
            entry.mistake("to", "expected another place than that of from, got the same");
            return Optional.empty();
        }
        return Optional.of(new Line(name, from.get(), to.get(), oneWay));
    }

    /** By its two ends on the ground. */
    private static Optional<List<Zone.Point>> onGround(YamlObject entry, GroundPlaces ground) {
        Optional<List<Zone.Point>> ends = ground.read(entry, "0,20 7,20", "from", "to");
        boolean isLine = ends.filter(
                        places -> places.size() == 2 && !places.get(0).equals(places.get(1)))
                .isPresent();
        if (ends.isPresent() && !isLine) {
            entry.mistake(METRES, "expected two places, the line's start and its end, as in 0,20 7,20");
        }
        return ends.filter(places -> isLine);
    }

    private static Optional<Zone.Point> end(YamlObject entry, String key) {
        Optional<String> text = entry.optionalText(key);
        Optional<Zone.Point> place = text.flatMap(Line::place);
        if (place.isEmpty()) {
            entry.mistake(
                    key,
                    "expected a place as fractions of the picture's width and height, 0 to 1, as in 0.1,0.6, got "
                            + text.map(YamlObject::quoted).orElse("nothing; or metres: both ends on the ground"));
        }
        return place;
    }
}
