package io.ringsight.app.config.place;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.analyse.zone.ZoneMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Reads the {@code zones} of a source. */
public final class ZonesReader {
    private static final String STOPPED_MS = "stoppedMs";
    private static final String POLYGON = "polygon";
    /** Each way, that look for a zone in the picture. */
    private static final int PROBES = 100;

    private ZonesReader() {}

    /** Those of {@code zones} that are right; what is wrong with the others is said. */
    public static List<Zone> read(YamlObject source, boolean isTracking, GroundPlaces ground) {
        return read(source, "zones", (entry, name) -> {
            int stoppedMs = stoppedMs(entry, isTracking);
            return placed(entry, ground).map(corners -> new Zone(name, corners, stoppedMs, GroundPlaces.told(entry)));
        });
    }

    /** Those of a key that are places and nothing else. */
    static List<Zone> read(YamlObject source, String key) {
        return read(
                source,
                key,
                (entry, name) -> corners(entry, entry.text(POLYGON)).map(corners -> new Zone(name, corners)));
    }

    private static List<Zone> read(
            YamlObject source, String key, BiFunction<YamlObject, String, Optional<Zone>> named) {
        List<Zone> zones = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        List<YamlObject> entries = source.objects(key);
        for (YamlObject entry : entries) {
            named.apply(entry, PlaceNames.read(entry, lines)).ifPresent(zones::add);
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

    /** By its corners in the picture, or by those on the ground. */
    private static Optional<List<Zone.Point>> placed(YamlObject entry, GroundPlaces ground) {
        Optional<String> polygon = entry.optionalText(POLYGON).filter(said -> !said.isBlank());
        Optional<List<Zone.Point>> onGround = ground.read(entry, "0,0 7,0 7,12.5", POLYGON);
        if (polygon.isEmpty() && !entry.has(GroundPlaces.KEY)) {
            entry.mistake(POLYGON, "expected its corners in the picture, or metres: those on the ground");
        }
        Optional<String> problem = onGround.flatMap(ZonesReader::problemOnGround);
        problem.ifPresent(sentence -> entry.mistake(GroundPlaces.KEY, sentence));
        Optional<List<Zone.Point>> corners = polygon.flatMap(text -> corners(entry, text));
        return onGround.isPresent() ? onGround.filter(places -> problem.isEmpty()) : corners;
    }

    private static Optional<String> problemOnGround(List<Zone.Point> corners) {
        return Zone.shapeProblem(corners)
                .or(
                        () -> isInPicture(corners)
                                ? Optional.empty()
                                : Optional.of(
                                        "expected a zone that is in the picture, at least in part, but by the calibration it is beside it"));
    }

    private static boolean isInPicture(List<Zone.Point> corners) {
        ZoneMap map = new ZoneMap(List.of(new Zone("asked", corners)));
        return IntStream.range(0, PROBES * PROBES)
                .anyMatch(i -> map.at((i % PROBES + 0.5) / PROBES, (i / PROBES + 0.5) / PROBES) != 0);
    }

    private static Optional<List<Zone.Point>> corners(YamlObject entry, String text) {
        if (text.isBlank()) {
            return Optional.empty();
        }
        Optional<List<Zone.Point>> corners = Zone.corners(text);
        if (corners.isEmpty()) {
            entry.mistake(
                    POLYGON,
                    "expected corners as fractions of the picture's width and height, as in 0.1,0.2 0.5,0.2 0.5,0.9, got "
                            + YamlObject.quoted(text));
            return Optional.empty();
        }
        Optional<String> problem = Zone.problem(corners.get());
        problem.ifPresent(sentence -> entry.mistake(POLYGON, sentence));
        return problem.isPresent() ? Optional.empty() : corners;
    }
}
