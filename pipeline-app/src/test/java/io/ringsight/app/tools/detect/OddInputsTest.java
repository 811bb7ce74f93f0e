package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files as cameras, phones, scanners and editors write them, made by Debian's FFmpeg: {@code detect} gives one message for
 * each frame that {@code ffprobe} decodes, of the upright picture's size, and says what is damaged. Each file with the
 * table's own command, so that one that fails can be made by hand.
 */
@Timeout(120)
class OddInputsTest {
    private static final String VIDEO = "-f lavfi -i testsrc2=size=160x120:rate=25 -frames:v 20 ";
    private static final String PICTURE = "-f lavfi -i testsrc2=size=160x120:rate=1 -frames:v 1 ";
    private static final Pattern SIZE = Pattern.compile("\"frame\":\\{\"width\":(\\d+),\"height\":(\\d+)");
    private static final Pattern SEQ = Pattern.compile("\"frameSeq\":(\\d+)");

    @TempDir
    private Path folder;

    private DetectRun run;

    @BeforeEach
    void needObservers() {
        for (String program : List.of("ffmpeg", "ffprobe")) {
            boolean found = Stream.of(System.getenv("PATH").split(":"))
                    .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
            assumeTrue(found, "no " + program + " on the PATH; run scripts/rig/setup.sh observers");
        }
        run = new DetectRun(folder);
    }

    /**
     * A file to be made.
     *
     * @param name its name, the peculiarity in it
     * @param size of the upright picture
     * @param command what FFmpeg is told, but for the name
     */
    private record Odd(String name, String size, String command) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Odd video(String name, String how) {
        return new Odd(name, "160x120", VIDEO + how);
    }

    private static Odd picture(String name, String how) {
        return new Odd(name, "160x120", PICTURE + how);
    }

    private static Odd sized(String name, String size, String how) {
        return new Odd(
                name,
                size,
                "-f lavfi -i testsrc2=size=160x120:rate=25 -vf scale=" + size.replace('x', ':') + " " + how);
    }

    static Stream<Odd> videos() {
        String h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p ";
        return Stream.of(
                video("interlaced-h264.mp4", "-c:v libx264 -pix_fmt yuv420p -flags +ilme+ildct -x264-params tff=1"),
                video("interlaced-mpeg2.ts", "-c:v mpeg2video -flags +ilme+ildct -top 1 -pix_fmt yuv420p"),
                video("variable-rate.mp4", "-vf select='not(mod(n\\,3))' -vsync vfr " + h264),
                video("variable-rate.mkv", "-vf select='lt(mod(n\\,7)\\,2)' -vsync vfr " + h264),
                video("b-frames-open-gop.ts", "-c:v libx264 -bf 3 -g 8 -x264-params open-gop=1 -pix_fmt yuv420p"),
                video("long-gop.mp4", "-c:v libx264 -g 1000 -pix_fmt yuv420p -bf 0"),
                video("two-videos.mkv", "-map 0 -map 0 " + h264),
                video("fragmented.mp4", h264 + "-movflags +frag_keyframe+empty_moov"),
                video("time-lapse.mp4", "-vf setpts=N*60/TB " + h264),
                video("elementary.h264", h264),
                video("elementary.hevc", "-c:v libx265 -preset ultrafast -x265-params log-level=none"),
                video("ten-bit.mkv", "-c:v libx264 -preset ultrafast -pix_fmt yuv422p10le"),
                video("full-range-444.mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuvj444p"),
                video("rgb-in-h264.mkv", "-c:v libx264rgb -preset ultrafast -pix_fmt rgb24"),
                video("mpeg4.avi", "-c:v mpeg4"),
                video("mpeg4-packed-b.avi", "-c:v mpeg4 -bf 2"),
                video("mpeg1.mpg", "-c:v mpeg1video"),
                video("wmv2.asf", "-c:v wmv2"),
                video("h263.flv", "-c:v flv"),
                video("mjpeg.avi", "-c:v mjpeg -pix_fmt yuvj420p"),
                video("vp8.webm", "-c:v libvpx -deadline realtime"),
                video("vp9.webm", "-c:v libvpx-vp9 -deadline realtime"),
                video("vp9-alpha.webm", "-vf format=yuva420p -c:v libvpx-vp9 -deadline realtime -auto-alt-ref 0"),
                video("av1.mp4", "-c:v libaom-av1 -cpu-used 8 -usage realtime"),
                video("theora.ogv", "-c:v libtheora"),
                video("prores.mov", "-c:v prores_ks"),
                video("ffv1-16bit.mkv", "-pix_fmt gray16le -c:v ffv1"),
                video("huffyuv.avi", "-c:v huffyuv"),
                video("alpha.mov", "-pix_fmt argb -c:v qtrle"),
                video("raw.y4m", "-pix_fmt yuv420p"),
                video("animated.gif", ""),
                video("animated.apng", "-plays 0"),
                sized("odd-size.mkv", "33x17", "-frames:v 20 -c:v libx264 -pix_fmt yuv444p"),
                sized("odd-size.avi", "35x19", "-frames:v 20 -c:v mjpeg -pix_fmt yuvj420p"),
                sized("narrow.mp4", "16x1200", "-frames:v 5 " + h264));
    }

