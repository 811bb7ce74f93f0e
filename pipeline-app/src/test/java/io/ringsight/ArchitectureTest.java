package io.ringsight;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
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
                "no cycles in core",
                slices().matching("io.ringsight.core.(*)..").should().beFreeOfCycles());
        rules.put("Disruptor lives in core.ring", onlyIn("com.lmax.disruptor..", "io.ringsight.core.ring.."));
        rules.put(
                "ONNX Runtime lives in core.infer.onnx", onlyIn("ai.onnxruntime..", "io.ringsight.core.infer.onnx.."));
        rules.put("CUDA lives in core.infer", onlyIn("org.bytedeco.cuda..", CUDA_USERS));
        rules.put(
                "TensorRT lives in core.infer.tensorrt",
                onlyIn("org.bytedeco.tensorrt..", "io.ringsight.core.infer.tensorrt.."));
        rules.put("Kafka lives in sinks.kafka and client.kafka", onlyIn("org.apache.kafka..", KAFKA_USERS));
        rules.put("HdrHistogram lives in metrics and bench", onlyIn("org.HdrHistogram..", HISTOGRAM_USERS));
        rules.put("FFmpeg lives in preprocess and sources", onlyIn("org.bytedeco.ffmpeg..", FFMPEG_USERS));
        rules.put("OpenCV lives in app", onlyIn("org.bytedeco.opencv..", "io.ringsight.app.."));
        rules.put("YAML lives in app.config", onlyIn("org.snakeyaml..", "io.ringsight.app.config.."));
        rules.put("HTTP lives in app.http", onlyIn("com.sun.net.httpserver..", "io.ringsight.app.http.."));
        rules.put(
                "JNA lives where the C library is called",
                onlyIn("com.sun.jna..", "io.ringsight.app.systemd..", "io.ringsight.sources.v4l2.."));
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
                        target(owner(type(System.class))).and(target(nameMatching("nanoTime|currentTimeMillis"))));
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
