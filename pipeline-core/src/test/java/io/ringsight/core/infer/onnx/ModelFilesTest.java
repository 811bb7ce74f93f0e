package io.ringsight.core.infer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.infer.open.Models;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files beside the model, and files that are no model. */
class ModelFilesTest {
    @TempDir
    Path folder;

    private ModelSpec read(Path file) throws ModelException {
        return Models.read(file, ModelOverrides.NONE);
    }

    @Test
    void theHashCoversWeightsInAFileOfTheirOwn() throws Exception {
        Path model = new TinyOnnx().external("tiny.onnx.data").write(folder.resolve("tiny.onnx"));
        byte[] weights = TinyOnnx.externalWeights();
        Path data = Files.write(folder.resolve("tiny.onnx.data"), weights);
        String before = read(model).weights().sha256();
        assertThat(read(model).weights().sha256()).isEqualTo(before);
        weights[3 * Float.BYTES] ^= 1;
        Files.write(data, weights);
        assertThat(read(model).weights().sha256()).isNotEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../weights", "/etc/passwd", "a/../../weights", "link"})
    void weightsOutsideTheModelsFolderAreNotRead(String location) throws IOException {
        Path inner = Files.createDirectory(folder.resolve("model"));
        Path outside = Files.write(folder.resolve("weights"), TinyOnnx.externalWeights());
        Files.createSymbolicLink(inner.resolve("link"), outside);
        Path model = new TinyOnnx().external(location).write(inner.resolve("tiny.onnx"));
        assertThatThrownBy(() -> read(model)).hasMessageContaining("outside its own folder, '" + location + "'");
    }

    @Test
    void weightsThatAreMissingAreNamed() {
        Path model = new TinyOnnx().external("tiny.onnx.data").write(folder.resolve("tiny.onnx"));
        assertThatThrownBy(() -> read(model))
                .hasMessageContaining("'tiny.onnx.data' in " + folder + ", found none: copy both files there");
    }

    /** As Hugging Face keeps them: both names are links into one store. */
    @Test
    void modelAndWeightsMayBeLinksIntoOneFolder() throws Exception {
        Path store = Files.createDirectory(folder.resolve("blobs"));
        Path names = Files.createDirectory(folder.resolve("snapshot"));
        new TinyOnnx().external("tiny.onnx_data").write(store.resolve("1a"));
        Files.write(store.resolve("2b"), TinyOnnx.externalWeights());
        Files.createSymbolicLink(names.resolve("tiny.onnx"), store.resolve("1a"));
        Files.createSymbolicLink(names.resolve("tiny.onnx_data"), store.resolve("2b"));
        WeightFiles files = WeightFiles.of(names.resolve("tiny.onnx"), java.util.Set.of("tiny.onnx_data"));
        assertThat(files.sha256(java.nio.ByteBuffer.allocate(1))).hasSize(64);
    }

    @ParameterizedTest
    @CsvSource({
        "version https://git-lfs.github.com/spec/v1, git lfs pull",
        "<!DOCTYPE html><html>, an HTML page",
        "'\n<html lang=\"en\">', an HTML page",
        "xxxxTFL3xx, a TensorFlow Lite model",
        "ftrtxxxxxx, a TensorRT engine",
        "PK\u0003\u0004xxxxmodel/data.pkl, a PyTorch checkpoint: export it: yolo export",
        "PK\u0003\u0004xxxxmodel.onnx, a zip archive",
        "'\u001f\u008b\u0008', a gzip archive",
        "\u0089HDF, a Keras",
        "hello there, a text file",
    })
    void filesThatAreNoModelsAreCalledWhatTheyAre(String head, String what) throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), head.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(": this is not an ONNX file: ")
                .hasMessageContaining(what);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"0\": \"a\", \"1\": \"b\"}",
                "[\"a\", \"b\"]",
                "0: a\n1: b\n",
                "- a\n- 'b'",
                "{0: '\\x61', 1: \"\\u0062\"}"
            })
    void namesAsJsonYamlOrWithEscapesAreRead(String names) throws ModelException {
        Path file = new TinyOnnx().metadata("names", names).write(folder.resolve("tiny.onnx"));
        assertThat(read(file).labels()).containsExactly("a", "b");
    }

    @Test
    void namesThatDoNotBeginAtZeroAreRefusedInWords() {
        Path file = new TinyOnnx().metadata("names", "{1: 'a', 2: 'b'}").write(folder.resolve("tiny.onnx"));
        assertThatThrownBy(() -> read(file))
                .hasMessageContaining("{1: 'a', 2: 'b'}, expected")
                .hasMessageContaining("ids from 0");
    }

    @Test
    void halfAndByteInputsOfFreeSizeAreRunToLearnTheOutput() throws ModelException {
        assertThat(read(new TinyOnnx().uint8().freeSize().freeOutput().write(folder.resolve("u.onnx")))
                        .input()
                        .width())
                .isEqualTo(TinyOnnx.SIZE);
    }
}
