package io.ringsight.app.tools.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringsight.app.Main;
import io.ringsight.core.infer.onnx.TinyOnnx;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String SHIPPED = ROOT.resolve("conf/models/pcb-defect.yaml") + "";
    /** Numbers of TinyOnnx: pixels, then colours, then a detection. */
    private static final int PIXELS = 3 * TinyOnnx.SIZE * TinyOnnx.SIZE;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int inspect(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[args.length + 1];
        all[0] = "inspect";
        System.arraycopy(args, 0, all, 1, args.length);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all);
    }

    private Map<String, Object> json(String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--json", "-", "--runs", "1"));
        assertThat(inspect(all.toArray(String[]::new))).as(err.toString()).isZero();
        return parse(out.toString());
    }

    private static Path shared(String name) {
        String place = System.getenv("RINGSIGHT_SHARED");
        Path path = (place == null ? ROOT.resolve("../shared") : Path.of(place)).resolve(name);
        Assumptions.assumeTrue(Files.exists(path), "needs ../shared/" + name + ", which is not there");
        return path;
    }

    /** Worked out by hand: a multiplication a pixel, a mean of all pixels, a product of 3 by 3x6, a sum of 6. */
    @Test
    void countsWhatATinyNetworkHoldsAndDoes() throws Exception {
        Path model = new TinyOnnx().write(folder.resolve("tiny.onnx"));

        Map<String, Object> found = json(model + "");

        assertThat(number(found, "parameters")).isEqualTo(1 + 3 * 6 + 6);
        assertThat(number(found, "flops")).isEqualTo(PIXELS + PIXELS + 2 * 3 * 6 + 6);
        assertThat(number(found, "fileBytes")).isEqualTo(Files.size(model));
        assertThat(number(found, "weightBytes")).isEqualTo(25 * Float.BYTES + 3 * Long.BYTES);
        // An input of Mul and its result, or that result and the means, live at the same time.
        assertThat(number(found, "activationBytes")).isEqualTo(2 * PIXELS * Float.BYTES);
        assertThat(operators(found)).hasSize(6).containsKeys("Cast", "Mul", "MatMul", "Add");
        assertThat(found.get("input")).isEqualTo("images: float32 [1, 3, 16, 16]");
        assertThat(found.get("output")).isEqualTo("output0: float32 [1, 1, 6], end-to-end, 256 classes");
        assertThat(found.get("reference")).isNull();
        assertThat(layers(found)).isNotEmpty().allSatisfy(layer -> {
            assertThat(number(layer, "measuredUs")).isNotNegative();
            assertThat(layer.get("precision")).isIn("fp32", "int64");
            assertThat(layer.get("cosine")).isNull();
        });
    }

    @Test
    void figuresAreOfOnePictureWhateverTheBatchOfTheFile() throws Exception {
        Map<String, Object> found = json(new TinyOnnx().batch(8).write(folder.resolve("eight.onnx")) + "");

        assertThat(number(found, "batch")).isEqualTo(8);
        assertThat(number(found, "flops")).isEqualTo(PIXELS + PIXELS + 2 * 3 * 6 + 6);
        assertThat(sum(found, "flops")).isEqualTo(number(found, "flops"));
        assertThat(number(found, "parameters")).isEqualTo(1 + 3 * 6 + 6);
        assertThat(found.get("input")).isEqualTo("images: float32 [8, 3, 16, 16]");
        assertThat(found.get("preparation"))
                .isEqualTo("rgb, 0..1, no mean and deviation, letterboxed in the center on grey 114");
    }

    @Test
    void theShippedModelIsAsSmallAsItIsToBe() throws Exception {
        Map<String, Object> found = json(SHIPPED);

        assertThat(number(found, "flops")).isBetween(1e9, 4e9);
        assertThat(number(found, "fileBytes")).isLessThanOrEqualTo(3e6);
        assertThat(operators(found)).doesNotContainKeys("NonMaxSuppression");
        // What the layers say adds up to what the model says.
        assertThat(sum(found, "flops")).isEqualTo(number(found, "flops"));
        assertThat(sum(found, "parameters")).isEqualTo(number(found, "parameters"));
        assertThat(sum(found, "measuredUs")).isEqualTo(number(found, "measuredUs"), within(1e-3));
        assertThat(layers(found))
                .filteredOn(layer -> number(layer, "flops") > 1e6)
                .allSatisfy(layer -> {
                    assertThat(number(layer, "estimatedUs")).isPositive();
                    assertThat(number(layer, "parameters")).isPositive();
                    assertThat((List<?>) layer.get("merged")).asString().contains("Conv");
                });
    }

    @Test
    @Tag("shared")
    void figuresAreThoseOthersGiveForTheSameModels() throws Exception {
        Map<String, Object> yolo = json(shared("models/yolov10n.onnx") + "");
        assertThat(number(yolo, "parameters")).isEqualTo(2.3e6, within(0.1e6));
        assertThat(number(yolo, "flops")).isEqualTo(6.7e9, within(0.2e9));
        assertThat(sum(yolo, "flops")).isEqualTo(number(yolo, "flops"));
        Map<String, Object> board = json(shared("models/pcb-defect-baseline.onnx") + "");
        assertThat(number(board, "parameters")).isEqualTo(0.43e6, within(0.01e6));
    }

    @Test
    void aModelIsLikeItselfAndLessLikeOneOfRoundedNumbers() throws Exception {
        Path exact = new TinyOnnx().write(folder.resolve("exact.onnx"));
        Path rounded = new TinyOnnx().quantised(0.3f).write(folder.resolve("rounded.onnx"));

        assertThat(layers(json(exact + "", "--reference", exact + "")))
                .extracting(layer -> layer.get("cosine"))
                .contains(1.0)
                .allSatisfy(cosine -> assertThat(cosine).isIn(null, 1.0));
        List<Double> errors = layers(json(rounded + "", "--reference", exact + "")).stream()
                .filter(layer -> layer.get("relativeError") != null)
                .map(layer -> number(layer, "relativeError"))
                .toList();
        assertThat(errors).isNotEmpty().allMatch(error -> error > 0.01 && error < 1);
    }

    @Test
    void printsATableAndWritesTheFilesAsked() throws Exception {
        Path json = folder.resolve("report.json");
        Path html = folder.resolve("report.html");

        assertThat(inspect(SHIPPED, "--layers", "3", "--runs", "1", "--json", json + "", "--html", html + ""))
                .as(err.toString())
                .isZero();

        assertThat(out.toString())
                .contains("parameters ", "FLOPs a picture", "between layers at most", "The 3 of ", "least us", "share");
        assertThat(out.toString().split("\n\n")[1].lines()).hasSize(1 + 1 + 3);
        assertThat(parse(Files.readString(json))).containsKeys("model", "layers", "machine");
        assertThat(html).content().contains("<title>pcb-defect - ringsight inspect</title>", "\"layers\":[{");
    }

    /** Nothing is loaded from anywhere, and a file cannot put a script of its own into the page. */
    @Test
    void thePageIsWholeAndSafe() throws Exception {
        Path model = new TinyOnnx()
                .metadata("names", "['</script><script>alert(1)</script>', 'b & c']")
                .write(folder.resolve("evil<b>.onnx"));
        Path html = folder.resolve("report.html");

        assertThat(inspect(model + "", "--runs", "1", "--html", html + ""))
                .as(err.toString())
                .isZero();

        String page = Files.readString(html);
        assertThat(page).doesNotContain("src=", "href=", "@import", "url(", "<script>alert", "evil<b>");
        assertThat(page).contains("\\u003c/script>", "<title>evil&lt;b&gt; - ", "default-src 'none'");
        assertThat(page.split("</script>", -1)).hasSize(3);
    }

    @Test
    @Tag("browser")
    void aBrowserShowsThePage() throws Exception {
        Path chromium = Path.of("/usr/bin/chromium");
        Assumptions.assumeTrue(Files.exists(chromium), "needs chromium (apt-get install chromium)");
        Path html = folder.resolve("report.html");
        assertThat(inspect(SHIPPED, "--reference", SHIPPED, "--runs", "1", "--html", html + ""))
                .isZero();

        Path shown = folder.resolve("shown.html");
        Process browser = new ProcessBuilder(
                        chromium + "",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--dump-dom",
                        html.toUri() + "")
                .redirectOutput(shown.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(browser.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly();
        }

        String dom = Files.readString(shown);
        assertThat(dom).contains("<h1>pcb-defect</h1>", "Where the time goes", "How like the reference", "<circle");
        int layers =
                layers(parse(dom.substring(dom.indexOf("id=\"data\">") + 10))).size();
        assertThat(dom).contains("<h2>" + layers + " layers</h2>");
        assertThat(dom.split("<tr>", -1)).hasSizeGreaterThan(layers);
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        Path text = Files.writeString(folder.resolve("text.onnx"), "this is no model");
        Path picture = Files.writeString(folder.resolve("a.jpg"), "this is no picture");
        assertRefused(2, "this is not an ONNX file", text + "");
        assertRefused(2, "no such model file", folder + "/none.onnx");
        assertRefused(2, "--runs: expected a number from 1 to 1000, got 0", SHIPPED, "--runs", "0");
        assertRefused(2, "--layers: expected a number from 0", SHIPPED, "--layers", "-1");
        assertRefused(1, "--image: expected a picture, but ", SHIPPED, "--image", picture + "");
        assertRefused(1, "a report cannot be written", SHIPPED, "--runs", "1", "--html", folder + "/no/page.html");
    }

    private void assertRefused(int code, String why, String... args) {
        assertThat(inspect(args)).as(err.toString()).isEqualTo(code);
        assertThat(err.toString()).contains(why).hasLineCount(1);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> layers(Map<String, Object> found) {
        return (List<Map<String, Object>>) found.get("layers");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> operators(Map<String, Object> found) {
        return (Map<String, Object>) found.get("operators");
    }

    private static double number(Map<String, Object> of, String key) {
        return ((Number) of.get(key)).doubleValue();
    }

    private static double sum(Map<String, Object> found, String key) {
        return layers(found).stream().mapToDouble(layer -> number(layer, key)).sum();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> parse(String text) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            parser.nextToken();
            return (Map<String, Object>) value(parser);
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    parser.nextToken();
                    object.put(key, value(parser));
                }
                return object;
            }
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                return array;
            }
            case VALUE_NULL -> {
                return null;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                return parser.getDoubleValue();
            }
            default -> {
                return parser.getText();
            }
        }
    }
}
