package io.ringsight.app.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.ringsight.app.config.yaml.KeyForm;
import io.ringsight.app.config.yaml.KeyForm.Kind;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes {@code conf/schema/pipeline.schema.json} of what the readers say of each key ({@link KeyForm}) and of the comments
 * in {@code conf/pipeline.yaml}. What only several keys together can be wrong about is the reader's business.
 */
final class KeySchema {
    private static final List<String> SCALAR = List.of("string", "number", "boolean");
    private static final String SOURCE = "#/$defs/source";
    private static final String VARIABLE = "#/$defs/variable";

    private final Map<String, KeyForm> forms;
    private final Map<String, String> sentences;

    /** By path, as {@link io.ringsight.app.config.yaml.YamlObject#forms()}. */
    KeySchema(Map<String, KeyForm> forms, Map<String, String> sentences) {
        this.forms = forms;
        this.sentences = sentences;
    }

    String text() throws IOException {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "https://ringsight.io/schema/pipeline.schema.json");
        schema.put("title", "Ringsight configuration");
        schema.put("description", "What ringsight run -c FILE takes. conf/pipeline.yaml is the commented reference.");
        schema.put("type", "object");
        schema.put(
                "patternProperties", Map.of("^x-", Map.of("description", "The user's own, e.g. to hold an anchor.")));
        schema.put("required", List.of("pipeline", "sources", "sinks"));
        schema.putAll(keysOf(""));
        Map<String, Object> definitions = new LinkedHashMap<>();
        Map<String, Object> source = new LinkedHashMap<>(Map.of("type", "object"));
        source.putAll(keysOf("sources[]"));
        source.remove("required");
        definitions.put("source", source);
        definitions.put(
                "variable",
                ordered("description", "An environment variable.", "type", "string", "pattern", "\\$\\{[A-Za-z_]"));
        schema.put("$defs", definitions);
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            out.setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
            write(schema, out);
        }
        return text + "\n";
    }

    private Map<String, Object> keysOf(String path) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        String prefix = path.isEmpty() ? "" : path + ".";
        forms.forEach((key, form) -> {
            String name = key.startsWith(prefix) ? key.substring(prefix.length()) : "";
            if (!name.isEmpty() && name.indexOf('.') < 0 && !name.equals("*")) {
                Map<String, Object> schema = new LinkedHashMap<>();
                if (sentences.containsKey(key)) {
                    schema.put("description", sentences.get(key));
                }
                schema.putAll(schema(key, form));
                properties.put(name, schema);
                if (form.kind() == Kind.REQUIRED_TEXT) {
                    required.add(name);
                }
            }
        });
        Map<String, Object> object = new LinkedHashMap<>(ordered("additionalProperties", false));
        if (!required.isEmpty()) {
            object.put("required", required);
        }
        object.put("properties", properties);
        return object;
    }

    private Map<String, Object> schema(String key, KeyForm form) {
        Map<String, Object> schema = new LinkedHashMap<>();
        if (form.otherwise() != null) {
            schema.put("default", form.otherwise());
        }
        switch (form.kind()) {
            case REQUIRED_TEXT -> schema.putAll(ordered("type", SCALAR, "minLength", 1));
            case TEXT -> schema.put("type", SCALAR);
            case WORD -> schema.put("anyOf", List.of(Map.of("enum", words(form)), variable()));
            case FLAG -> schema.put("anyOf", List.of(Map.of("type", "boolean"), variable()));
            case INTEGER, NUMBER -> schema.put("anyOf", numbers(form));
            case TEXTS -> schema.putAll(ordered("type", "array", "items", Map.of("type", SCALAR)));
            case TEXT_MAP ->
                schema.putAll(
                        ordered("type", List.of("object", "null"), "additionalProperties", Map.of("type", SCALAR)));
            case OBJECTS -> schema.putAll(list(key));
            case OBJECT -> schema.putAll(object(key));
        }
        return schema;
    }

    /** YAML takes a word of digits for a number. */
    private static List<Object> words(KeyForm form) {
        List<Object> words = new ArrayList<>(form.words());
        form.words().stream()
                .filter(word -> word.matches("[0-9]+"))
                .map(Long::valueOf)
                .forEach(words::add);
        return words;
    }

    private static List<Object> numbers(KeyForm form) {
        List<Object> any = new ArrayList<>();
        form.words().forEach(word -> any.add(Map.of("const", word)));
        String type = form.kind() == Kind.INTEGER ? "integer" : "number";
        any.add(ordered("type", type, "minimum", form.min(), "maximum", form.max()));
        any.add(variable());
        return any;
    }

    private Map<String, Object> object(String key) {
        if (key.equals("sourceDefaults")) {
            return ordered("$ref", SOURCE);
        }
        Map<String, Object> object = ordered("type", List.of("object", "null"));
        boolean named = forms.keySet().stream().anyMatch(path -> path.startsWith(key + ".*."));
        if (named) {
            Map<String, Object> each = ordered("type", "object");
            each.putAll(keysOf(key + ".*"));
            object.put("additionalProperties", each);
        } else {
            object.putAll(keysOf(key));
        }
        return object;
    }

    private Map<String, Object> list(String key) {
        Map<String, Object> list = ordered("type", "array");
        if (key.equals("sources")) {
            list.putAll(ordered("items", ordered("$ref", SOURCE, "required", List.of("id", "uri"))));
            return list;
        }
        Map<String, Object> each = ordered("type", "object");
        if (key.equals("sinks")) {
            list.put("minItems", 1);
            each.putAll(ordered("minProperties", 1, "maxProperties", 1));
        }
        each.putAll(keysOf(key + "[]"));
        list.put("items", each);
        return list;
    }

    private static Map<String, Object> variable() {
        return Map.of("$ref", VARIABLE);
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static void write(Object value, JsonGenerator out) throws IOException {
        if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeFieldName((String) entry.getKey());
                write(entry.getValue(), out);
            }
            out.writeEndObject();
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object each : list) {
                write(each, out);
            }
            out.writeEndArray();
        } else if (value instanceof Double number && number == Math.rint(number)) {
            out.writeNumber(number.longValue());
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (value instanceof Number number) {
            out.writeNumber(number.toString());
        } else {
            out.writeString(value.toString());
        }
    }
}
