package io.ringsight;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The dependency rules: everything points inwards to core, what consumers use stands alone, and each heavy library has
 * one home. THINK HARD BEFORE
 * CHANGING THIS FILE.
 */
class ArchitectureTest {
    private static final String[] VOCABULARY = {
        "io.ringsight.core.frame..",
        "io.ringsight.core.detect..",
        "io.ringsight.core.model..",
        "io.ringsight.core.time..",
        "io.ringsight.core.metrics.."
    };

    /** A package of more files holds two ideas. */
    private static final int MAX_FILES = 20;
    /** What one has to know at once to make one. */
    private static final int MAX_COMPONENTS = 8;

    private static final Pattern EMPTY_CATCH = Pattern.compile("catch \\([^{]*\\) \\{\\s*\\}");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.ringsight");

    @TestFactory
    Stream<DynamicTest> rules() {
        Map<String, ArchRule> rules = new TreeMap<>();
        rules.put("modules point inwards", modulesPointInwards());
        rules.put(
                "the client stands alone",
                noClasses()
                        .that()
                        .resideInAPackage(CLIENT)
                        .should()
                        .dependOnClassesThat(resideOutsideOfPackages(
                                "java..", CLIENT, "com.fasterxml.jackson.core..", "org.apache.kafka.common..")));
        rules.put(
                "no cycles in client",
                slices().matching("io.ringsight.client.(*)..").should().beFreeOfCycles());
        rules.put(
                "no package cycles in any module",
                slices().matching("io.ringsight.(**)").should().beFreeOfCycles());
        rules.put("no package holds two ideas", noPackageIsAHall());
        rules.put("no two classes of one name", noTwoClassesOfOneName());
        rules.put("records are parameter lists", recordsAreParameterLists());
        rules.put("Disruptor lives in core.ring", onlyIn("com.lmax.disruptor..", "io.ringsight.core.ring.."));
        rules.put(
                "ONNX Runtime lives in core.infer.onnx", onlyIn("ai.onnxruntime..", "io.ringsight.core.infer.onnx.."));
        rules.put("CUDA lives in core.infer", onlyIn("org.bytedeco.cuda..", CUDA_USERS));
        rules.put(
                "TensorRT lives in core.infer.tensorrt",
                onlyIn("org.bytedeco.tensorrt..", "io.ringsight.core.infer.tensorrt.."));
        rules.put("Kafka lives in sinks.kafka and client.kafka", onlyIn("org.apache.kafka..", KAFKA_USERS));
        rules.put("the MQTT client lives in sinks.mqtt", onlyIn("com.hivemq..", "io.ringsight.sinks.mqtt.."));
        rules.put("Modbus lives in sinks.modbus", onlyIn("com.ghgande..", "io.ringsight.sinks.modbus.."));
        rules.put("HdrHistogram lives in metrics and bench", onlyIn("org.HdrHistogram..", HISTOGRAM_USERS));
        rules.put("FFmpeg lives in preprocess and sources", onlyIn("org.bytedeco.ffmpeg..", FFMPEG_USERS));
        rules.put("OpenCV lives in app", onlyIn("org.bytedeco.opencv..", "io.ringsight.app.."));
        rules.put("YAML lives in app.config", onlyIn("org.snakeyaml..", "io.ringsight.app.config.."));
        rules.put("Jetty lives in app.http", onlyIn("org.eclipse.jetty..", "io.ringsight.app.http.."));
        rules.put(
                "JNA lives where the C library is called",
                onlyIn(
                        "com.sun.jna..",
                        "io.ringsight.app.systemd..",
                        "io.ringsight.app.linux..",
                        "io.ringsight.sources.v4l2.."));
        rules.put("picocli lives in app", onlyIn("picocli..", "io.ringsight.app.."));
        rules.put("vocabulary is plain Java", vocabularyIsPlainJava());
        rules.put("backends know no decoder", backendsKnowNoDecoder());
        rules.put("time is injected", timeIsInjected());
        rules.put("only Main exits", onlyMainExits());
        rules.put(
                "no mutable statics",
                fields().that().areStatic().should().beFinal().allowEmptyShould(true));
        return rules.entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.getKey(), () -> rule.getValue().check(CLASSES)));
    }

    private static final String CLIENT = "io.ringsight.client..";
    private static final String[] KAFKA_USERS = {"io.ringsight.sinks.kafka..", "io.ringsight.client.kafka.."};
    private static final String[] HISTOGRAM_USERS = {"io.ringsight.core.metrics..", "io.ringsight.app.."};
    private static final String[] CUDA_USERS = {"io.ringsight.core.infer.cuda..", "io.ringsight.core.infer.tensorrt.."};
    private static final String[] FFMPEG_USERS = {
        "io.ringsight.core.preprocess..", "io.ringsight.sources..", "io.ringsight.app.."
    };

    private static ArchRule modulesPointInwards() {
        return layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("client")
                .definedBy(CLIENT)
                .layer("core")
                .definedBy("io.ringsight.core..")
                .layer("sources")
                .definedBy("io.ringsight.sources..")
                .layer("sinks")
                .definedBy("io.ringsight.sinks..")
                .layer("app")
                .definedBy("io.ringsight.app..")
                .whereLayer("app")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("client")
                .mayOnlyBeAccessedByLayers("sinks", "app")
                .whereLayer("sources")
                .mayOnlyBeAccessedByLayers("app")
                .whereLayer("sinks")
                .mayOnlyBeAccessedByLayers("app");
    }

    private static ArchRule vocabularyIsPlainJava() {
        return noClasses()
                .that()
                .resideInAnyPackage(VOCABULARY)
                .should()
                .dependOnClassesThat(resideOutsideOfPackages("java..", "org.HdrHistogram..")
                        .and(resideOutsideOfPackages(VOCABULARY)));
    }

    /** Letterbox takes boxes back to source pixels, so preprocessing may know detections; what computes may not. */
    private static ArchRule backendsKnowNoDecoder() {
        return noClasses()
                .that()
                .resideInAPackage("io.ringsight.core.infer..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.ringsight.core.detect..");
    }

    private static ArchRule timeIsInjected() {
        return noClasses()
                .that()
                .resideOutsideOfPackage("io.ringsight.core.time..")
                .should()
                .accessTargetWhere(
                        target(owner(type(System.class))).and(target(nameMatching("nanoTime|currentTimeMillis"))))
                .orShould()
                .accessTargetWhere(target(owner(resideInAPackage("java.time..")))
                        .and(target(nameMatching("now|system|systemUTC|systemDefaultZone"))));
    }

    private static ArchRule noPackageIsAHall() {
        return classes().should(new ArchCondition<>("stand in a package of at most " + MAX_FILES + " files") {
            private final Map<String, Set<String>> files = new TreeMap<>();

            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getSource()
                        .flatMap(Source::getFileName)
                        .ifPresent(file -> files.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
                                .add(file));
            }

            @Override
            public void finish(ConditionEvents events) {
                files.forEach((name, those) -> {
                    if (those.size() > MAX_FILES) {
                        events.add(SimpleConditionEvent.violated(name, name + " has " + those.size() + " files"));
                    }
                });
            }
        });
    }

    private static ArchRule recordsAreParameterLists() {
        return classes()
                .that()
                .areRecords()
                .should(new ArchCondition<>("have at most " + MAX_COMPONENTS + " components") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        long components = type.getFields().stream()
                                .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
                                .count();
                        if (components > MAX_COMPONENTS) {
                            events.add(SimpleConditionEvent.violated(
                                    type, type.getName() + " has " + components + " components"));
                        }
                    }
                });
    }

    /** Whoever reads a name knows which class is meant. Nested classes have their outer class's name to tell them apart. */
    private static ArchRule noTwoClassesOfOneName() {
        return classes().that(areTopLevel()).should(new ArchCondition<>("have a name of their own") {
            private final Map<String, Set<String>> named = new TreeMap<>();

            @Override
            public void check(JavaClass type, ConditionEvents events) {
                named.computeIfAbsent(type.getSimpleName(), name -> new TreeSet<>())
                        .add(type.getName());
            }

            @Override
            public void finish(ConditionEvents events) {
                named.forEach((name, types) -> {
                    if (types.size() > 1) {
                        events.add(
                                SimpleConditionEvent.violated(name, "expected one class " + name + ", got " + types));
                    }
                });
            }
        });
    }

    private static DescribedPredicate<JavaClass> areTopLevel() {
        return DescribedPredicate.describe(
                "are top-level",
                type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"));
    }

    /**
     * Whoever catches and does nothing says why: the block holds a comment. (That its variable is called
     * {@code expected} is checkstyle's business.)
     */
    @Test
    void aSwallowedExceptionSaysWhy() throws IOException {
        List<String> silent = new ArrayList<>();
        Path root = Path.of(System.getProperty("ringsight.root"));
        try (Stream<Path> files = Files.find(
                root,
                12,
                (file, attributes) ->
                        file.toString().endsWith(".java") && file.toString().contains("/src/main/java/"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Matcher swallowed = EMPTY_CATCH.matcher(Files.readString(file));
                while (swallowed.find()) {
                    silent.add(root.relativize(file) + ": " + swallowed.group());
                }
            }
        }
        assertThat(silent).isEmpty();
    }

    private static ArchRule onlyMainExits() {
        return noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.ringsight.app.Main")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class);
    }

    private static ArchRule onlyIn(String library, String... homes) {
        return noClasses()
                .that(resideOutsideOfPackages(homes))
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .because("a heavy library has one home");
    }
}
