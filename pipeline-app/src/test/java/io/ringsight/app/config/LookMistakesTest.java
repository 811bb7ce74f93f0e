package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Combinations of tiles, regions and models that make no sense: one line each, with its place and what to do. */
class LookMistakesTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tiles: 0x3 | tiles: expected auto or columns and rows, each 1 to 32, as in 4x3, got \"0x3\"",
                "tiles: 33x1 | tiles: expected auto or columns and rows, each 1 to 32",
                "tiles: 4 | tiles: expected auto or columns and rows",
                "tiles: 4 x 3 | tiles: expected auto or columns and rows",
                "tiles: many | tiles: expected auto or columns and rows",
                "tiles: [4, 3] | tiles: expected",
                "largestObject: 40 | largestObject: has no meaning without tiles",
                "wholePicture: true | wholePicture: has no meaning without tiles",
                "tiles: auto, largestObject: 0 | largestObject: expected auto or a whole number from 1 to 4096",
                "tiles: auto, largestObject: 5000 | largestObject: expected auto or a whole number from 1 to 4096",
                "tiles: auto, largestObject: big | largestObject: expected auto or a whole number from 1 to 4096",
                "tiles: auto, wholePicture: maybe | wholePicture: expected true or false",
                "tile: auto | tile: expected one of",
                "regions: all | regions: expected keys and values",
                "regions: {crop: '0.1,0.2'} | regions.crop: expected the left upper and the right lower corner",
                "regions: {crop: '0.9,0.2 0.1,0.8'} | regions.crop: expected the left upper and the right lower corner",
                "regions: {crop: '0.1,0.2 1.5,0.8'} | regions.crop: expected the left upper and the right lower corner",
                "regions: {crop: '10,20 300,400'} | regions.crop: expected the left upper and the right lower corner",
                "regions: {include: ['0,0 1,1']} | regions.include: expected 3 to 100 corners, got 2",
                "regions: {include: ['0,0 1,1 1,0 0,1']} | regions.include: expected a polygon whose sides do not meet",
                "regions: {exclude: ['a b c']} | regions.exclude: expected polygons, each its corners",
                "regions: {exclude: ['0,0 2,0 1,1']} | regions.exclude: expected fractions of the picture's width",
                "regions: {outside: ['0,0 1,0 1,1']} | regions.outside: expected one of",
                "model: nobody | model: expected",
            })
    void oneLineEach(String written, String told) throws Exception {
        Path file = dir.resolve("test.yaml");
        Files.writeString(dir.resolve("m.yaml"), "");
        Files.writeString(file, """
                pipeline: {model: %s, threshold: 0.5}
                sinks: [{jsonl: {path: "-"}}]
                sources:
                  - {id: a, uri: "rtsp://h/s", %s}
                """.formatted(dir.resolve("m.yaml"), written));
        assertThat(mistakes(file)).singleElement().asString().contains("test.yaml:4: sources[0]." + told);
    }

    private static List<String> mistakes(Path file) {
        try {
            new ConfigReader(file, Map.of(), file.getParent(), path -> FakeBackend.SPEC).read();
            return List.of();
        } catch (ConfigException e) {
            return e.mistakes();
        }
    }
}
