package io.ringsight.app.tools.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringsight.app.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
    /** How far from the reference figures (Python, ../shared/models/README.md) a figure may be. */
    private static final double NEAR = 0.01;

    /** What the shipped model must not fall below on the boards it has not seen. */
    private static final double MIN_MAP = 0.97;

    private static final double MIN_F_SCORE = 0.94;

    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int eval(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = "eval";
        System.arraycopy(args, 0, all, 1, args.length);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all);
    }

    private static Path shared(String name) {
        String place = System.getenv("RINGSIGHT_SHARED");
        Path path = (place == null ? ROOT.resolve("../shared") : Path.of(place)).resolve(name);
        Assumptions.assumeTrue(Files.exists(path), "needs ../shared/" + name + ", which is not there");
        return path;
    }

    private static String model() {
        return ROOT.resolve("conf/models/pcb-defect.yaml").toString();
    }

    private Map<String, Double> onBoards(String model) throws IOException {
        Path data = shared("data/deeppcb");
        String[] judge = {
            "--images", data + "/images", "--labels", data + "/labels", "--list", data + "/dev.txt", "--iou", "0.33"
        };
        int exit = eval(Stream.of(Stream.of("-m", model, "--json"), Stream.of(judge))
                .flatMap(all -> all)
                .toArray(String[]::new));
        assertThat(err.toString()).isEmpty();
        assertThat(exit).isZero();
        Map<String, Double> result = numbers();
        assertThat(result.get("images")).isEqualTo(168);
        return result;
    }

    /** Float32 is what its card says it is, and no change of the program or the file makes it less. */
    @Test
    @Tag("shared")
    void pcbDefectIsAsGoodAsItsCardSays() throws IOException {
        String card = Files.readString(Path.of(model())).replaceAll("\n# +", " ");
        Matcher figures = Pattern.compile("mAP ([0-9.]+) at IoU 0\\.33.*?best F-score ([0-9.]+) at")
                .matcher(card);
        assertThat(figures.find()).as(card).isTrue();
        Map<String, Double> result = onBoards(model());
        assertThat(result.get("mAP")).isEqualTo(Double.parseDouble(figures.group(1)), within(0.002));
        assertThat(result.get("fScore")).isEqualTo(Double.parseDouble(figures.group(2)), within(0.002));
        assertThat(result.get("mAP")).isGreaterThan(MIN_MAP);
        assertThat(result.get("fScore")).isGreaterThan(MIN_F_SCORE);
    }

    @Test
    @Tag("shared")
    void baselineIsAsGoodAsItsReference() throws IOException {
        Map<String, Double> result =
                onBoards(shared("models/pcb-defect-baseline.onnx").toString());
        assertThat(result.get("mAP")).isEqualTo(0.9522, within(NEAR));
        assertThat(result.get("mAP50")).isEqualTo(0.9467, within(NEAR));
        assertThat(result.get("mAP50_95")).isEqualTo(0.6840, within(NEAR));
        assertThat(result.get("fScore")).isEqualTo(0.9110, within(NEAR));
        assertThat(result.get("pin-hole")).isEqualTo(0.9693, within(NEAR));
        assertThat(result).containsKeys("threshold", "fps");
    }

    @Test
    @Tag("shared")
    void yolov10IsAsGoodAsItsReference() throws IOException {
        Path data = shared("data/coco128");
        int exit = eval(
                "-m",
                shared("models/yolov10n.onnx").toString(),
                "--images",
                data + "/images",
                "--labels",
                data + "/labels",
                "--json");
        assertThat(exit).as(err.toString()).isZero();
        Map<String, Double> result = numbers();
        assertThat(result.get("mAP")).isEqualTo(0.6824, within(NEAR));
        assertThat(result.get("mAP50")).isEqualTo(0.6368, within(NEAR));
        assertThat(result.get("mAP50_95")).isEqualTo(0.4648, within(NEAR));
        assertThat(result.get("fScore")).isEqualTo(0.6315, within(NEAR));
    }

    /** Grid decode, NMS, BGR of 0 to 255, letterbox at the top left: with any of them wrong nothing is found. */
    @Test
    @Tag("shared")
    void yoloxFindsObjects() throws IOException {
        Path data = shared("data/coco128");
        Path yaml = Files.writeString(
                folder.resolve("yolox.yaml"),
                String.join(
                        "\n",
                        "file: " + shared("models/yolox-nano.onnx").toRealPath(),
                        "head: yolox",
                        "colorOrder: bgr",
                        "scale: 0..255",
                        "placement: top-left",
                        "labels: [" + cocoLabels() + "]"));
        int exit = eval("-m", yaml + "", "--images", data + "/images", "--labels", data + "/labels", "--json");
        assertThat(exit).as(err.toString()).isZero();
        assertThat(numbers().get("mAP50")).isEqualTo(0.5133, within(NEAR));
    }

    /** Any names will do: the class is told by its number. */
    private static String cocoLabels() {
        return IntStream.range(0, 80).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        Files.writeString(pictures.resolve("a.jpg"), "no picture");
        Path list = Files.writeString(folder.resolve("list.txt"), "a\nb\n");
        assertRefused(2, "Missing required option", "-m", model());
        assertRefused(2, "there are none in", "-m", model(), "--images", empty + "", "--labels", empty + "");
        assertRefused(2, "there is no folder", "-m", model(), "--images", pictures + "", "--labels", "nowhere");
        assertRefused(2, "has a label file", "-m", model(), "--images", pictures + "", "--labels", empty + "");
        assertRefused(
                2,
                "list.txt:2: expected the name of a picture",
                "-m",
                model(),
                "--images",
                pictures + "",
                "--labels",
                empty + "",
                "--list",
                list + "");
        assertRefused(2, "--iou", "-m", model(), "--images", "x", "--labels", "x", "--iou", "2");
        assertRefused(2, "no such model file", "-m", "none.onnx", "--images", "x", "--labels", "x");
        assertRefused(2, "no such file", "-m", "none.yaml", "--images", "x", "--labels", "x");
    }

    @Test
    void namesThePictureThatIsNone() throws IOException {
        Files.writeString(folder.resolve("a.jpg"), "this is text");
        Files.writeString(folder.resolve("a.txt"), "");
        assertRefused(1, "a.jpg: expected a picture", "-m", model(), "--images", folder + "", "--labels", folder + "");
    }

    private void assertRefused(int code, String why, String... args) {
        err.getBuffer().setLength(0);
        assertThat(eval(args)).as(err.toString()).isEqualTo(code);
        assertThat(err.toString()).contains(why).doesNotContain("\tat ");
    }

    /** All numbers of the printed object, those of inner objects too, by name. */
    private Map<String, Double> numbers() throws IOException {
        Map<String, Double> numbers = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(out.toString())) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                        || parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
                    numbers.put(parser.currentName(), parser.getDoubleValue());
                }
            }
        }
        return numbers;
    }
}
