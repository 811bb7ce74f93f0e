package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.FrameMessage;
import io.ringsight.client.PictureSize;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.BeforeAll;
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
 * each frame that {@code ffprobe} decodes, with the boxes that are found in the upright picture without loss, and says
 * what is damaged. Each file with the table's own command, so that one that fails can be made by hand.
 */
@Timeout(300)
class OddInputsTest {
    private static final Path MODEL = Path.of(System.getProperty("ringsight.root"), "conf/models/pcb-defect.yaml")
            .toAbsolutePath();
    private static final int WIDTH = 480;
    private static final int HEIGHT = 360;

    /** A board with five defects, 640x640, and a camera's way along it. */
    @TempDir
    private static Path scene;

    @TempDir
    private Path folder;

    private OddFiles files;
    private DetectRun run;

    @BeforeAll
    static void drawTheScene() throws Exception {
        OddFiles drawn = OddFiles.in(scene);
        Path board = scene.resolve("board.png");
        DetectRun probe = new DetectRun(scene, MODEL);
        assertThat(probe.ringsight("probe", "synthetic:pcb", "-o", board.toString()))
                .as(probe.err())
                .isZero();
        String way = "crop=%d:%d:x=6*n:y=40+4*n".formatted(WIDTH, HEIGHT);
        drawn.make("way.mkv", "-loop 1 -i " + board + " -r 25 -vf " + way + " -frames:v 20 -c:v ffv1 -pix_fmt bgr0");
    }

    private static String way() {
        return "-i " + scene.resolve("way.mkv") + " ";
    }

    @BeforeEach
    void setUp() {
        files = OddFiles.in(folder);
        run = new DetectRun(folder, MODEL);
    }

    /**
     * A file to be made.
     *
     * @param name its name, the peculiarity in it
     * @param size of the upright picture
     * @param command what FFmpeg is told of the scene, but for the name
     */
    private record Odd(String name, PictureSize size, String command) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Odd video(String name, String how) {
        return new Odd(name, new PictureSize(WIDTH, HEIGHT), "-frames:v 8 " + how);
    }

    private static Odd picture(String name, String how) {
        return new Odd(name, new PictureSize(WIDTH, HEIGHT), "-frames:v 1 " + how);
    }

    private static Odd sized(String name, int width, int height, String how) {
        return new Odd(
                name, new PictureSize(width, height), "-vf scale=%d:%d -frames:v 3 %s".formatted(width, height, how));
    }

    private Path make(Odd odd) throws Exception {
        return files.make(odd.name(), way() + odd.command());
    }

    static Stream<Odd> videos() {
        String h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p ";
        return Stream.of(
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
                sized("odd-size.mkv", 33, 17, "-c:v libx264 -pix_fmt yuv444p"),
                sized("odd-size.avi", 35, 19, "-c:v mjpeg -pix_fmt yuvj420p"),
                sized("narrow.mp4", 16, 1200, h264));
    }

    static Stream<Odd> pictures() {
        return Stream.of(
                picture("alpha.png", "-pix_fmt rgba"),
                picture("sixteen-bit.png", "-pix_fmt rgb48be"),
                picture("grey-sixteen-bit.png", "-pix_fmt gray16be"),
                picture("grey-alpha.png", "-pix_fmt ya8"),
                picture("palette.png", "-pix_fmt pal8"),
                picture("one-bit.png", "-pix_fmt monob"),
                sized("one-pixel.png", 1, 1, "-frames:v 1"),
                sized("one-pixel.bmp", 1, 1, "-frames:v 1 -pix_fmt bgr24"),
                sized("two-pixels.gif", 2, 1, "-frames:v 1"),
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
    void everyFrameThatFfprobeDecodesIsInAMessageWithTheUprightPicturesBoxes(Odd odd) throws Exception {
        Path file = make(odd);

        List<FrameMessage> frames = framesOf(file);

        assertThat(frames).hasSize(OddFiles.decodable(file)).isNotEmpty();
        assertThat(frames).extracting(FrameMessage::picture).containsOnly(odd.size());
        assertThat(frames.stream().map(frame -> frame.coverage().frameSeq()))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, frames.size()).boxed().toList());
        int sure = SameBoxes.check(frames, framesOf(files.upright(file).toArray()));
        if (odd.size().width() == WIDTH && !odd.name().startsWith("one-bit")) {
            assertThat(sure).as("objects to compare").isGreaterThanOrEqualTo(frames.size());
        }
    }

    /** What is found in all of them; each must have been read to its end. */
    private List<FrameMessage> framesOf(Object... inputs) throws Exception {
        assertThat(run.detect(inputs)).as(run.err()).isZero();
        return SameBoxes.parse(run.frames());
    }

