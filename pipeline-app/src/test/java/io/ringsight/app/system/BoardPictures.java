package io.ringsight.app.system;

import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.synthetic.KnownObjects;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Boards, good and bad ones in turn, as pictures for the camera {@code boards=} of {@code gst_rtsp.py}, and what each is.
 *
 * @param model that sees them
 * @param size of a picture, as {@code 640x640}
 * @param classes the keys {@code rework} and {@code reject} of their parts
 * @param grades what each is
 */
record BoardPictures(Path model, String size, String classes, List<String> grades) {
    private static final int SIZE = 640;
    /** What the model finds on these boards is what was drawn; on the others it is wrong now and then. */
    private static final List<Integer> BOARDS = List.of(9, 10, 14, 41, 19, 25, 21, 45);

    private static final List<String> LABELS = List.of("open", "short", "mousebite", "spur", "copper", "pin-hole");
    private static final List<String> REJECT = List.of("open", "short");

    private static final int SMALL = 64;
    /** A picture that the network takes for nothing, for one kind of defect, and for another. */
    private static final List<Integer> SHADES = List.of(50, 50, 160, 50, 220);

    private static final int CODED_WRONG = 4;

    /** Boards of {@code synthetic:pcb} for the model that comes with Ringsight. */
    static BoardPictures pcb(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<String> grades = new ArrayList<>();
        SyntheticTruth truth = new SyntheticTruth(
                (SourceSpec.Synthetic) SourceSpec.parse("synthetic:pcb?width=" + SIZE + "&height=" + SIZE + "&fps=15"));
        for (int board : BOARDS) {
            long frame = firstWhole(truth, board);
            byte[] luma = new byte[SIZE * SIZE];
            truth.draw(frame, luma);
            write(folder, grades.size(), luma);
            grades.add(grade(truth, frame));
        }
        String classes = "reject: [open, short], rework: [mousebite, spur, copper, pin-hole]";
        return new BoardPictures(Rig.MODEL, SIZE + "x" + SIZE, classes, grades);
    }

    /** Grey pictures for a network that names their shade: no matter how busy the machine is, it is as quick as they come. */
    static BoardPictures shades(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<String> grades = new ArrayList<>();
        for (int shade : SHADES) {
            byte[] luma = new byte[SMALL * SMALL];
            Arrays.fill(luma, (byte) (16 + Math.round(shade * 219 / 255.0)));
            write(folder, grades.size(), luma);
            grades.add(shade < 100 ? "pass" : shade < 200 ? "rework" : "reject");
        }
        Path model = new TinyOnnx().wholeClasses().write(folder.resolveSibling("tiny.onnx"));
        String classes = "rework: [" + shadesNear(160) + "], reject: [" + shadesNear(220) + "]";
        return new BoardPictures(model, SMALL + "x" + SMALL, classes, grades);
    }

    private static String shadesNear(int shade) {
        return IntStream.rangeClosed(shade - CODED_WRONG, shade + CODED_WRONG)
                .mapToObj(near -> "shade-" + near)
                .collect(Collectors.joining(", "));
    }

    private static void write(Path folder, int number, byte[] luma) throws IOException {
        Files.write(folder.resolve("%02d.luma".formatted(number)), luma);
    }

    /** What the part of slot {@code slot} is: its picture is shown while the wall clock is in that slot. */
    String grade(long slot) {
        return grades.get((int) (slot % grades.size()));
    }

    private static long firstWhole(SyntheticTruth truth, int board) {
        long frame = 0;
        while (truth.wholeBoardAt(truth.settings().ptsNs(frame)) != board) {
            frame++;
        }
        return frame;
    }

    private static String grade(SyntheticTruth truth, long frame) {
        KnownObjects shown = SyntheticTruth.room();
        truth.objects(frame, shown);
        String grade = shown.size() == 0 ? "pass" : "rework";
        for (int i = 0; i < shown.size(); i++) {
            grade = REJECT.contains(LABELS.get(shown.classId(i))) ? "reject" : grade;
        }
        return grade;
    }
}
