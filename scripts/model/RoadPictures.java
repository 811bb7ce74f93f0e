import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.synthetic.KnownObjects;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Draws pictures of synthetic:road with their labels, for training and measuring: {@code images/*.pgm}, {@code labels/*.txt}
 * (class and box as fractions, as YOLO has them) and {@code list.txt}. {@code java -cp 'LIB/*' RoadPictures.java DIR COUNT SEED}
 */
final class RoadPictures {
    private static final int FRAMES_BETWEEN = 41;
    private static final int PICTURES_OF_A_SEED = 40;

    private RoadPictures() {}

    public static void main(String[] arguments) throws IOException {
        Path dir = Path.of(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        long seed = Long.parseLong(arguments[2]);
        Files.createDirectories(dir.resolve("images"));
        Files.createDirectories(dir.resolve("labels"));
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String name = String.format("road%05d", i);
            boolean isNight = i % 3 == 2;
            String uri = "synthetic:road?seed=" + (seed + i / PICTURES_OF_A_SEED) + (isNight ? "&light=night" : "");
            draw(new SyntheticTruth((SourceSpec.Synthetic) SourceSpec.parse(uri)), i % PICTURES_OF_A_SEED, dir, name);
            list.append(name).append('\n');
        }
        Files.writeString(dir.resolve("list.txt"), list);
    }

    private static void draw(SyntheticTruth truth, int index, Path dir, String name) throws IOException {
        int width = truth.settings().width();
        int height = truth.settings().height();
        long frame = (long) index * FRAMES_BETWEEN;
        byte[] luma = new byte[width * height];
        truth.draw(frame, luma);
        for (int i = 0; i < luma.length; i++) {
            luma[i] = (byte) Math.max(0, Math.min(255, ((luma[i] & 0xFF) - 16) * 255 / 219));
        }
        ByteArrayOutputStream picture = new ByteArrayOutputStream();
        picture.writeBytes(("P5\n" + width + ' ' + height + "\n255\n").getBytes(StandardCharsets.US_ASCII));
        picture.writeBytes(luma);
        Files.write(dir.resolve("images").resolve(name + ".pgm"), picture.toByteArray());
        KnownObjects known = SyntheticTruth.room();
        truth.objects(frame, known);
        StringBuilder labels = new StringBuilder();
        for (int i = 0; i < known.size(); i++) {
            labels.append(known.classId(i));
            labels.append(' ').append((known.left(i) + known.width(i) / 2.0) / width);
            labels.append(' ').append((known.top(i) + known.height(i) / 2.0) / height);
            labels.append(' ').append((double) known.width(i) / width);
            labels.append(' ').append((double) known.height(i) / height).append('\n');
        }
        Files.writeString(dir.resolve("labels").resolve(name + ".txt"), labels);
    }
}