    /** Two moments in one picture, line by line. */
    static Stream<Odd> combed() {
        String combs = "-vf tinterlace=interleave_top -pix_fmt yuv420p -flags +ilme+ildct -top 1 ";
        return Stream.of(
                video("interlaced-h264.mp4", combs + "-c:v libx264 -x264-params tff=1"),
                video("interlaced-mpeg2.ts", combs + "-c:v mpeg2video -q:v 2"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("combed")
    void aCombedPicturesBoxesAreThoseOfThePictureWithoutCombs(Odd odd) throws Exception {
        Path file = make(odd);

        List<FrameMessage> frames = framesOf(file);

        assertThat(frames).hasSize(OddFiles.decodable(file));
        // Two versions of the filter differ along the picture's edge, and what combs leave behind looks like defects.
        List<Path> smooth = files.upright(file, "bwdif=mode=send_frame:deint=interlaced");
        assertThat(SameBoxes.check(frames, framesOf(smooth.toArray()), 0.8)).isGreaterThanOrEqualTo(frames.size());
    }

    @ParameterizedTest
    @MethodSource("exifOrientations")
    void aPhotographIsUprightWhateverExifSays(int orientation, String asTheCameraWasHeld) throws Exception {
        Path upright = make(picture("upright.png", ""));
        Path plain =
                files.make("plain.jpg", "-i " + upright + " -vf " + asTheCameraWasHeld + " -pix_fmt yuvj420p -q:v 2");
        Path file = Files.write(
                folder.resolve("exif-" + orientation + ".jpg"),
                withOrientation(Files.readAllBytes(plain), orientation));

        assertThat(SameBoxes.check(framesOf(file), framesOf(upright))).isPositive();
    }

    /** Of each value of the tag, what turns an upright picture into the one in the file: TIFF 6.0, Orientation. */
    static Stream<Arguments> exifOrientations() {
        return Stream.of(
                Arguments.of(1, "null"),
                Arguments.of(2, "hflip"),
                Arguments.of(3, "hflip,vflip"),
                Arguments.of(4, "vflip"),
                Arguments.of(5, "transpose=0"),
                Arguments.of(6, "transpose=2"),
                Arguments.of(7, "transpose=3"),
                Arguments.of(8, "transpose=1"));
    }

    /** A phone that was held otherwise says so in the file. */
    @ParameterizedTest
    @ValueSource(ints = {90, 180, 270})
    void aTurnedVideoIsUpright(int degrees) throws Exception {
        Path plain = make(video("plain.mp4", "-c:v libx264 -pix_fmt yuv420p"));
        Path turned = files.make("turned.mp4", "-i " + plain + " -c copy -metadata:s:v:0 rotate=" + degrees);

        List<FrameMessage> frames = framesOf(turned);

        PictureSize size = degrees == 180 ? new PictureSize(WIDTH, HEIGHT) : new PictureSize(HEIGHT, WIDTH);
        assertThat(frames).hasSize(8).extracting(FrameMessage::picture).containsOnly(size);
        assertThat(SameBoxes.check(frames, framesOf(files.upright(turned).toArray())))
                .isPositive();
    }

    /** As printers want them: four inks. Without Adobe's marker 0 may be no ink or all of it. */
    @Test
    void aPictureInFourInksThatDoesNotSayHowTheyCountIsRefused() throws Exception {
        Path file = folder.resolve("cmyk.jpg");
        WritableRaster raster = Raster.createInterleavedRaster(0, WIDTH, HEIGHT, 4, null);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(raster, null, null), null);
        } finally {
            writer.dispose();
        }

        assertThat(run.detect(file)).isEqualTo(1);
        assertThat(run.frames()).isEmpty();
        assertThat(run.err()).contains("cmyk.jpg", "got CMYK without that (no Adobe marker); save it as RGB");
    }

    /** An editor's cut without encoding again: what lies before the cut is in the file, and is not to be shown. */
    @Test
    void whatAnEditListHidesIsNoFrame() throws Exception {
        Path whole = files.make("whole.mp4", way() + "-c:v libx264 -g 10 -bf 2 -pix_fmt yuv420p");
        Path cut = files.make("edit-list.mp4", "-ss 0.52 -i " + whole + " -c copy");

        List<FrameMessage> frames = framesOf(cut);

        assertThat(frames).hasSize(OddFiles.decodable(cut)).hasSizeLessThan(20);
        assertThat(SameBoxes.check(frames, framesOf(files.upright(cut).toArray())))
                .isPositive();
    }

    /** A player's picture of the record sleeve is no video beside one. */
    @Test
    void anAttachedPictureIsNotTakenForTheVideo() throws Exception {
        Path clip = make(video("clip.mp4", "-c:v libx264 -pix_fmt yuv420p"));
        Path cover = make(picture("cover.png", "-vf scale=64:64"));
        Path both = files.make(
                "attached-picture.mp4",
                "-i " + cover + " -i " + clip + " -map 0 -map 1 -c copy -c:v:0 png -disposition:v:0 attached_pic");

        assertThat(SameBoxes.check(framesOf(both), framesOf(clip))).isPositive();
    }

    @ParameterizedTest
    @MethodSource("tails")
    void aFileWithoutItsTailIsTold(String name, String how) throws Exception {
        Path whole = files.make("whole-" + name, way() + how);
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
        files.make("sound.wav", "-f lavfi -i sine=duration=1");
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
