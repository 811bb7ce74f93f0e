package io.ringsight.app.config.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.infer.open.Models;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelYamlTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeModel() {
        new TinyOnnx().metadata("names", "['a', 'b']").write(folder.resolve("m.onnx"));
    }

    @Test
    void theShippedYamlAndTheShippedFileSayTheSame() throws Exception {
        Path models = Path.of(System.getProperty("ringsight.root"), "conf/models");
        ModelSpec yaml = ModelYaml.read(models.resolve("pcb-defect.yaml"));
        ModelSpec bare = Models.read(models.resolve("pcb-defect.onnx"), ModelOverrides.NONE);
        assertThat(yaml.input()).isEqualTo(bare.input());
        assertThat(yaml.output()).isEqualTo(bare.output());
        assertThat(yaml.labels()).isEqualTo(bare.labels());
        assertThat(yaml.name()).isEqualTo(bare.name());
    }

    @Test
    void yamlWinsOverTheFile() throws Exception {
        ModelSpec spec = read(
                "file: m.onnx",
                "name: mine",
                "version: \"7\"",
                "labels: [x, y]",
                "colorOrder: bgr",
                "scale: 0..255",
                "placement: top-left",
                "padValue: 0",
                "threshold: 0.5");
        assertThat(spec.name()).isEqualTo("mine");
        assertThat(spec.version()).isEqualTo("7");
        assertThat(spec.labels()).containsExactly("x", "y");
        assertThat(spec.input().order()).isEqualTo(ChannelOrder.BGR);
        assertThat(spec.input().scale()).isEqualTo(1f);
        assertThat(spec.input().padding().placement()).isEqualTo(Placement.TOP_LEFT);
        assertThat(spec.input().padding().value()).isZero();
        assertThat(spec.threshold()).isEqualTo(0.5f);
    }

    @Test
    void bareOnnxIsEnough() throws Exception {
        assertThat(ModelYaml.read(folder.resolve("m.onnx")).labels()).containsExactly("a", "b");
    }

    @Test
    void namesTheLineOfEachMistake() throws Exception {
        assertMistake(":1: file: ", "the key is missing", "name: x");
        assertMistake(":2: lables: ", "did you mean labels?", "file: m.onnx", "lables: [a, b]");
        assertMistake(":2: labels: ", "there are 3 labels", "file: m.onnx", "labels: [a, b, c]");
        assertMistake(":2: labels: ", "each name once", "file: m.onnx", "labels: [a, a]");
        assertMistake(":2: labels: ", "got half a surrogate pair", "file: m.onnx", "labels: [a, \"\\ud83d\"]");
        assertMistake(":1: file: ", "no such model file", "file: other.onnx");
        assertMistake(":2: head: ", "did you mean yolox?", "file: m.onnx", "head: yolo");
        assertMistake(":2: inputSize: ", "fixed at 16", "file: m.onnx", "inputSize: [32, 32]");
        assertMistake(":2: inputSize: ", "expected [width, height]", "file: m.onnx", "inputSize: [32]");
        assertMistake(":2: inputSize: ", "\"32\"", "file: m.onnx", "inputSize: 32");
        assertMistake(":2: padValue: ", "from 0 to 255", "file: m.onnx", "padValue: 256");
        assertMistake(":2: threshold: ", "from 0 to 1", "file: m.onnx", "threshold: 2");
        assertMistake(":2: scale: ", "expected one of 0..1, 0..255", "file: m.onnx", "scale: 1");
    }

    private ModelSpec read(String... lines) throws Exception {
        Path file = folder.resolve("m.yaml");
        Files.writeString(file, String.join("\n", lines) + "\n");
        return ModelYaml.read(file);
    }

    private void assertMistake(String place, String what, String... lines) throws IOException {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(lines));
        assertThat(e.mistakes())
                .singleElement()
                .asString()
                .startsWith(folder.resolve("m.yaml") + place)
                .contains(what);
    }
}