    static Stream<Odd> pictures() {
        return Stream.of(
                picture("alpha.png", "-pix_fmt rgba"),
                picture("sixteen-bit.png", "-pix_fmt rgb48be"),
                picture("grey-sixteen-bit.png", "-pix_fmt gray16be"),
                picture("grey-alpha.png", "-pix_fmt ya8"),
                picture("palette.png", "-pix_fmt pal8"),
                picture("one-bit.png", "-pix_fmt monob"),
                sized("one-pixel.png", "1x1", "-frames:v 1"),
                sized("one-pixel.bmp", "1x1", "-frames:v 1 -pix_fmt bgr24"),
                sized("two-pixels.gif", "2x1", "-frames:v 1"),
                picture("grey.jpg", "-pix_fmt gray"),
                picture("full-chroma.jpg", "-pix_fmt yuvj444p"),
                picture("lossless.webp", "-c:v libwebp -lossless 1"),
                picture("lossy.webp", "-c:v libwebp"),
                picture("lzw.tiff", "-pix_fmt rgb24 -compression_algo lzw"),
                picture("sixteen-bit.tiff", "-pix_fmt rgb48le"),
                picture("palette.bmp", "-pix_fmt pal8"),
                picture("555.bmp", "-pix_fmt rgb555le"),
                picture("wavelets.jp2", "-c:v jpeg2000"),
                picture("netpbm.ppm", ""),
                picture("netpbm-sixteen-bit.pgm", "-pix_fmt gray16be"),
                picture("targa.tga", ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"videos", "pictures"})
    void everyFrameThatFfprobeDecodesIsInAMessage(Odd odd) throws Exception {
        Path file = make(odd);

        int exit = run.detect(file);

        int expected = decodable(file);
        assertThat(expected).isPositive();
        assertThat(exit).as(run.err()).isZero();
        assertThat(run.frames()).as(run.err()).hasSize(expected);
        assertThat(SEQ.matcher(run.out())
                        .results()
                        .limit(expected)
                        .map(match -> match.group(1))
                        .toList())
                .isEqualTo(Stream.iterate(1, i -> i + 1)
                        .limit(expected)
                        .map(String::valueOf)
                        .toList());
        assertThat(SIZE.matcher(run.out())
                        .results()
                        .map(match -> match.group(1) + "x" + match.group(2))
                        .distinct())
                .containsExactly(odd.size());
    }

    @ParameterizedTest
    @MethodSource("exifOrientations")
    void aPhotographIsUprightWhateverExifSays(int orientation) throws Exception {
        byte[] jpeg = Files.readAllBytes(make(picture("plain.jpg", "-pix_fmt yuvj420p")));
        Path file = Files.write(folder.resolve("exif-" + orientation + ".jpg"), withOrientation(jpeg, orientation));

        assertThat(run.detect(file)).as(run.err()).isZero();

        assertThat(run.frames())
                .singleElement()
                .asString()
                .contains(
                        orientation < 5
                                ? "\"frame\":{\"width\":160,\"height\":120}"
                                : "\"frame\":{\"width\":120,\"height\":160}");
    }

    static Stream<Integer> exifOrientations() {
        return Stream.iterate(1, i -> i + 1).limit(8);
    }

    /** A phone that was held otherwise says so in the file. */
    @ParameterizedTest
    @ValueSource(ints = {90, 180, 270})
    void aTurnedVideoIsUpright(int degrees) throws Exception {
        Path plain = make(video("plain.mp4", "-c:v libx264 -pix_fmt yuv420p"));
        Path turned = folder.resolve("turned.mp4");
        ffmpeg(List.of(
                "-i", plain.toString(), "-c", "copy", "-metadata:s:v:0", "rotate=" + degrees, turned.toString()));

        assertThat(run.detect(turned)).as(run.err()).isZero();

        String size = degrees == 180 ? "{\"width\":160,\"height\":120}" : "{\"width\":120,\"height\":160}";
        assertThat(run.frames()).hasSize(20).allMatch(line -> line.contains(size));
    }

    /** As printers want them: four inks, no word of Adobe's. */
    @Test
    void aPictureInFourInksIsOneFrame() throws Exception {
        Path file = folder.resolve("cmyk.jpg");
        WritableRaster raster = Raster.createInterleavedRaster(0, 160, 120, 4, null);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(raster, null, null), null);
        } finally {
            writer.dispose();
        }

