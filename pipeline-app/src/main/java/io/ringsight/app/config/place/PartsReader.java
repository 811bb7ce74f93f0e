package io.ringsight.app.config.place;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.named.AttributeClass;
import io.ringsight.core.analyse.verdict.Grades;
import io.ringsight.core.analyse.verdict.PartSpec;
import io.ringsight.core.analyse.verdict.PartSpec.Motion;
import io.ringsight.core.analyse.verdict.PartSpec.Window;
import io.ringsight.core.analyse.verdict.PartTrigger;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Recipe;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the {@code parts} of a source. */
public final class PartsReader {
    private static final String HTTP = "http";
    private static final String MODBUS = "modbus";
    private static final String APPEARANCE = "appearance";
    private static final String CLASS = "class";
    private static final long DEFAULT_DEADLINE_MS = 1_000;
    private static final long DEFAULT_WINDOW_MS = 500;
    private static final double DEFAULT_CONFIDENCE = 0.5;
    private static final String DEFAULT_DIR = "out/parts";
    private static final Pattern SPEEDS =
            Pattern.compile("\\s*(-?\\d{1,3}(?:\\.\\d{1,9})?)\\s*,\\s*(-?\\d{1,3}(?:\\.\\d{1,9})?)\\s*");

    private final YamlObject yaml;

    public PartsReader(YamlObject yaml) {
        this.yaml = yaml;
    }

    /**
     * What the source says besides.
     *
     * @param uri where its pictures come from
     * @param isTracking whether its objects are followed
     * @param classes whose objects are published; none: all are
     * @param threshold the least confidence of what its model finds
     * @param classProblem what is wrong with the name of a class, if anything is
     * @param nameProblem the same, where what a second model says has a name, too
     */
    public record Beside(
            String uri,
            boolean isTracking,
            List<String> classes,
            float threshold,
            Function<String, Optional<String>> classProblem,
            Function<String, Optional<String>> nameProblem) {
        /** Whether a name is a class's, and nothing that a second model says. */
        private boolean isClass(String name) {
            return AttributeClass.of(name).isEmpty() || classProblem.apply(name).isEmpty();
        }

        boolean isDrawnBoard() {
            return uri.startsWith("synthetic:pcb");
        }
    }

    /** All of it, if nothing is wrong with it; what is wrong is said. */
    public Optional<PartSpec> read(Beside beside) {
        PartTrigger trigger = trigger(beside);
        Window window = window();
        long deadlineMs =
                yaml.longInteger("deadlineMs", PartSpec.MIN_DEADLINE_MS, PartSpec.MAX_DEADLINE_MS, DEFAULT_DEADLINE_MS);
        if (window.toMs() + PartSpec.LEAD_MS > deadlineMs) {
            yaml.mistake(
                    "deadlineMs",
                    "expected at least " + PartSpec.LEAD_MS + " ms more than window.toMs, which is " + window.toMs()
                            + ": the frames of the window must have come by then; got " + deadlineMs);
        }
        Grades grades = grades(beside, trigger);
        Recipe recipe = recipe();
        Motion motion = motion();
        List<Zone> panel = ZonesReader.read(yaml, "panel");
        Optional<Path> dir = dir();
        yaml.finish();
        return dir.map(path -> new PartSpec(trigger, window, deadlineMs, grades, recipe, motion, panel, path));
    }

    private PartTrigger trigger(Beside beside) {
        String word = yaml.word("trigger", List.of(HTTP, MODBUS, APPEARANCE), HTTP);
        String className = yaml.optionalText(CLASS).orElse("");
        if (!word.equals(APPEARANCE)) {
            if (!className.isEmpty()) {
                yaml.mistake(CLASS, "has a meaning for trigger: appearance only");
            }
            if (beside.uri().startsWith("file:")) {
                yaml.mistake("trigger", "expected appearance: nobody can announce what a recording shows, got " + word);
            }
        } else if (beside.isDrawnBoard()) {
            if (!className.isEmpty()) {
                yaml.mistake(CLASS, "has no meaning for drawn boards, which are known without");
            }
        } else if (className.isBlank()) {
            yaml.mistake("trigger", "appearance needs the class of the part itself, as in class: board");
        } else {
            beside.classProblem().apply(className).ifPresent(sentence -> yaml.mistake(CLASS, sentence));
            published(CLASS, className, beside);
            if (!beside.isTracking()) {
                yaml.mistake(
                        CLASS, "a part that appears must be followed; expected tracking: {enabled: true} beside parts");
            }
        }
        return new PartTrigger(PartTrigger.Kind.valueOf(word.toUpperCase(Locale.ROOT)), className);
    }

