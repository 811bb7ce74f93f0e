package io.ringsight.app.config;

import static io.ringsight.app.config.ConfiguredValuesTest.RTSP;
import static io.ringsight.app.config.ConfiguredValuesTest.and;

import io.ringsight.app.config.ConfiguredValuesTest.Arrival;
import java.util.Map;
import java.util.stream.Stream;

/** Where the keys of a source arrive that say what is looked at and what is made of it. */
final class AnalysisArrivals {
    static final String LOOK = "sources[0].video.look.";
    private static final String ANALYSIS = "sources[0].analysis.";

    private AnalysisArrivals() {}

    static Stream<Arrival> all() {
        return Stream.of(ofLook(), ofAnalysis(), ofParts(), ofRules()).flatMap(arrivals -> arrivals);
    }

    private static Stream<Arrival> ofLook() {
        Map<String, String> tiled = and(RTSP, "tiles", "4x3");
        String regions = LOOK + "regions.";
        return Stream.of(
                new Arrival("source.tiles", RTSP, LOOK + "tiles.columns", "8x1", "8"),
                new Arrival("source.largestObject", tiled, LOOK + "tiles.largestObject"),
                new Arrival("source.wholePicture", tiled, LOOK + "tiles.wholePicture"),
                new Arrival("source.regions", RTSP, regions + "crop.leftUpper.x", "{crop: '0.25,0 1,1'}", "0.25"),
                new Arrival(
                        "source.regions", RTSP, regions + "include[0][1].x", "{include: ['0,0 0.25,0 1,1']}", "0.25"),
                new Arrival(
                        "source.regions", RTSP, regions + "exclude[0][1].x", "{exclude: ['0,0 0.25,0 1,1']}", "0.25"));
    }

    private static Stream<Arrival> ofAnalysis() {
        String zone = ANALYSIS + "zones[0].";
        return Stream.of(
                new Arrival("source.zones", RTSP, zone + "name", "[{name: 'bay 3', polygon: '0,0 1,0 1,1'}]", "bay 3"),
                new Arrival(
                        "source.zones", RTSP, zone + "corners[1].x", "[{name: a, polygon: '0,0 0.25,0 1,1'}]", "0.25"),
                new Arrival(
                        "source.lines",
                        and(RTSP, "tracking", "{enabled: true}"),
                        ANALYSIS + "lines[0].to.y",
                        "[{name: a, from: '0,0', to: '1,0.25'}]",
                        "0.25"),
                new Arrival(
                        "source.zones",
                        and(RTSP, "tracking", "{enabled: true}"),
                        zone + "stoppedMs",
                        "[{name: a, polygon: '0,0 1,0 1,1', stoppedMs: 7}]",
                        "7"),
                new Arrival(
                        "source.lines",
                        and(RTSP, "tracking", "{enabled: true}"),
                        ANALYSIS + "lines[0].oneWay",
                        "[{name: a, from: '0,0', to: '1,0.25', oneWay: backward}]",
                        "BACKWARD"),
                new Arrival(
                        "source.summarySeconds",
                        and(and(RTSP, "tracking", "{enabled: true}"), "zones", "[{name: a, polygon: '0,0 1,0 1,1'}]"),
                        ANALYSIS + "summaryS"),
                new Arrival(
                        "source.calibration",
                        and(RTSP, "tracking", "{enabled: true}"),
                        ANALYSIS + "calibration.points[3].ground.y",
                        "[{at: '0,1', metres: '0,0'}, {at: '1,1', metres: '7,0'}, {at: '0.4,0.2', metres: '0,40'},"
                                + " {at: '0.6,0.2', metres: '7,40.5'}]",
                        "40.5"));
    }

    private static Stream<Arrival> ofParts() {
        return Stream.of(
                ofPart("{reject: [shade-3], trigger: http}", "trigger.kind", "HTTP"),
                ofPart("{reject: [shade-3], window: {fromMs: -50}}", "window.fromMs", "-50"),
                ofPart("{reject: [shade-3], window: {toMs: 975}}", "window.toMs", "975"),
                ofPart("{reject: [shade-3], window: {frames: 256}}", "window.frames", "256"),
                ofPart("{reject: [shade-3], deadlineMs: 10000}", "deadlineMs", "10000"),
                ofPart("{rework: [shade-3]}", "grades.rework[0]", "shade-3"),
                ofPart("{reject: [shade-3]}", "grades.reject[0]", "shade-3"),
                ofPart("{reject: [shade-3], minConfidence: 0.25}", "grades.minConfidence", "0.25"),
                ofPart("{reject: [shade-3], recipe: {name: R1}}", "recipe.name", "R1"),
                ofPart("{reject: [shade-3], recipe: {revision: '7'}}", "recipe.revision", "7"),
                ofPart("{reject: [shade-3], motion: '-0.25,0'}", "motion.x", "-0.25"),
                ofPart("{reject: [shade-3], panel: [{name: a, polygon: '0,0 1,0 1,1'}]}", "panel[0].name", "a"),
                ofPart("{reject: [shade-3], dir: here}", "dir", "here"));
    }

    private static Stream<Arrival> ofRules() {
        return Stream.of(
                ofRule("name", "[{name: full}]", "full"),
                ofRule("sentence", "[{name: a, sentence: Go.}]", "Go."),
                ofRule("condition.names[0]", "[{name: a, classes: [shade-3]}]", "shade-3"),
                ofRule("condition.confidence", "[{name: a, confidence: 0.25}]", "0.25"),
                ofRule("condition.count", "[{name: a, count: 3}]", "3"),
                ofRule("lasting.forMs", "[{name: a, forMs: 7}]", "7"),
                ofRule("lasting.frames", "[{name: a, frames: 2 of 7}]", "2"),
                ofRule("lasting.ofLast", "[{name: a, frames: 2 of 7}]", "7"),
                ofRule("quietMs", "[{name: a, quietMs: 7}]", "7"),
                ofRule("severity", "[{name: a, severity: alarm}]", "ALARM"),
                new Arrival(
                        "source.rules",
                        and(RTSP, "zones", "[{name: z, polygon: '0,0 1,0 1,1'}]"),
                        ANALYSIS + "rules[0].condition.zone",
                        "[{name: a, zone: z}]",
                        "z"));
    }

    private static Arrival ofRule(String place, String written, String there) {
        return new Arrival("source.rules", RTSP, ANALYSIS + "rules[0]." + place, written, there);
    }

    private static Arrival ofPart(String written, String component, String there) {
        return new Arrival(
                "source.parts", and(RTSP, "frozenTimeoutMs", "10"), ANALYSIS + "parts." + component, written, there);
    }
}
