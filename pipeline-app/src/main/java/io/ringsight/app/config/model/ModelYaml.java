package io.ringsight.app.config.model;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlFile;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.infer.open.Models;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a model as users name it: an ONNX file whose metadata says enough, or a YAML file beside one. The keys of the
 * YAML are those of {@code conf/models/pcb-defect.yaml}; each but {@code file} may be left out.
 */
public final class ModelYaml {
    private static final Logger LOG = LoggerFactory.getLogger(ModelYaml.class);
    private static final Map<String, ChannelOrder> ORDERS = Map.of("rgb", ChannelOrder.RGB, "bgr", ChannelOrder.BGR);
    private static final Map<String, Placement> PLACEMENTS =
            Map.of("center", Placement.CENTER, "top-left", Placement.TOP_LEFT);
    private static final Map<String, Float> SCALES = Map.of("0..1", 1 / 255f, "0..255", 1f);

    private static final Map<String, Head> HEADS =
            Arrays.stream(Head.values()).collect(Collectors.toMap(Head::wireName, Function.identity()));

    private static final Map<String, Boxes> BOXES =
            Arrays.stream(Boxes.values()).collect(Collectors.toMap(Boxes::wireName, Function.identity()));

    private final YamlErrors errors;
    private final YamlObject yaml;

    private ModelYaml(YamlErrors errors, YamlObject yaml) {
        this.errors = errors;
        this.yaml = yaml;
    }

    /**
     * Reads and checks a model, whatever its gate says: for tools that measure and show.
     *
     * @param file a YAML file (by its name: {@code .yaml} or {@code .yml}) or an ONNX file
     * @throws ModelException if the ONNX file cannot be used
     * @throws ConfigException if the YAML has mistakes, or does not fit the ONNX file it names
     */
    public static ModelSpec read(Path file) throws ModelException, ConfigException {
        return read(file, ModelYaml::ignored);
    }

    /** As {@link #read}, but a classifier, which says what a picture shows and not where, is no such model. */
    public static ModelSpec readDetector(Path file) throws ModelException, ConfigException {
        ModelSpec model = read(file);
        if (model.output().head().isClassifier()) {
            throw new ModelException(file + ": expected a detector, got a classifier (" + model.name()
                    + "), which says what a picture shows and not where");
        }
        return model;
    }

    /**
     * As {@link #read}, but a model whose {@link Gate} did not pass, or covers another file, other labels or other
     * settings, is a mistake of its YAML: for the daemon.
     */
    public static ModelSpec readApproved(Path file) throws ModelException, ConfigException {
        return read(file, ModelYaml::refuse);
    }

    /** As {@link #readApproved}, but what would refuse the model is only logged as a warning. */
    public static ModelSpec readForced(Path file) throws ModelException, ConfigException {
        return read(file, ModelYaml::warn);
    }

    /** Whether a model's name says it is a YAML file. */
    public static boolean isYaml(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }

    /** What becomes of an objection against a model. */
    private interface OnObjection {
        void on(YamlObject gate, Gate.Objection objection);
    }

    private static void ignored(YamlObject gate, Gate.Objection objection) {
        // Measuring and inspecting is what one does with a model that did not pass.
    }

    private static void refuse(YamlObject gate, Gate.Objection objection) {
        gate.mistake(objection.key(), objection.sentence());
    }

    private static void warn(YamlObject gate, Gate.Objection objection) {
        LOG.warn("the model is forced: {}: {}", gate.keyPath(objection.key()), objection.sentence());
    }

    private static ModelSpec read(Path file, OnObjection verdict) throws ModelException, ConfigException {
        if (!isYaml(file)) {
            return Models.read(file, ModelOverrides.NONE);
        }
        YamlErrors errors = new YamlErrors(file);
        Optional<YamlObject> yaml = YamlFile.read(errors, System.getenv());
        errors.throwIfAny();
        return new ModelYaml(errors, yaml.orElseThrow()).read(verdict);
    }

    private ModelSpec read(OnObjection verdict) throws ConfigException {
        Optional<Path> onnx = onnx();
        ModelOverrides overrides = overrides();
        Optional<YamlObject> gateYaml = yaml.object(GateYaml.KEY);
        Optional<Gate> gate = gateYaml.map(GateYaml::read);
        yaml.finish();
        errors.throwIfAny();
        try {
            ModelSpec model = Models.read(onnx.orElseThrow(), overrides);
            gate.flatMap(of -> of.objection(model, errors.file()))
                    .ifPresent(objection -> verdict.on(gateYaml.get(), objection));
            errors.throwIfAny();
            return model;
        } catch (ModelException e) {
            yaml.mistake(e.key(), e.getMessage());
            throw new ConfigException(errors.lines());
        }
    }

    private Optional<Path> onnx() {
        String name = yaml.text("file");
        try {
            Path onnx = errors.file().resolveSibling(name);
            return name.isBlank() ? Optional.empty() : Optional.of(onnx);
        } catch (InvalidPathException e) {
            yaml.mistake("file", "expected a path, but " + e.getReason());
            return Optional.empty();
        }
    }

    private ModelOverrides overrides() {
        List<Integer> size = size();
        return new ModelOverrides(
                name("name"),
                name("version"),
                labels(),
                new ModelOverrides.Output(
                        yaml.optionalText("output").orElse(null),
                        word("head", HEADS),
                        word("boxes", BOXES),
                        fraction("nmsIou")),
                new ModelOverrides.Input(
                        size == null ? null : size.get(0),
                        size == null ? null : size.get(1),
                        word("colorOrder", ORDERS),
                        word("scale", SCALES),
                        word("placement", PLACEMENTS),
                        padValue()),
                fraction("threshold"));
    }

    private Integer padValue() {
        int value = yaml.integer("padValue", 0, 255, -1);
        return value < 0 ? null : Integer.valueOf(value);
    }

    private String name(String key) {
        Optional<String> text = yaml.optionalText(key);
        if (text.isPresent() && !text.get().matches("[\\p{L}\\p{N}][\\p{L}\\p{N} ._+-]{0,63}")) {
            yaml.mistake(key, "expected 1 to 64 letters, digits, spaces or ._+-, got \"" + text.get() + '"');
        }
        return text.orElse(null);
    }

    private List<String> labels() {
        List<String> labels = yaml.texts("labels");
        if (!yaml.has("labels")) {
            return null;
        }
        Set<String> seen = new HashSet<>();
        for (String label : labels) {
            if (label.isBlank()) {
                yaml.mistake("labels", "expected names, got an empty one");
            } else if (!seen.add(label)) {
                yaml.mistake("labels", "expected each name once, got \"" + label + "\" again");
            }
        }
        if (labels.isEmpty()) {
            yaml.mistake("labels", "expected at least one name, got none");
        }
        return labels;
    }

    private <T> T word(String key, Map<String, T> words) {
        String word = yaml.word(key, words.keySet().stream().sorted().toList(), null);
        return word == null ? null : words.get(word);
    }

    private Float fraction(String key) {
        double value = yaml.number(key, 0, 1, -1);
        return value < 0 ? null : Float.valueOf((float) value);
    }

    /** Width and height. */
    private List<Integer> size() {
        List<String> texts = yaml.texts("inputSize");
        if (texts.isEmpty()) {
            return null;
        }
        if (texts.size() != 2 || !texts.stream().allMatch(text -> text.matches("[1-9][0-9]{0,3}"))) {
            yaml.mistake("inputSize", "expected [width, height] of 1 to 9999 pixels, got " + texts);
            return null;
        }
        return texts.stream().map(Integer::valueOf).toList();
    }
}
