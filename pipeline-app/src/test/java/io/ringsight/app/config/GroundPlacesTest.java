package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.infer.FakeBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Zones and lines in metres on the ground: where they are in the picture, and what is said of those that cannot be. */
class GroundPlacesTest {
    /** A camera 9 m above a road, which is x = 0.5 + across / away, y = 0.1 + 9 / away. */
    private static final String CALIBRATED = """
            tracking: {enabled: true}, calibration: [{at: "0.1,0.55", metres: "-8,20"}, {at: "0.9,0.55", metres: "8,20"},
                {at: "0.42,0.19", metres: "-8,100"}, {at: "0.58,0.19", metres: "8,100"}],""";

    @TempDir
    private Path dir;

    @Test
    void theyAreWhereTheCalibrationHasThem() throws Exception {
        AnalysisSpec spec = read(
                CALIBRATED
                        + "zones: [{name: z, metres: '-3,30 3,30 3,90', stoppedMs: 5}], lines: [{name: l, metres: '-5,18 0,90'}]");
        assertThat(spec.zones()).hasSize(1);
        near(spec.zones().get(0).corners().get(0), 0.4, 0.4);
        near(spec.zones().get(0).corners().get(2), 0.5 + 3 / 90.0, 0.2);
        assertThat(spec.zones().get(0).stoppedMs()).isEqualTo(5);
        near(spec.lines().get(0).from(), 0.5 - 5 / 18.0, 0.6);
        near(spec.lines().get(0).to(), 0.5, 0.2);
        assertThat(spec.zones().get(0).metres()).as("as it was written").contains("-3,30 3,30 3,90");
        assertThat(spec.lines().get(0).metres()).contains("-5,18 0,90");
    }

    @Test
    void aZoneMayGoOnBeyondThePicture() throws Exception {
        AnalysisSpec spec = read(CALIBRATED + "zones: [{name: z, metres: '-30,5 30,5 3,90 -3,90'}]");
        near(spec.zones().get(0).corners().get(0), -5.5, 1.9);
    }

    private static void near(Zone.Point point, double x, double y) {
        assertThat(point.x()).isCloseTo(x, within(1e-6));
        assertThat(point.y()).isCloseTo(y, within(1e-6));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "zones: [{name: z, metres: '0,30 3,30 far'}] | zones[0].metres: expected places on the ground in metres, as in",
                "zones: [{name: z, metres: '0,30 3,30'}] | zones[0].metres: expected 3 to 100 corners, got 2",
                "zones: [{name: z, metres: '0,30 3,30 0,-30'}] | zones[0].metres: expected places before the camera, got 0,-30, which is behind it",
                "zones: [{name: z, metres: '90,30 93,30 93,40'}] | zones[0].metres: expected a zone that is in the picture",
                "zones: [{name: z, metres: '0,30 3,40 0,40 3,30'}] | zones[0].metres: expected a polygon whose sides do not meet",
                "zones: [{name: z, metres: '0,30 3,30 3,40', polygon: '0,0 1,0 1,1'}] | zones[0].metres: is beside polygon; expected one of them",
                "zones: [{name: z}] | zones[0].polygon: expected its corners in the picture, or metres: those on the ground",
                "lines: [{name: l, metres: '0,30 3,30 3,40'}] | lines[0].metres: expected two places, the line's start and its end",
                "lines: [{name: l, metres: '0,30 0,30'}] | lines[0].metres: expected two places, the line's start and its end",
                "lines: [{name: l, metres: '0,30 3,30', from: '0,0'}] | lines[0].metres: is beside from; expected one of them",
            })
    void oneLineEach(String written, String told) throws Exception {
        assertThat(mistakes(CALIBRATED + written)).singleElement().asString().contains("sources[0]." + told);
    }

    @Test
    void withoutCalibrationNobodyKnows() throws Exception {
        assertThat(mistakes("zones: [{name: z, metres: '0,30 3,30 3,40'}]"))
                .singleElement()
                .asString()
                .contains(
                        "sources[0].zones[0].metres: nobody knows where metres are in the picture; expected a calibration");
        assertThat(mistakes("tracking: {enabled: true}, lines: [{name: l, from: '0,0'}]"))
                .singleElement()
                .asString()
                .contains("sources[0].lines[0].to: expected a place as fractions", "got nothing; or metres");
    }

    private List<String> mistakes(String written) throws Exception {
        try {
            read(written);
            return List.of();
        } catch (ConfigException e) {
            return e.mistakes();
        }
    }

    private AnalysisSpec read(String written) throws Exception {
        Path file = dir.resolve("test.yaml");
        Files.writeString(dir.resolve("m.yaml"), "");
        Files.writeString(file, """
                pipeline: {model: %s, threshold: 0.5}
                sinks: [{jsonl: {path: "-"}}]
                sources:
                  - {id: a, uri: "rtsp://h/s", %s}
                """.formatted(dir.resolve("m.yaml"), written));
        return new ConfigReader(file, Map.of(), dir, path -> FakeBackend.SPEC)
                .read()
                .sources()
                .get(0)
                .analysis();
    }
}
