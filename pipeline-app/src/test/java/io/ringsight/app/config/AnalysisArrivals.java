package io.ringsight.app.config;

import io.ringsight.app.config.ConfiguredValuesTest.Arrival;
import java.util.Map;
import java.util.stream.Stream;

/** Where the keys of a source's analysis arrive. */
final class AnalysisArrivals {
    private AnalysisArrivals() {}

    static Stream<Arrival> all(Map<String, String> source) {
        return Stream.concat(ofPlaces(source), ofRules(source));
    }

    private static Stream<Arrival> ofPlaces(Map<String, String> source) {
        return Stream.of(
                new Arrival("source.tracking.enabled", source, "sources[0].analysis.tracking.enabled"),
                new Arrival("source.tracking.confident", source, "sources[0].analysis.tracking.confident"),
                new Arrival("source.tracking.lostMs", source, "sources[0].analysis.tracking.lostMs"),
                new Arrival("source.tracking.confirmMs", source, "sources[0].analysis.tracking.confirmMs"),
                new Arrival(
                        "source.zones",
                        source,
                        "sources[0].analysis.zones[0].name",
                        "[{name: 'bay 3', polygon: '0,0 1,0 1,1'}]",
                        "bay 3"),
                new Arrival(
                        "source.zones",
                        source,
                        "sources[0].analysis.zones[0].corners[1].x",
                        "[{name: a, polygon: '0,0 0.25,0 1,1'}]",
                        "0.25"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], trigger: http}", "trigger.kind", "HTTP"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], window: {fromMs: -50}}", "window.fromMs", "-50"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], window: {toMs: 975}}", "window.toMs", "975"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], window: {frames: 256}}", "window.frames", "256"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], deadlineMs: 10000}", "deadlineMs", "10000"),
                ConfiguredValuesTest.ofPart("{rework: [shade-3]}", "grades.rework[0]", "shade-3"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3]}", "grades.reject[0]", "shade-3"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], minConfidence: 0.25}", "grades.minConfidence", "0.25"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], recipe: {name: R1}}", "recipe.name", "R1"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], recipe: {revision: '7'}}", "recipe.revision", "7"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], motion: '-0.25,0'}", "motion.x", "-0.25"),
                ConfiguredValuesTest.ofPart(
                        "{reject: [shade-3], panel: [{name: a, polygon: '0,0 1,0 1,1'}]}", "panel[0].name", "a"),
                ConfiguredValuesTest.ofPart("{reject: [shade-3], dir: here}", "dir", "here"),
                new Arrival(
                        "source.lines",
                        ConfiguredValuesTest.and(source, "tracking", "{enabled: true}"),
                        "sources[0].analysis.lines[0].to.y",
                        "[{name: a, from: '0,0', to: '1,0.25'}]",
                        "0.25"),
                new Arrival(
                        "source.calibration",
                        ConfiguredValuesTest.and(source, "tracking", "{enabled: true}"),
                        "sources[0].analysis.calibration.points[3].ground.y",
                        "[{at: '0,1', metres: '0,0'}, {at: '1,1', metres: '7,0'}, {at: '0.4,0.2', metres: '0,40'},"
                                + " {at: '0.6,0.2', metres: '7,40.5'}]",
                        "40.5"));
    }

    private static Stream<Arrival> ofRules(Map<String, String> source) {
        return Stream.of(
                rule(source, "name", "[{name: full}]", "full"),
                rule(source, "sentence", "[{name: a, sentence: Go.}]", "Go."),
                rule(source, "condition.classes[0]", "[{name: a, classes: [shade-3]}]", "shade-3"),
                rule(source, "condition.confidence", "[{name: a, confidence: 0.25}]", "0.25"),
                rule(source, "condition.count", "[{name: a, count: 3}]", "3"),
                rule(source, "lasting.forMs", "[{name: a, forMs: 7}]", "7"),
                rule(source, "lasting.frames", "[{name: a, frames: 2 of 7}]", "2"),
                rule(source, "lasting.ofLast", "[{name: a, frames: 2 of 7}]", "7"),
                rule(source, "quietMs", "[{name: a, quietMs: 7}]", "7"),
                rule(source, "severity", "[{name: a, severity: alarm}]", "ALARM"),
                new Arrival(
                        "source.rules",
                        ConfiguredValuesTest.and(source, "zones", "[{name: z, polygon: '0,0 1,0 1,1'}]"),
                        "sources[0].analysis.rules[0].condition.zone",
                        "[{name: a, zone: z}]",
                        "z"));
    }

    private static Arrival rule(Map<String, String> source, String place, String yaml, String value) {
        return new Arrival("source.rules", source, "sources[0].analysis.rules[0]." + place, yaml, value);
    }
}
