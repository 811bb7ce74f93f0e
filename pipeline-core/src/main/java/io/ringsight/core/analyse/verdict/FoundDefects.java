package io.ringsight.core.analyse.verdict;

import io.ringsight.core.analyse.zone.ZoneMap;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.decision.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The defects of one part: what is found at one place in several frames is one. Bounded; what finds no room any more
 * changes nothing in how bad the part is.
 */
final class FoundDefects {
    private static final int MAX_DEFECTS = 64;
    private static final double NS_PER_S = 1e9;

    private final PartSpec spec;
    private final ZoneMap panel;
    private final List<Place> places = new ArrayList<>();
    private Grade worst = Grade.PASS;
    private boolean cut;

    FoundDefects(PartSpec spec, ZoneMap panel) {
        this.spec = spec;
        this.panel = panel;
    }

    /** Adds those of a frame, taken {@code sinceNs} after the window began. */
    void add(FrameNote note, long sinceNs) {
        worst = worst.or(note.worst);
        cut |= note.defects == FrameNote.MAX_DEFECTS;
        double seconds = sinceNs / NS_PER_S;
        for (int i = 0; i < note.defects; i++) {
            double x = note.centerX[i] - spec.motion().x() * seconds;
            double y = note.centerY[i] - spec.motion().y() * seconds;
            Place place = near(x, y, note.width[i], note.height[i]);
            if (place != null) {
                place.again(note, i);
            } else if (places.size() < MAX_DEFECTS) {
                places.add(new Place(note, i, x, y));
            } else {
                cut = true;
            }
        }
    }

    /** Of all, also of those that found no room. */
    Grade worst() {
        return worst;
    }

    /** The place whose middle is nearer than half the mean size of the two, or null. */
    private Place near(double x, double y, double width, double height) {
        for (Place place : places) {
            if (Math.abs(place.x - x) <= (place.width + width) / 4
                    && Math.abs(place.y - y) <= (place.height + height) / 4) {
                return place;
            }
        }
        return null;
    }

    List<Verdict.Defect> list() {
        return places.stream().map(this::defect).toList();
    }

    private Verdict.Defect defect(Place place) {
        Optional<String> board = place.boards == 0
                ? Optional.empty()
                : Optional.of(spec.panel()
                        .get(Long.numberOfTrailingZeros(place.boards))
                        .name());
        return new Verdict.Defect(
                place.label,
                place.confidence,
                place.grade,
                new Verdict.Place(place.x, place.y, place.width, place.height),
                board,
                place.frames);
    }

    /**
     * What becomes of each board of the panel. A defect on none of them, or one that found no room, may be on any: those
     * without one of their own are unknown then.
     */
    List<Verdict.Board> boards(boolean inDoubt) {
        boolean stray = cut || places.stream().anyMatch(place -> place.boards == 0);
        List<Verdict.Board> boards = new ArrayList<>();
        for (int i = 0; i < spec.panel().size(); i++) {
            Grade decision = Grade.PASS;
            for (Place place : places) {
                decision = decision.or((place.boards >> i & 1) == 1 ? place.grade : Grade.PASS);
            }
            boolean unknown = inDoubt || stray && decision == Grade.PASS;
            boards.add(new Verdict.Board(spec.panel().get(i).name(), unknown ? Grade.UNKNOWN : decision));
        }
        return boards;
    }

    /** One defect. */
    private final class Place {
        private final double x;
        private final double y;
        private final double width;
        private final double height;
        private final long boards;
        private String label;
        private float confidence;
        private Grade grade;
        private int frames = 1;

        Place(FrameNote note, int index, double x, double y) {
            this.x = x;
            this.y = y;
            width = note.width[index];
            height = note.height[index];
            boards = panel.at(x, y);
            label = note.label[index];
            confidence = note.confidence[index];
            grade = note.grade[index];
        }

        void again(FrameNote note, int index) {
            frames++;
            grade = grade.or(note.grade[index]);
            if (note.confidence[index] > confidence) {
                confidence = note.confidence[index];
                label = note.label[index];
            }
        }
    }
}
