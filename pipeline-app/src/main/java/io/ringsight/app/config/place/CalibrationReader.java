package io.ringsight.app.config.place;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the {@code calibration} of a source. */
public final class CalibrationReader {
    private static final String KEY = "calibration";

    private CalibrationReader() {}

    /** Empty if there is none, or if it is wrong, which is said. */
    public static Optional<Calibration> read(YamlObject source, boolean isTracking) {
        List<Calibration.Point> points = new ArrayList<>();
        List<YamlObject> entries = source.objects(KEY);
        for (YamlObject entry : entries) {
            point(entry).ifPresent(points::add);
            entry.finish();
        }
        if (entries.isEmpty() || points.size() < entries.size()) {
            return Optional.empty();
        }
        if (!isTracking) {
            source.mistake(
                    KEY, "only objects that are followed have a speed; expected tracking: {enabled: true} beside it");
            return Optional.empty();
        }
        Calibration calibration = new Calibration(points);
        Optional<String> problem = calibration.problem();
        problem.ifPresent(sentence -> source.mistake(KEY, sentence));
        return problem.isPresent() ? Optional.empty() : Optional.of(calibration);
    }

    private static Optional<Calibration.Point> point(YamlObject entry) {
        String at = entry.text("at");
        Optional<Zone.Point> picture = Line.place(at);
        if (picture.isEmpty() && !at.isBlank()) {
            entry.mistake(
                    "at",
                    "expected a place as fractions of the picture's width and height, 0 to 1, as in 0.1,0.6, got "
                            + YamlObject.quoted(at));
        }
        String text = entry.text("metres");
        Optional<Calibration.Metres> ground = Calibration.metres(text);
        if (ground.isEmpty() && !text.isBlank()) {
            entry.mistake(
                    "metres",
                    "expected a place on the ground in metres, as in 3.5,-20, got " + YamlObject.quoted(text));
        }
        return picture.isEmpty() || ground.isEmpty()
                ? Optional.empty()
                : Optional.of(new Calibration.Point(picture.get(), ground.get()));
    }
}
