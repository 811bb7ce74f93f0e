package io.ringsight.app.tools.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.Main;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code ringsight evidence export} of files as the daemon leaves them. */
class EvidenceExportTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String SHORT_LEFT = defect("short", 0.25, 0.5);
    private static final String SHORT_RIGHT = defect("short", 0.75, 0.5);
    private static final String OPEN = defect("open", 0.5, 0.25);

    @TempDir
    private Path dir;

    private final List<String> reviews = new ArrayList<>();
    private long verdicts;

    @BeforeEach
    void configure() throws IOException {
        Files.writeString(dir.resolve("pipeline.yaml"), """
                pipeline: {model: "%s"}
                sources:
                  - id: line1
                    uri: synthetic:pcb
                    parts: {trigger: appearance, reject: [open, short], dir: "%s"}
                sinks: [{jsonl: {path: "%s"}}]
                evidence: {dir: "%s"}
                """.formatted(
                        ROOT.resolve("conf/models/pcb-defect-int8.yaml"),
                        dir.resolve("parts"),
                        dir.resolve("out.jsonl"),
                        dir.resolve("evidence")));
    }

    private static String defect(String label, double x, double y) {
        return """
                {"label":"%s","confidence":0.9,"grade":"reject","board":null,"frames":1,\
                "place":{"x":%s,"y":%s,"width":0.1,"height":0.1}}""".formatted(label, x, y);
    }

    /** A verdict on a board, of one frame each number. Returns its id. */
    private String verdict(String board, List<Integer> frames, String... defects) {
        String id = "line1/E/v" + ++verdicts;
        String time = "\"2026-11-22T13:40:00.000000Z\"";
        reviews.add("""
                verdict {"schemaVersion":"1.4","type":"verdict","messageId":"%s","sourceId":"line1","streamEpoch":"E",\
                "frameSeq":1,"prevFrameSeq":1,"gaps":[],"verdict":{"grade":"reject","reasons":[],\
                "part":{"id":"%s","recipe":null,"revision":null,"at":%s},"defects":[%s],"frames":%s,"missing":[],\
                "model":null,"evidence":null,"from":%s,"to":%s,"decidedAt":%s,"tookMs":1.0},"publishedAt":%s}""".formatted(id, board, time, String.join(",", defects), frames, time, time, time, time));
        return id;
    }

    /** A picture that is kept, with objects of a tenth of its size, each {@code label x y} by its middle. */
    private void kept(int frame, String... objects) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("evidence/line1/E/" + frame));
        ImageIO.write(
                new BufferedImage(200, 100, BufferedImage.TYPE_BYTE_GRAY),
                "jpg",
                folder.resolve("picture.jpg").toFile());
        String found = Stream.of(objects)
                .map(object -> object.split(" "))
                .map(parts -> """
                        {"id":0,"label":"%s","classId":1,"confidence":0.9,"bbox":{"left":%s,"top":%s,"width":20,"height":10}}""".formatted(
                        parts[0], Double.parseDouble(parts[1]) * 200 - 10, Double.parseDouble(parts[2]) * 100 - 5))
                .collect(Collectors.joining(","));
        Files.writeString(folder.resolve("message.json"), """
                {"schemaVersion":"1.4","type":"frame","messageId":"line1/E/%d","sourceId":"line1","streamEpoch":"E",
                "frameSeq":%d,"prevFrameSeq":0,"gaps":[],"ptsNs":1,
                "captureTime":{"utc":null,"clock":"file","uncertaintyUs":null},
                "stages":{"decodeNs":1,"queueNs":1,"preprocessNs":1,"inferNs":1,"postNs":1},
                "publishedAt":"2026-11-22T13:40:00.000000Z","frame":{"width":200,"height":100},
                "model":{"name":"m","version":"1","sha256":"%s","precision":"int8","backend":"b"},
                "objects":[%s]}""".formatted(frame, frame, "a".repeat(64), found));
    }

    private void said(String id, int defect, String state) {
        reviews.add("review " + id + ' ' + defect + ' ' + state + " =Ada 1");
    }

    private String export(int exitCode, String... more) throws IOException {
        Files.createDirectories(dir.resolve("parts"));
        Files.write(dir.resolve("parts/line1.reviews"), reviews);
        StringWriter out = new StringWriter();
        List<String> args = new ArrayList<>(List.of(
                "evidence",
                "export",
                dir.resolve("set").toString(),
                "-c",
                dir.resolve("pipeline.yaml").toString()));
        args.addAll(List.of(more));
        int code = Main.run(new PrintWriter(out), new PrintWriter(out), args.toArray(String[]::new));
        assertThat(code).as(out.toString()).isEqualTo(exitCode);
        return out.toString();
    }

    private List<String> labels(String name) throws IOException {
        return Files.readAllLines(dir.resolve("set/labels/" + name + ".txt"));
    }

    @Test
    void confirmedDefectsAreBoxesAndFalseCallsAreBackground() throws IOException {
        String mixed = verdict("B1", List.of(5), SHORT_LEFT, SHORT_RIGHT, OPEN);
        kept(5, "short 0.76 0.5", "short 0.25 0.51", "open 0.5 0.25");
        said(mixed, 0, "defect-rejected");
        said(mixed, 1, "defect-confirmed");
        said(mixed, 2, "accepted");
        String wrong = verdict("B2", List.of(8), OPEN);
        kept(8, "open 0.5 0.25");
        said(wrong, -1, "defect-rejected");

        String told = export(0, "--dev", "0");

        assertThat(told).contains("2 pictures of 2 boards", "2 boxes", "2 false calls as background");
        assertThat(labels("00000-000000"))
                .containsExactlyInAnyOrder(
                        "1 0.760000 0.500000 0.100000 0.100000", "0 0.500000 0.250000 0.100000 0.100000");
        assertThat(labels("00001-000001")).isEmpty();
        assertThat(Files.readAllLines(dir.resolve("set/trainval.txt"))).containsExactly("00000-000000", "00001-000001");
        assertThat(ImageIO.read(dir.resolve("set/images/00000-000000.jpg").toFile())
                        .getWidth())
                .isEqualTo(200);
    }

    @Test
    void whatWasMissedIsABoxWhereSomebodySaidSo() throws IOException {
        String placed = verdict("B1", List.of(5, 6));
        kept(5);
        kept(6);
        reviews.add("missed " + placed + " =open 0.4,0.3,0.02,0.04 =Ada 1");
        String unplaced = verdict("B2", List.of(7));
        kept(7);
        reviews.add("missed " + unplaced + " =open - =Ada 1");

        assertThat(export(0, "--dev", "0")).contains("1 pictures of 1 boards", "2 pictures of which it is not certain");
        assertThat(labels("00000-000000")).containsExactly("0 0.400000 0.300000 0.020000 0.040000");
    }

    @Test
    void whatIsNotCertainIsLeftOut() throws IOException {
        verdict("B1", List.of(1), OPEN);
        kept(1, "open 0.5 0.25");
        String unseen = verdict("B2", List.of(2), OPEN);
        kept(2);
        said(unseen, -1, "defect-confirmed");
        String elsewhere = verdict("B3", List.of(3), SHORT_LEFT, SHORT_RIGHT);
        kept(3, "short 0.4 0.5", "short 0.6 0.5");
        said(elsewhere, 0, "defect-confirmed");
        said(elsewhere, 1, "defect-rejected");
        String gone = verdict("B4", List.of(4), OPEN);
        said(gone, -1, "defect-confirmed");
        String somewhere = verdict("B5", List.of(5));
        kept(5);
        said(somewhere, -1, "defect-confirmed");

        assertThat(export(0))
                .contains("0 pictures", "1 boards that nobody reviewed", "1 without a picture", "3 pictures of which");
    }

    @Test
    void aPictureThatMakesRoomMeanwhileEndsNothing() throws IOException {
        String going = verdict("B1", List.of(1), OPEN);
        kept(1, "open 0.5 0.25");
        Files.delete(dir.resolve("evidence/line1/E/1/picture.jpg"));
        said(going, -1, "defect-confirmed");
        String stays = verdict("B2", List.of(2), OPEN);
        kept(2, "open 0.5 0.25");
        said(stays, -1, "defect-confirmed");

        assertThat(export(0)).contains("1 pictures of 1 boards", "1 without a picture");
    }

    @Test
    void noBoardIsInBothHalvesAndALaterExportLeavesEachWhereItWas() throws IOException {
        for (int board = 0; board < 60; board++) {
            String id = verdict("B" + board % 30, List.of(board + 1), OPEN);
            kept(board + 1, "open 0.5 0.25");
            said(id, -1, "defect-confirmed");
        }
        export(0, "--dev", "30");

        Set<String> train = boards("trainval.txt");
        Set<String> dev = boards("dev.txt");
        assertThat(train).isNotEmpty().doesNotContainAnyElementsOf(dev);
        assertThat(dev).hasSizeBetween(3, 18);
        assertThat(train.size() + dev.size()).isEqualTo(30);
        Object yaml =
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(dir.resolve("set/data.yaml")));
        assertThat(yaml.toString())
                .contains("train=train-images.txt", "val=val-images.txt", "0=open", "1=short", "5=pin-hole");
        for (String half : List.of("train-images.txt", "val-images.txt")) {
            for (String image : Files.readAllLines(dir.resolve("set").resolve(half))) {
                assertThat(dir.resolve("set").resolve(image)).exists();
            }
        }
    }

    private Set<String> boards(String list) throws IOException {
        return Files.readAllLines(dir.resolve("set").resolve(list)).stream()
                .map(name -> name.substring(0, 5))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void whatIsThereIsNotWrittenOver() throws IOException {
        Files.createDirectories(dir.resolve("set/mine"));
        assertThat(export(2)).contains("expected an empty directory or none");
        assertThat(dir.resolve("set/images")).doesNotExist();
    }

    @Test
    void withoutEvidenceThereIsNothingToExport() throws IOException {
        Path file = dir.resolve("pipeline.yaml");
        Files.writeString(file, Files.readString(file).replaceFirst("evidence: .*", ""));
        assertThat(export(2)).contains("it has no section evidence");
    }
}