    private Window window() {
        Optional<YamlObject> section = yaml.object("window");
        if (section.isEmpty()) {
            return new Window(0, DEFAULT_WINDOW_MS, PartSpec.DEFAULT_FRAMES);
        }
        YamlObject window = section.get();
        long fromMs = window.longInteger("fromMs", -PartSpec.MAX_DEADLINE_MS, PartSpec.MAX_DEADLINE_MS, 0);
        long toMs = window.longInteger("toMs", -PartSpec.MAX_DEADLINE_MS, PartSpec.MAX_DEADLINE_MS, DEFAULT_WINDOW_MS);
        int frames = window.integer("frames", 1, PartSpec.MAX_FRAMES, PartSpec.DEFAULT_FRAMES);
        boolean triggered = window.flag("triggered", false);
        if (toMs <= fromMs) {
            window.mistake(
                    window.has("toMs") ? "toMs" : "fromMs",
                    "expected toMs after fromMs, got " + toMs + " and " + fromMs);
        }
        window.finish();
        return new Window(fromMs, toMs, frames, triggered);
    }

    private Grades grades(Beside beside, PartTrigger trigger) {
        List<String> rework = defects("rework", beside, trigger);
        List<String> reject = defects("reject", beside, trigger);
        if (rework.isEmpty() && reject.isEmpty()) {
            yaml.mistake("reject", "expected at least one class in rework or reject: without one every part passes");
        }
        for (String name : reject) {
            if (rework.stream().anyMatch(name::equalsIgnoreCase)) {
                yaml.mistake(
                        "reject",
                        "expected each class in one of rework and reject, got " + YamlObject.quoted(name) + " in both");
            }
        }
        return new Grades(rework, reject, minConfidence(beside));
    }

    /** What the model does not give would never be a defect. */
    private double minConfidence(Beside beside) {
        double minConfidence = yaml.number("minConfidence", 0, 1, Math.max(DEFAULT_CONFIDENCE, beside.threshold()));
        if ((float) minConfidence < beside.threshold()) {
            yaml.mistake(
                    "minConfidence",
                    "expected at least the threshold of the source's model, " + beside.threshold()
                            + ", below which no object is found, got " + minConfidence);
        }
        return minConfidence;
    }

    private List<String> defects(String key, Beside beside, PartTrigger trigger) {
        List<String> names = yaml.texts(key);
        for (String name : names) {
            beside.nameProblem().apply(name).ifPresent(sentence -> yaml.mistake(key, sentence));
            if (beside.isClass(name)) {
                published(key, name, beside);
            }
            if (name.equalsIgnoreCase(trigger.className())) {
                yaml.mistake(
                        key,
                        "expected classes of defects, got " + YamlObject.quoted(name)
                                + ", the class of the part itself");
            }
        }
        return new ArrayList<>(names);
    }

    /** What is left out before anybody looks at it would never be a defect. */
    private void published(String key, String name, Beside beside) {
        List<String> classes = beside.classes();
        if (!classes.isEmpty() && classes.stream().noneMatch(name::equalsIgnoreCase)) {
            yaml.mistake(
                    key,
                    "expected one of the source's classes, got " + YamlObject.quoted(name)
                            + ", whose objects are left out; add it to classes");
        }
    }

    private Recipe recipe() {
        Optional<YamlObject> section = yaml.object("recipe");
        if (section.isEmpty()) {
            return Recipe.NONE;
        }
        Recipe recipe = new Recipe(recipeText(section.get(), "name"), recipeText(section.get(), "revision"));
        section.get().finish();
        return recipe;
    }

    private static String recipeText(YamlObject section, String key) {
        String text = section.optionalText(key).orElse("").strip();
        if (text.length() > Recipe.MAX_LENGTH) {
            section.mistake(key, "expected at most " + Recipe.MAX_LENGTH + " characters, got " + text.length());
        }
        return text;
    }

    private Motion motion() {
        Optional<String> text = yaml.optionalText("motion").filter(said -> !said.isBlank());
        if (text.isEmpty()) {
            return Motion.NONE;
        }
        Matcher speeds = SPEEDS.matcher(text.get());
        if (!speeds.matches()) {
            yaml.mistake(
                    "motion",
                    "expected picture widths and heights a second, to the right and down, as in -0.25,0, got "
                            + YamlObject.quoted(text.get()));
            return Motion.NONE;
        }
        return new Motion(Double.parseDouble(speeds.group(1)), Double.parseDouble(speeds.group(2)));
    }

    private Optional<Path> dir() {
        String text = yaml.text("dir", DEFAULT_DIR);
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            yaml.mistake("dir", "expected a path, but " + e.getReason());
            return Optional.empty();
        }
    }
}
