package io.ringsight.sources.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SourceSpecException;
import io.ringsight.sources.synthetic.RoadTruth.Vehicle;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The road is the same in every run, and its truth is true. */
class RoadSceneTest {
    private static final double FRAME_S = 0.04;
    /** Two minutes: both incidents come twice. */
    private static final long FRAMES = 3_000;

    private static SourceSpec.Synthetic road(String query) {
        return (SourceSpec.Synthetic) SourceSpec.parse("synthetic:road" + query);
    }

    private static byte[] drawn(String query, long frame) {
        SyntheticTruth truth = new SyntheticTruth(road(query));
        byte[] luma = new byte[truth.settings().width() * truth.settings().height()];
        truth.draw(frame, luma);
        return luma;
    }

    @Test
    void framesDependOnSeedAndNumberOnly() {
        SyntheticTruth forwards = new SyntheticTruth(road("?seed=7"));
        byte[] luma = new byte[640 * 360];
        for (long frame = 0; frame <= 400; frame += 50) {
            forwards.draw(frame, luma);
        }
        assertThat(luma).isEqualTo(drawn("?seed=7", 400)).isNotEqualTo(drawn("?seed=8", 400));
        forwards.draw(3, luma);
        assertThat(luma).isEqualTo(drawn("?seed=7", 3));
    }

    @Test
    void vehiclesDriveAsFastAsTheTruthSays() {
        RoadTruth truth = new RoadTruth(road(""));
        Map<Long, Vehicle> before = new HashMap<>();
        for (long frame = 0; frame < FRAMES; frame++) {
            for (Vehicle vehicle : truth.vehicles(frame)) {
                Vehicle was = before.put(vehicle.id(), vehicle);
                if (was != null) {
                    double metresPerS = Math.abs(vehicle.awayM() - was.awayM()) / FRAME_S;
                    assertThat(3.6 * metresPerS).isCloseTo((vehicle.kmh() + was.kmh()) / 2, within(0.05));
                    assertThat(vehicle.lane()).isEqualTo(was.lane());
                }
            }
        }
        assertThat(before.size()).isGreaterThan(200);
    }

    @Test
    void noVehicleDrivesIntoAnother() {
        RoadTruth truth = new RoadTruth(road("?seed=3"));
        for (long frame = 0; frame < FRAMES; frame += 5) {
            Map<Integer, TreeMap<Double, Vehicle>> lanes = new HashMap<>();
            truth.vehicles(frame)
                    .forEach(v -> lanes.computeIfAbsent(v.lane(), lane -> new TreeMap<>())
                            .put(v.awayM(), v));
            for (TreeMap<Double, Vehicle> lane : lanes.values()) {
                double end = 0;
                for (Vehicle vehicle : lane.values()) {
                    assertThat(vehicle.awayM())
                            .as("frame %d, %s", frame, vehicle)
                            .isGreaterThan(end + 2);
                    end = vehicle.awayM() + vehicle.kind().lengthM();
                }
            }
        }
    }

    @Test
    void vehiclesHideEachOtherAndASignHidesSome() {
        RoadTruth truth = new RoadTruth(road(""));
        int half = 0;
        int whole = 0;
        int all = 0;
        for (long frame = 0; frame < FRAMES; frame += 5) {
            for (Vehicle vehicle : truth.vehicles(frame)) {
                all++;
                half += vehicle.hidden() > 0.4 && vehicle.hidden() < 0.9 ? 1 : 0;
                whole += vehicle.hidden() >= 0.9 ? 1 : 0;
            }
        }
        assertThat(half).isGreaterThan(all / 100);
        assertThat(whole).isGreaterThan(all / 500);
    }

    @Test
    void onceAMinuteACarStopsAndOneDrivesTheWrongWay() {
        RoadTruth truth = new RoadTruth(road(""));
        List<Vehicle> standing = truth.vehicles(25 * 30).stream()
                .filter(vehicle -> vehicle.kmh() == 0)
                .toList();
        assertThat(standing).hasSize(1).first().satisfies(car -> {
            assertThat(car.lane()).isEqualTo(7);
            assertThat(car.awayM()).isEqualTo(51.6, within(0.01));
        });
        assertThat(truth.vehicles(25 * 110)).anySatisfy(car -> {
            assertThat(car.lane()).isEqualTo(6);
            assertThat(car.isComing()).isFalse();
        });
    }