        assertThat(run.detect(file)).as(run.err()).isZero();
        assertThat(run.frames()).hasSize(1);
    }

    /** An editor's cut without encoding again: what lies before the cut is in the file, and is not to be shown. */
    @Test
    void whatAnEditListHidesIsNoFrame() throws Exception {
        Path whole = make(video("whole.mp4", "-c:v libx264 -g 10 -bf 2 -pix_fmt yuv420p"));
        Path cut = folder.resolve("edit-list.mp4");
        ffmpeg(List.of("-ss", "0.52", "-i", whole.toString(), "-c", "copy", cut.toString()));

        assertThat(run.detect(cut)).as(run.err()).isZero();
        assertThat(run.frames()).hasSize(decodable(cut)).hasSizeLessThan(20);
    }

    /** A player's picture of the record sleeve is no video beside one. */
    @Test
    void anAttachedPictureIsNotTakenForTheVideo() throws Exception {
        Path clip = make(video("clip.mp4", "-c:v libx264 -pix_fmt yuv420p"));
        Path cover = make(picture("cover.png", "-vf scale=64:64"));
        Path both = folder.resolve("attached-picture.mp4");
        ffmpeg(List.of(
                "-i",
                cover.toString(),
                "-i",
                clip.toString(),
                "-map",
                "0",
                "-map",
                "1",
                "-c",
                "copy",
                "-c:v:0",
                "png",
                "-disposition:v:0",
                "attached_pic",
                both.toString()));

        assertThat(run.detect(both)).as(run.err()).isZero();
        assertThat(run.frames()).hasSize(20).allMatch(line -> line.contains("{\"width\":160,\"height\":120}"));
    }

    @ParameterizedTest
    @MethodSource("tails")
    void aFileWithoutItsTailIsTold(String name, String how) throws Exception {
        Path whole = make(video("whole-" + name, how));
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve(name), Arrays.copyOf(bytes, bytes.length * 2 / 3));

        assertThat(run.detect(cut)).isEqualTo(1);
        assertThat(run.err()).contains(name);
    }

    static Stream<Arguments> tails() {
        return Map.of(
                        "tail-lost.mkv", "-c:v libx264 -bf 0 -pix_fmt yuv420p",
                        "tail-lost.mp4", "-c:v libx264 -bf 0 -pix_fmt yuv420p -movflags +faststart",
                        "index-lost.mp4", "-c:v libx264 -bf 0 -pix_fmt yuv420p",
                        "tail-lost.avi", "-c:v mjpeg -pix_fmt yuvj420p",
                        "tail-lost.gif", "")
                .entrySet()
                .stream()
                .map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @Test
    void whatHoldsNoPictureIsOneLineAndExitCodeOne() throws Exception {
        ffmpeg(List.of(
                "-f",
                "lavfi",
                "-i",
                "sine=duration=1",
                folder.resolve("sound.wav").toString()));
        Files.writeString(folder.resolve("text.mp4"), "this is no video\n".repeat(100));
        Files.write(folder.resolve("empty.jpg"), new byte[0]);
        for (String name : List.of("sound.wav", "text.mp4", "empty.jpg")) {
            assertThat(run.detect(folder.resolve(name))).as(name).isEqualTo(1);
            assertThat(run.frames()).as(name).isEmpty();
            assertThat(run.err().lines())
                    .as(run.err())
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains(name);
        }
    }

    private Path make(Odd odd) throws Exception {
        Path file = folder.resolve(odd.name());
        List<String> words = new ArrayList<>(List.of(odd.command().trim().split(" +")));
        words.replaceAll(word -> word.replace("'", ""));
        words.add(file.toString());
        ffmpeg(words);
        return file;
    }

    private static void ffmpeg(List<String> words) throws Exception {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
        command.addAll(words);
        output(command);
    }

    /** The frames of the first video that a decoder gives. */
    private static int decodable(Path file) throws Exception {
        String counted = output(List.of(
                "ffprobe",
                "-v",
                "error",
                "-count_frames",
                "-select_streams",
                "v:0",
                "-show_entries",
                "stream=nb_read_frames",
                "-of",
                "default=nw=1:nk=1",
                file.toString()));
        return Integer.parseInt(counted.lines().findFirst().orElseThrow().strip());
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("odd-input", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            boolean ended = process.waitFor(100, TimeUnit.SECONDS);
            process.destroyForcibly();
            String said = Files.readString(out);
            assertThat(ended && process.exitValue() == 0)
                    .as(String.join(" ", command) + "\n" + said)
                    .isTrue();
            return said;
        } finally {
            Files.delete(out);
        }
    }

    /** A JPEG file with the one Exif tag. */
    private static byte[] withOrientation(byte[] jpeg, int orientation) {
        byte[] exif = {
            (byte) 0xff,
            (byte) 0xe1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0,
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8,
            0,
            1,
            1,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            (byte) orientation,
            0,
            0,
            0,
            0,
            0,
            0
        };
        byte[] file = new byte[jpeg.length + exif.length];
        System.arraycopy(jpeg, 0, file, 0, 2);
        System.arraycopy(exif, 0, file, 2, exif.length);
        System.arraycopy(jpeg, 2, file, 2 + exif.length, jpeg.length - 2);
        return file;
    }
}
