package io.ringsight.app.tools.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.app.Main;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.infer.open.Models;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.pipeline.LookingIntake;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Source;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorsCommandTest {
    private static final int NUMBERS = 3 * TinyOnnx.SIZE * TinyOnnx.SIZE;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path pictures;

    @BeforeEach
    void draw() throws IOException {
        pictures = Files.createDirectory(folder.resolve("pictures"));
        draw("a.jpg", 33, 20);
        draw("b.png", 16, 16);
        draw("c.v2.jpg", 12, 40);
    }

    private void draw(String name, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setPaint(new GradientPaint(0, 0, Color.ORANGE, width, height, Color.BLUE));
        pen.fillRect(0, 0, width, height);
        pen.dispose();
        assertThat(ImageIO.write(
                        image,
                        name.substring(name.length() - 3),
                        pictures.resolve(name).toFile()))
                .isTrue();
    }

    private int tensors(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[args.length + 1];
        all[0] = "tensors";
        System.arraycopy(args, 0, all, 1, args.length);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all);
    }

    /** A network that gives back what it was given shows what a lane holds. */
    @Test
    void areWhatALaneComputesFrom() throws Exception {
        assertEqualsLane(new TinyOnnx().echo(), "<f4");
        assertEqualsLane(new TinyOnnx().echo().float16(), "<f2");
        assertEqualsLane(new TinyOnnx().echo().uint8(), "|u1");
    }

    private void assertEqualsLane(TinyOnnx network, String type) throws Exception {
        Path model = network.write(folder.resolve("echo.onnx"));
        Path tensors = folder.resolve("tensors/" + type.substring(1));
        assertThat(tensors(pictures + "", "-m", model + "", "-o", tensors + ""))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).startsWith("3 tensors of ").endsWith(" [1, 3, 16, 16] in " + tensors + "\n");
        for (String name : List.of("a.jpg", "b.png", "c.v2.jpg")) {
            Path file = tensors.resolve(name.substring(0, name.length() - 4) + ".npy");
            assertThat(numbers(file, type)).as(name + " " + type).containsExactly(laneInput(model, name));
        }
    }

    private float[] laneInput(Path model, String picture) throws Exception {
        try (InferenceBackend backend = Backends.open(
                                Models.read(model, ModelOverrides.NONE),
                                new BackendSpec("cpu", 1, 1),
                                new Counters<>(BackendCounter.class))
                        .now();
                Source source = Sources.open(SourceSpec.recording(pictures.resolve(picture)), Clock.system(), 2)) {
            Lane lane = backend.lanes().get(0);
            source.run(new LaneIntake(lane));
            lane.launch(1);
            lane.await();
            return TinyOnnx.echoed(lane.output());
        }
    }

    /** Parses a file by NumPy's own description of its format. */
    private static float[] numbers(Path file, String type) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        bytes.get(magic);
        assertThat(magic).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        byte[] header = new byte[bytes.getShort()];
        bytes.get(header);
        assertThat(bytes.position() % 64).isZero();
        assertThat(new String(header, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '" + type + "', 'fortran_order': False, 'shape': (1, 3, 16, 16), }")
                .endsWith("\n");
        int size = type.charAt(2) - '0';
        assertThat(bytes.remaining()).isEqualTo(NUMBERS * size);
        float[] numbers = new float[NUMBERS];
        for (int i = 0; i < NUMBERS; i++) {
            numbers[i] = switch (size) {
                case 4 -> bytes.getFloat();
                case 2 -> half(bytes.getShort());
                default -> bytes.get() & 0xff;
            };
        }
        return numbers;
    }

    /** Of a normal or subnormal half, which is all a picture gives. */
    private static float half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        return exponent == 0 ? fraction * 0x1p-24f : (fraction + 1024) * (float) Math.pow(2, exponent - 25);
    }

    /** They were taken for limited range: all below 16 became black, all above 235 white. */
    @Test
    void greyPicturesKeepTheirContrast() throws Exception {
        BufferedImage steps = new BufferedImage(TinyOnnx.SIZE, TinyOnnx.SIZE, BufferedImage.TYPE_BYTE_GRAY);
        for (int level = 0; level < 256; level++) {
            steps.getRaster().setSample(level % TinyOnnx.SIZE, level / TinyOnnx.SIZE, 0, level);
        }
        BufferedImage flat = new BufferedImage(TinyOnnx.SIZE, TinyOnnx.SIZE, BufferedImage.TYPE_BYTE_GRAY);
        Arrays.fill(((DataBufferByte) flat.getRaster().getDataBuffer()).getData(), (byte) 8); // exact in JPEG
        Path grey = Files.createDirectory(folder.resolve("grey"));
        ImageIO.write(steps, "png", grey.resolve("steps.png").toFile());
        ImageIO.write(flat, "jpg", grey.resolve("flat.jpg").toFile());
        Path model = new TinyOnnx().write(folder.resolve("m.onnx"));
        assertThat(tensors(grey + "", "-m", model + "", "-o", folder + "")).isZero();
        float[] seenSteps = numbers(folder.resolve("steps.npy"), "<f4");
        float[] seenFlat = numbers(folder.resolve("flat.npy"), "<f4");
        for (int i = 0; i < NUMBERS; i++) {
            assertThat(seenSteps[i] * 255).as("level %d", i % 256).isCloseTo(i % 256, within(0.01f));
            assertThat(seenFlat[i] * 255).isCloseTo(8, within(0.01f));
        }
    }

    /** Above 576 lines the palette's colours came out by the matrix of television: up to 24 levels off. */
    @Test
    void palettePicturesKeepTheirColours() throws Exception {
        IndexColorModel palette =
                new IndexColorModel(8, 1, new byte[] {(byte) 200}, new byte[] {40}, new byte[] {(byte) 120});
        Path indexed = Files.createDirectory(folder.resolve("indexed"));
        BufferedImage flat = new BufferedImage(600, 600, BufferedImage.TYPE_BYTE_INDEXED, palette);
        ImageIO.write(flat, "png", indexed.resolve("flat.png").toFile());
        Path model = new TinyOnnx().write(folder.resolve("m.onnx"));
        assertThat(tensors(indexed + "", "-m", model + "", "-o", folder + "")).isZero();
        float[] seen = numbers(folder.resolve("flat.npy"), "<f4");
        int[] rgb = {200, 40, 120};
        for (int i = 0; i < NUMBERS; i++) {
            assertThat(seen[i] * 255)
                    .isCloseTo(rgb[i * 3 / NUMBERS], within(1.5f)); // it passes 8 bits of luma and chroma
        }
    }

    @Test
    void takesAListAndALimit() throws Exception {
        Path model = new TinyOnnx().write(folder.resolve("m.onnx"));
        Path list = Files.writeString(folder.resolve("list.txt"), "images/c.v2.jpg\nb\n\na.jpg\n");
        Path tensors = folder.resolve("tensors");
        assertThat(tensors(pictures + "", "--list", list + "", "--limit", "2", "-m", model + "", "-o", tensors + ""))
                .as(err.toString())
                .isZero();
        try (var files = Files.list(tensors)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("c.v2.npy", "b.npy");
        }
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Path model = new TinyOnnx().write(folder.resolve("m.onnx"));
        Path file = Files.writeString(folder.resolve("file"), "");
        assertRefused(2, "Missing required", pictures + "", "-m", model + "");
        assertRefused(2, "IMAGES_DIR: expected a folder, but", folder + "/none", "-m", model + "", "-o", "x");
        assertRefused(2, "IMAGES_DIR: expected a folder with", folder + "", "-m", model + "", "-o", "x");
        assertRefused(2, "--limit: expected", pictures + "", "-m", model + "", "-o", "x", "--limit", "0");
        assertRefused(2, "no such model file", pictures + "", "-m", "none.onnx", "-o", "x");
        assertRefused(1, "-o: expected a folder", pictures + "", "-m", model + "", "-o", file + "");
        Files.writeString(pictures.resolve("d.jpg"), "this is text");
        assertRefused(1, "d.jpg: expected a picture", pictures + "", "-m", model + "", "-o", folder + "/t");
    }

    private void assertRefused(int code, String why, String... args) {
        assertThat(tensors(args)).as(err.toString()).isEqualTo(code);
        assertThat(err.toString()).contains(why).hasLineCount(1);
    }

    private record LaneIntake(Lane lane) implements LookingIntake {
        @Override
        public void offer(Picture picture) {
            lane.load(0, picture);
            picture.release();
        }

        @Override
        public void lost(GapReason reason, int frames) {
            throw new AssertionError(reason);
        }

        @Override
        public SourceMetrics metrics() {
            return new SourceMetrics("lane");
        }
    }
}