    /** Where a vehicle is said to be the picture is not that of the empty road, and elsewhere it is. */
    @ParameterizedTest
    @ValueSource(strings = {"", "?width=1280&height=720&seed=2", "?light=night", "?width=640&height=640"})
    void vehiclesAreInTheirBoxes(String query) {
        SyntheticTruth truth = new SyntheticTruth(road(query));
        int width = truth.settings().width();
        KnownObjects known = SyntheticTruth.room();
        byte[] empty = emptyRoad(truth);
        byte[] seen = new byte[empty.length];
        int marginPx = truth.settings().night() ? width / 12 : 1;
        for (long frame = 0; frame < 1_500; frame += 149) {
            truth.draw(frame, seen);
            truth.objects(frame, known);
            boolean[] changed = new boolean[seen.length];
            for (int at = 0; at < seen.length; at++) {
                changed[at] = seen[at] != empty[at];
            }
            for (int i = 0; i < known.size(); i++) {
                assertThat(changedIn(changed, known, i, width))
                        .as("object %d of frame %d", i, frame)
                        .isGreaterThan(8);
            }
            for (Vehicle vehicle : new RoadTruth(road(query)).vehicles(frame)) {
                clear(changed, vehicle.box(), width, marginPx);
            }
            for (boolean left : changed) {
                assertThat(left).isFalse();
            }
        }
    }

    /** What most pictures of the same place show. */
    private static byte[] emptyRoad(SyntheticTruth truth) {
        int samples = 41;
        byte[][] pictures =
                new byte[samples][truth.settings().width() * truth.settings().height()];
        for (int i = 0; i < samples; i++) {
            truth.draw(97L * i, pictures[i]);
        }
        byte[] empty = new byte[pictures[0].length];
        int[] grey = new int[samples];
        for (int at = 0; at < empty.length; at++) {
            for (int i = 0; i < samples; i++) {
                grey[i] = pictures[i][at] & 0xFF;
            }
            Arrays.sort(grey);
            int best = 0;
            int most = 0;
            for (int i = 0, run = 0; i < samples; i++) {
                run = i > 0 && grey[i] == grey[i - 1] ? run + 1 : 1;
                if (run > most) {
                    most = run;
                    best = grey[i];
                }
            }
            empty[at] = (byte) best;
        }
        return empty;
    }

    private static int changedIn(boolean[] changed, KnownObjects known, int index, int width) {
        int count = 0;
        for (int row = known.top(index); row < known.top(index) + known.height(index); row++) {
            for (int column = known.left(index); column < known.left(index) + known.width(index); column++) {
                count += changed[row * width + column] ? 1 : 0;
            }
        }
        return count;
    }

    private static void clear(boolean[] changed, RoadTruth.Box box, int width, int margin) {
        int height = changed.length / width;
        int right = (int) Math.min(width, Math.ceil(box.left() + box.width()) + margin);
        int bottom = (int) Math.min(height, Math.ceil(box.top() + box.height()) + margin);
        for (int row = (int) Math.max(0, box.top() - margin); row < bottom; row++) {
            int left = (int) Math.max(0, box.left() - margin);
            if (left < right) {
                Arrays.fill(changed, row * width + left, row * width + right, false);
            }
        }
    }

    @Test
    void whatARoadDoesNotKnowIsRefused() {
        assertThatThrownBy(() -> SourceSpec.parse("synthetic:road?light=dim"))
                .isInstanceOf(SourceSpecException.class)
                .hasMessage("light takes day or night, got 'dim'");
        assertThatThrownBy(() -> SourceSpec.parse("synthetic:pcb?light=night"))
                .isInstanceOf(SourceSpecException.class)
                .hasMessage("light is for synthetic:road only, got light=night");
        assertThatThrownBy(() -> SourceSpec.parse("synthetic:road?lanes=3"))
                .isInstanceOf(SourceSpecException.class)
                .hasMessage(
                        "a synthetic source takes width, height, fps, pace, seed and frames, and a road light, got 'lanes'");
        assertThatThrownBy(() -> new RoadTruth((SourceSpec.Synthetic) SourceSpec.parse("synthetic:pcb")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
