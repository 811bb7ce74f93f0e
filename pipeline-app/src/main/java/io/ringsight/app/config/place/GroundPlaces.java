package io.ringsight.app.config.place;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.world.Homography;
import io.ringsight.core.analyse.zone.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads places that are told in metres on the ground, and finds them in the picture. */
public final class GroundPlaces {
    static final String KEY = "metres";

    private final Optional<Homography> ground;

    /** @param calibration of the source, if it is there and right */
    public GroundPlaces(Optional<Calibration> calibration) {
        ground = calibration.flatMap(Homography::of);
    }

    /**
     * The places in the picture, perhaps beyond its borders; empty if there are none, or if they are wrong, which is said.
     *
     * @param instead keys that say the same in fractions of the picture, of which none may be there
     * @param example what it should look like
     */
    Optional<List<Zone.Point>> read(YamlObject entry, String example, String... instead) {
        Optional<String> text = told(entry);
        for (String key : instead) {
            if (entry.optionalText(key).isPresent() && text.isPresent()) {
                entry.mistake(KEY, "is beside " + key + "; expected one of them");
                return Optional.empty();
            }
        }
        return text.flatMap(said -> places(entry, said, example));
    }

    /** The places as they are written, if they are. */
    static Optional<String> told(YamlObject entry) {
        return entry.optionalText(KEY).filter(said -> !said.isBlank());
    }

    private Optional<List<Zone.Point>> places(YamlObject entry, String text, String example) {
        Optional<List<Calibration.Metres>> metres = Calibration.places(text);
        if (metres.isEmpty()) {
            entry.mistake(
                    KEY,
                    "expected places on the ground in metres, as in " + example + ", got " + YamlObject.quoted(text));
            return Optional.empty();
        }
        if (ground.isEmpty()) {
            entry.mistake(
                    KEY,
                    "nobody knows where metres are in the picture; expected a calibration beside it, or fractions of the picture");
            return Optional.empty();
        }
        List<Zone.Point> places = new ArrayList<>();
        for (Calibration.Metres one : metres.get()) {
            Optional<Zone.Point> place = ground.get().picture(one);
            if (place.isEmpty()) {
                entry.mistake(
                        KEY,
                        String.format(
                                Locale.ROOT,
                                "expected places before the camera, got %s,%s, which is behind it by the calibration",
                                number(one.x()),
                                number(one.y())));
                return Optional.empty();
            }
            places.add(place.get());
        }
        return Optional.of(places);
    }

    private static String number(double metres) {
        return metres == Math.rint(metres) ? Long.toString((long) metres) : Double.toString(metres);
    }
}
