package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What 0.1.0 shipped to be copied is read as it is, and means what it meant. No key was renamed, moved or taken away. */
class UpgradeTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));

    @TempDir
    private Path dir;

    @Test
    void theConfigurationOf010IsReadUnchangedAndNoDefaultIsAnother() throws Exception {
        assertThat(read(shipped("pipeline.yaml")))
                .usingRecursiveComparison()
                .ignoringFieldsOfTypes(Place.class)
                .isEqualTo(read(Files.readString(ROOT.resolve("conf/pipeline.yaml"))));
    }

    /** Those switched off, too: all keys there were. */
    @Test
    void everyKeyOf010IsStillTaken() throws Exception {
        Config config = read(switchedOn(shipped("pipeline.yaml")));

        assertThat(config.sources())
                .extracting(source -> source.id().value())
                .containsExactly("line1", "gate", "yard", "bench", "replay");
        assertThat(config.sources())
                .as("keys that came since have their defaults")
                .allSatisfy(source -> assertThat(source.name()).isEmpty());
    }

    /** Also those switched off mean today what they meant: the camera is opened with the same limits. */
    @Test
    void sourcesSwitchedOnMeanTheSame() throws Exception {
        Config old = read(switchedOn(shipped("pipeline.yaml")));
        // the examples of a shadow and of sinks need more than these sources
        Config today = read(switchedOn(Files.readString(ROOT.resolve("conf/pipeline.yaml")))
                .replaceFirst("(?ms)^shadow:.*?(?=^sourceDefaults:)", "")
                .replaceFirst("(?ms)^sinks:.*", "sinks: [{jsonl: {path: '-'}}]\n")
                .replaceAll("(?m)^ {4}(tracking|zones|lines|rules|calibration|parts|regions):\\n(?:^ {6}.*\\n)*", "")
                .replaceAll("(?m)^ +(name|classes|track|tiles|largestObject|wholePicture):.*\n", ""));

        for (String id : new String[] {"line1", "gate", "yard", "bench", "replay"}) {
            assertThat(source(old, id))
                    .as(id)
                    .usingRecursiveComparison()
                    .ignoringFieldsOfTypes(Place.class)
                    .isEqualTo(source(today, id));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcb-defect", "pcb-defect-fp16", "pcb-defect-int8"})
    void theModelYamlOf010IsReadUnchangedItsGateToo(String name) throws Exception {
        Path models = ROOT.resolve("conf/models");
        Files.createSymbolicLink(dir.resolve(name + ".onnx"), models.resolve(name + ".onnx"));
        if (!name.equals("pcb-defect")) {
            Files.createSymbolicLink(dir.resolve("pcb-defect.onnx"), models.resolve("pcb-defect.onnx"));
        }
        Path yaml = Files.writeString(dir.resolve(name + ".yaml"), shipped(name + ".yaml"));

        ModelSpec old = ModelYaml.readApproved(yaml);
        ModelSpec today = ModelYaml.readApproved(models.resolve(name + ".yaml"));

        assertThat(old.input()).isEqualTo(today.input());
        assertThat(old.output()).isEqualTo(today.output());
        assertThat(old.labels()).isEqualTo(today.labels());
        assertThat(old.threshold()).isEqualTo(today.threshold());
        assertThat(old.weights().sha256())
                .as("so that its cached engine is found")
                .isEqualTo(today.weights().sha256());
    }

    private static SourceConfig source(Config config, String id) {
        return config.sources().stream()
                .filter(source -> source.id().value().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static String shipped(String name) throws IOException {
        try (InputStream in = UpgradeTest.class.getResourceAsStream("version-0.1.0/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** With the lines that begin with "#" and two spaces taken in. */
    private static String switchedOn(String yaml) {
        return yaml.replaceAll("(?m)^#(?=  )", "");
    }

    private Config read(String yaml) throws Exception {
        Path model = dir.resolve("conf/models/pcb-defect.yaml");
        Files.createDirectories(model.getParent());
        Files.writeString(model, "");
        return new ConfigReader(
                        Files.writeString(dir.resolve("pipeline.yaml"), yaml), Map.of(), ROOT, path -> FakeBackend.SPEC)
                .read();
    }
}
