package io.ringsight.app.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A key as {@code conf/schema/pipeline.schema.json} declares it, and the values that follow from what it says. */
record ConfiguredKey(String section, String name, Map<?, ?> declared) {
    private static final Path SCHEMA =
            Path.of(System.getProperty("ringsight.root"), "conf/schema/pipeline.schema.json");

    private static final List<ConfiguredKey> ALL = List.copyOf(read());

    /** Every key that holds a value, by {@code section.name}: {@code pipeline}, {@code source}, {@code kafka.spool}, … */
    static List<ConfiguredKey> all() {
        return ALL;
    }

    private static List<ConfiguredKey> read() {
        Map<?, ?> schema = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text());
        Map<?, ?> top = map(schema, "properties");
        List<ConfiguredKey> keys = new ArrayList<>();
        collect("pipeline", map(top, "pipeline"), keys);
        collect("http", map(top, "http"), keys);
        collect("shadow", map(top, "shadow"), keys);
        collect("evidence", map(top, "evidence"), keys);
        collect("model", map(map(top, "models"), "additionalProperties"), keys);
        collect("source", map(map(schema, "$defs"), "source"), keys);
        Map<?, ?> sinks = map(map(map(top, "sinks"), "items"), "properties");
        sinks.forEach((kind, sink) -> collect(kind.toString(), (Map<?, ?>) sink, keys));
        return keys;
    }

    private static String text() {
        try {
            return Files.readString(SCHEMA);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void collect(String section, Map<?, ?> object, List<ConfiguredKey> keys) {
        map(object, "properties").forEach((name, value) -> {
            Map<?, ?> declared = (Map<?, ?>) value;
            keys.add(new ConfiguredKey(section, name.toString(), declared));
            if (declared.containsKey("properties")) {
                collect(section + "." + name, declared, keys);
            }
        });
    }

    /** Whether it holds keys of its own. */
    boolean isSection() {
        return declared.containsKey("properties");
    }

    /** The section's own name in a file. */
    String kind() {
        return section.replaceFirst("\\..*", "");
    }

    private static Map<?, ?> map(Map<?, ?> in, String key) {
        return (Map<?, ?>) in.get(key);
    }

    String path() {
        return section + "." + name;
    }

    /** What may be written, as far as the schema lists it: both ends of a range, each word, both truths. */
    List<String> allowed() {
        List<String> values = new ArrayList<>();
        for (Map<?, ?> form : forms()) {
            if (form.containsKey("minimum")) {
                values.add(form.get("minimum").toString());
                values.add(form.get("maximum").toString());
            }
            if ("boolean".equals(form.get("type"))) {
                values.addAll(List.of("true", "false"));
            }
            if (form.get("enum") instanceof List<?> words) {
                words.forEach(word -> values.add(word.toString()));
            }
        }
        return values;
    }

    /** What is just outside a range. */
    List<String> refused() {
        List<String> values = new ArrayList<>();
        for (Map<?, ?> form : forms()) {
            if (form.containsKey("minimum")) {
                long min = ((Number) form.get("minimum")).longValue();
                long max = ((Number) form.get("maximum")).longValue();
                values.addAll(List.of(Long.toString(min - 1), Long.toString(max + 1)));
                if ("number".equals(form.get("type"))) {
                    values.addAll(List.of("-0.001", max + ".001"));
                }
            }
        }
        return values;
    }

    private List<Map<?, ?>> forms() {
        List<Map<?, ?>> forms = new ArrayList<>(List.of(declared));
        if (declared.get("anyOf") instanceof List<?> any) {
            any.forEach(form -> forms.add((Map<?, ?>) form));
        }
        return forms;
    }

    @Override
    public String toString() {
        return path();
    }
}
