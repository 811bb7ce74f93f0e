package io.ringsight.app.config.model;

import io.ringsight.app.config.model.Gate.Fall;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlFile;
import io.ringsight.app.config.yaml.YamlObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the {@code gate} section of a model YAML, and writes it into one. */
public final class GateYaml {
    static final String KEY = "gate";
    private static final String HASH = "[0-9a-f]{64}";

    private GateYaml() {}

    /** Reads the section; mistakes are the object's. */
    static Gate read(YamlObject yaml) {
        Optional<YamlObject> reference = yaml.object("reference");
        Gate gate = new Gate(
                yaml.flag("passed", false),
                hash(yaml),
                yaml.text("settings"),
                new Gate.Reference(
                        reference.map(of -> of.text("name")).orElse(""),
                        reference.map(GateYaml::hash).orElse("")),
                new Gate.Measure(
                        yaml.integer("pictures", 1, Integer.MAX_VALUE, 1),
                        yaml.number("iou", 0, 1, Double.NaN),
                        yaml.number("maxDrop", 0, 1, Double.NaN)),
                fall(yaml, "mAP"),
                fall(yaml, "mAP50_95"),
                losses(yaml));
        for (String key : List.of("passed", "reference", "pictures", "iou", "maxDrop", "mAP", "mAP50_95", "losses")) {
            if (!yaml.has(key)) {
                yaml.mistake(
                        key, "expected what 'ringsight eval --compare ... --write-gate' writes, but it is missing");
            }
        }
        reference.ifPresent(YamlObject::finish);
        yaml.finish();
        return gate;
    }

    private static String hash(YamlObject yaml) {
        String text = yaml.text("sha256");
        if (!text.isBlank() && !text.matches(HASH)) {
            yaml.mistake("sha256", "expected 64 digits of 0-9 and a-f, got " + YamlObject.quoted(text));
        }
        return text;
    }

    private static Fall fall(YamlObject yaml, String key) {
        Optional<YamlObject> figures = yaml.object(key);
        Fall fall = figures.map(of ->
                        new Fall(of.number("reference", 0, 1, Double.NaN), of.number("candidate", 0, 1, Double.NaN)))
                .orElse(new Fall(Double.NaN, Double.NaN));
        figures.ifPresent(YamlObject::finish);
        return fall;
    }

    private static Map<String, Optional<Double>> losses(YamlObject yaml) {
        Map<String, Optional<Double>> losses = new LinkedHashMap<>();
        yaml.object("losses")
                .ifPresent(of -> of.keys().forEach(name -> losses.put(name, of.numberOr("none", name, -1, 1))));
        return losses;
    }

    /**
     * Writes a gate into a model YAML in place of the one it has, at the file's end; the rest of the file stays as it
     * is. The file is replaced in one step.
     *
     * @throws ConfigException if the file would not be a model YAML any more; it is left as it was
     */
    public static void write(Path file, Gate gate) throws IOException, ConfigException {
        List<String> lines = withoutGate(Files.readAllLines(file));
        lines.addAll(lines(gate));
        String text = String.join("\n", lines) + "\n";
        checkReadable(file, text);
        // A link stays a link, and no file of somebody else's stands in the way.
        Path target = file.toRealPath();
        Path written = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".tmp");
        try {
            Files.writeString(written, text);
            Files.setPosixFilePermissions(written, Files.getPosixFilePermissions(target));
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static void checkReadable(Path file, String text) throws ConfigException {
        YamlErrors errors = new YamlErrors(file);
        YamlFile.parse(text, errors, System.getenv())
                .flatMap(yaml -> yaml.object(KEY))
                .ifPresent(GateYaml::read);
        if (!errors.isEmpty()) {
            throw new ConfigException(
                    List.of(file + ":1: " + KEY + ": expected a file of one key a line that a section can be added to;"
                            + " with it the file would read: " + errors.lines().get(0)));
        }
    }

    /** The section is its key's line and every line after it that is indented or a comment of its. */
    private static List<String> withoutGate(List<String> lines) {
        List<String> kept = new ArrayList<>();
        boolean inside = false;
        for (String line : lines) {
            inside = line.matches("gate\\s*:.*") || inside && (line.isBlank() || line.matches("\\s.*"));
            if (!inside) {
                kept.add(line);
            }
        }
        while (!kept.isEmpty() && kept.get(kept.size() - 1).isBlank()) {
            kept.remove(kept.size() - 1);
        }
        return kept;
    }

    private static List<String> lines(Gate gate) {
        List<String> lines = new ArrayList<>();
        lines.add("gate:   # what this model lost; by 'ringsight eval --compare', which rewrites it: do not edit");
        lines.add("  passed: " + gate.passed());
        lines.add("  sha256: " + quoted(gate.sha256()));
        lines.add("  settings: " + quoted(gate.settings()));
        lines.add("  reference: {name: " + quoted(gate.reference().name()) + ", sha256: "
                + quoted(gate.reference().sha256()) + "}");
        lines.add("  pictures: " + gate.measure().pictures());
        lines.add("  iou: " + decimal(gate.measure().iou()));
        lines.add("  maxDrop: " + decimal(gate.measure().maxDrop()));
        lines.add("  mAP: " + text(gate.mAP()));
        lines.add("  mAP50_95: " + text(gate.mAP50to95()));
        lines.add("  losses:   # of each class's AP at that IoU");
        gate.losses()
                .forEach((name, loss) -> lines.add("    " + quoted(name) + ": "
                        + loss.map(GateYaml::decimal).orElse("none")));
        return lines;
    }

    private static String text(Fall fall) {
        return "{reference: " + decimal(fall.reference()) + ", candidate: " + decimal(fall.candidate()) + "}";
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.6f", value)
                .replaceFirst("(\\.\\d*?)0+$", "$1")
                .replaceFirst("\\.$", "");
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (Character.isISOControl(c)) {
                quoted.append(String.format("\\x%02x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
