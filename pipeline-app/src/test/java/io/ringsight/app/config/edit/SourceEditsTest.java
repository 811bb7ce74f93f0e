package io.ringsight.app.config.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What becomes of a configuration's text when one of its sources changes: that source, and no other character. */
class SourceEditsTest {
    private static final String BLOCK = """
            # The line in hall 3.
            pipeline: {model: m.yaml}   # as trained in May
            sources:
              # At the gate.
              - id: gate
                uri: rtsp://gate/stream   # main stream
                password: ${GATE_PASSWORD}
            #    maxFps: 10
                tracking: {enabled: true}
                zones:
                  # Where lorries wait.
                  - name: bay
                    polygon: 0.1,0.1 0.5,0.1 0.5,0.5
                    stoppedMs: 60000   # a minute
                  - {name: way, polygon: "0.6,0.6 0.9,0.6 0.9,0.9"}
                # deadlineMs: 500

              # Over the oven.
              - id: oven
                uri: "synthetic:pcb"

            # Where results go.
            sinks: [{jsonl: {path: out.jsonl}}]
            """;

    private static String edited(String text, SourceEdit edit) throws Exception {
        return new SourceEdits(Path.of("p.yaml")).apply(text, edit);
    }

    private static Map<String, Object> keys(Object... pairs) {
        Map<String, Object> keys = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            keys.put((String) pairs[i], pairs[i + 1]);
        }
        return keys;
    }

    @Test
    void aSourceIsAddedBehindTheLastAsAPersonWouldWriteIt() throws Exception {
        String after = edited(
                BLOCK,
                SourceEdit.add(
                        "belt",
                        keys(
                                "id", "belt",
                                "uri", "rtsp://10.0.0.7/a?b=c",
                                "name", "Belt 2, left",
                                "password", "pa\"ss: ${word} #1",
                                "zones", List.of(keys("name", "all", "polygon", "0,0 1,0 1,1")))));

        assertThat(after).isEqualTo(BLOCK.replace("    uri: \"synthetic:pcb\"\n", """
                    uri: "synthetic:pcb"
                  - id: belt
                    uri: "rtsp://10.0.0.7/a?b=c"
                    name: "Belt 2, left"
                    password: "pa\\"ss: $${word} #1"
                    zones:
                      - {name: all, polygon: "0,0 1,0 1,1"}
                """.indent(0)));
    }

    @Test
    void aChangeTouchesItsKeysAlone() throws Exception {
        String after = edited(
                BLOCK, SourceEdit.change("gate", keys("uri", "rtsp://other/stream", "maxFps", 12, "tracking", null)));

        assertThat(after)
                .isEqualTo(BLOCK.replace("uri: rtsp://gate/stream ", "uri: \"rtsp://other/stream\" ")
                        .replace("    tracking: {enabled: true}\n", "")
                        .replace(
                                "polygon: \"0.6,0.6 0.9,0.6 0.9,0.9\"}\n",
                                "polygon: \"0.6,0.6 0.9,0.6 0.9,0.9\"}\n    maxFps: 12\n"));
    }

    @Test
    void zonesAreChangedOneByOneSoThatTheirCommentsStay() throws Exception {
        List<Object> zones = List.of(
                keys("name", "bay", "polygon", "0.1,0.1 0.5,0.1 0.4,0.6", "stoppedMs", 60000),
                keys("name", "new", "polygon", "0,0 0.1,0 0.1,0.1"));

        String after = edited(BLOCK, SourceEdit.change("gate", keys("zones", zones)));

        assertThat(after)
                .isEqualTo(BLOCK.replace("polygon: 0.1,0.1 0.5,0.1 0.5,0.5", "polygon: \"0.1,0.1 0.5,0.1 0.4,0.6\"")
                        .replace(
                                "      - {name: way, polygon: \"0.6,0.6 0.9,0.6 0.9,0.9\"}",
                                "      - name: new\n        polygon: \"0,0 0.1,0 0.1,0.1\""));
    }

    @Test
    void aZoneOnTheGroundIsDrawnOnceItWasMovedAndStaysUntilThen() throws Exception {
        String text = "sources:\n  - id: a\n    zones:\n      - name: z   # of the yard\n        metres: 0,5 3,5 3,9\n";

        assertThat(edited(
                        text,
                        SourceEdit.change("a", keys("zones", List.of(keys("name", "z", "metres", "0,5 3,5 3,9"))))))
                .isEqualTo(text);
        assertThat(edited(
                        text,
                        SourceEdit.change("a", keys("zones", List.of(keys("name", "z", "polygon", "0,0 1,0 1,1"))))))
                .isEqualTo(text.replace("metres: 0,5 3,5 3,9", "polygon: \"0,0 1,0 1,1\""));
    }

    @Test
    void aSourceGoesWithTheCommentsInIt() throws Exception {
        String after = edited(BLOCK, SourceEdit.remove("gate"));

        assertThat(after)
                .startsWith("# The line in hall 3.\n")
                .contains("sources:\n  # At the gate.\n", "  # Over the oven.\n  - id: oven\n")
                .doesNotContain("lorries", "deadlineMs", "maxFps");
        String none = edited(after, SourceEdit.remove("oven"));
        assertThat(none).contains("sources: []\n  # At the gate.\n", "\n# Where results go.\nsinks:");
        assertThat(edited(none, SourceEdit.add("a", keys("id", "a", "uri", "synthetic:pcb"))))
                .contains("sources:\n  - id: a\n    uri: \"synthetic:pcb\"\n  # At the gate.\n");
    }

    @Test
    void theCommentOfAnEmptyListIsTheLists() throws Exception {
        String none = "sources: []   # by the console\nsinks: []\n";

        String one = edited(none, SourceEdit.add("a", keys("id", "a", "uri", "x")));

        assertThat(one).isEqualTo("sources:   # by the console\n  - id: a\n    uri: x\nsinks: []\n");
        assertThat(edited(one, SourceEdit.remove("a"))).isEqualTo(none);
    }

    @Test
    void oneLineFormsStayOneLine() throws Exception {
        String text = "{pipeline: {model: m}, sources: [{id: a, uri: 'x'}, {id: b, uri: y, maxFps: 3}], sinks: []}";

        assertThat(edited(text, SourceEdit.add("c", keys("id", "c", "uri", "z", "zones", List.of()))))
                .isEqualTo(text.replace("maxFps: 3}", "maxFps: 3}, {id: c, uri: z, zones: []}"));
        assertThat(edited(text, SourceEdit.change("b", keys("maxFps", null, "paused", true))))
                .isEqualTo(text.replace(", maxFps: 3", ", paused: true"));
        assertThat(edited(text, SourceEdit.remove("a"))).isEqualTo(text.replace("{id: a, uri: 'x'}, ", ""));
        assertThat(edited(text, SourceEdit.remove("b"))).isEqualTo(text.replace(", {id: b, uri: y, maxFps: 3}", ""));
    }

    @Test
    void linesOfWindowsStayLinesOfWindows() throws Exception {
        String text = BLOCK.replace("\n", "\r\n");

        String after = edited(text, SourceEdit.change("oven", keys("paused", true)));

        assertThat(after)
                .isEqualTo(
                        text.replace("uri: \"synthetic:pcb\"\r\n", "uri: \"synthetic:pcb\"\r\n    paused: true\r\n"));
    }

    @Test
    void whatCannotBeChangedAloneIsRefused() {
        String shared = """
                x-all: &all {uri: "synthetic:pcb", tracking: {enabled: true}}
                sources:
                  - &first {id: a, <<: *all}
                  - id: b
                    tracking: &t {enabled: true}
                  - {id: c, tracking: *t}
                """;
        for (SourceEdit edit : List.of(
                SourceEdit.change("a", keys("maxFps", 1)),
                SourceEdit.change("b", keys("tracking", keys("enabled", false))),
                SourceEdit.change("c", keys("tracking", keys("enabled", false))))) {
            assertThatThrownBy(() -> edited(shared, edit))
                    .as(edit.toString())
                    .isInstanceOf(EditException.class)
                    .hasMessageContaining("cannot be changed from here")
                    .extracting(e -> ((EditException) e).kind())
                    .isEqualTo(EditException.Kind.CONFLICT);
        }
        assertThatThrownBy(() -> edited(BLOCK, SourceEdit.remove("none"))).hasMessageContaining("no source none");
        assertThatThrownBy(() -> edited(BLOCK, SourceEdit.add("gate", keys("id", "gate"))))
                .hasMessageContaining("there is a source gate already");
        assertThatThrownBy(() -> edited("sources: &s []\nx: *s\n", SourceEdit.add("a", keys("id", "a"))))
                .hasMessageContaining("no list of their own");
    }

    /** Any changes one after the other: what is read then is what was wanted, and every comment of others is there. */
    @Test
    void anyChangesGiveWhatWasWantedAndKeepTheRest() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String text = BLOCK;
        Map<String, Map<String, Object>> wanted = new LinkedHashMap<>();
        for (int step = 0; step < 300; step++) {
            String id = "s" + random.nextInt(6);
            SourceEdit edit;
            if (!wanted.containsKey(id)) {
                Map<String, Object> keys = keys("id", id);
                keys.putAll(some(random));
                keys.values().removeIf(value -> value == null);
                edit = SourceEdit.add(id, keys);
                wanted.put(id, new LinkedHashMap<>(keys));
            } else if (random.nextInt(4) == 0) {
                edit = SourceEdit.remove(id);
                wanted.remove(id);
            } else {
                edit = SourceEdit.change(id, some(random));
                edit.keys().forEach((key, value) -> wanted.get(id).put(key, value));
                wanted.get(id).values().removeIf(value -> value == null);
            }
            text = edited(text, edit);
            assertThat(sources(text))
                    .as("seed %d, step %d, %s", seed, step, edit)
                    .isEqualTo(wanted);
            assertThat(text).contains(BLOCK.substring(0, BLOCK.indexOf("\n\n# Where")), "# Where results go.\nsinks:");
        }
    }

    private static Map<String, Object> some(Random random) {
        List<String> texts =
                List.of("a", "true", "1", "x: y", "#", "", " a ", "- b", "{c}", "ä\"'\\", "*x", "null", "a\nb");
        Map<String, Object> keys = new LinkedHashMap<>();
        for (String key : List.of("uri", "name", "maxFps", "zones")) {
            int what = random.nextInt(4);
            if (what == 0) {
                keys.put(key, null);
            } else if (what == 1 && key.equals("maxFps")) {
                keys.put(key, random.nextInt(100));
            } else if (what == 1 && key.equals("zones")) {
                List<Object> zones = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    zones.add(keys("name", texts.get(random.nextInt(5)) + i, "stoppedMs", random.nextInt(3)));
                }
                keys.put(key, zones);
            } else if (what == 1) {
                keys.put(key, texts.get(random.nextInt(texts.size())));
            }
        }
        return keys;
    }

    private static Map<String, Object> sources(String text) {
        Map<?, ?> all = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
        Map<String, Object> sources = new LinkedHashMap<>();
        for (Object each : (List<?>) all.get("sources")) {
            String id = (String) ((Map<?, ?>) each).get("id");
            if (id.startsWith("s")) {
                sources.put(id, each);
            }
        }
        return sources;
    }
}
