package io.ringsight.sources;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.preprocess.BgrConverter;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.v4l2.PixelLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;

/**
 * What a camera shows, in each format that the kernel's test driver vivid and a loopback device give; what the driver
 * loses and spoils. Part of {@link V4l2Scenario}.
 */
final class V4l2PicturesScenario {
    private static final String DEVICE = "/dev/video0";
    private static final String LOOPBACK = "/dev/video20";
    /** What vivid shows: eight bars of three quarters' brightness; red, green, blue. */
    private static final int[][] BARS = {
        {191, 191, 191}, {191, 191, 0}, {0, 191, 191}, {0, 191, 0}, {191, 0, 191}, {191, 0, 0}, {0, 0, 191}, {0, 0, 0}
    };
    /** Formats of 15 bits have steps of 8. */
    private static final int TOLERANCE = 12;

    private static final int MIN_FORMATS = 16;

    private V4l2PicturesScenario() {}

    static void run() throws Exception {
        V4l2Scenario.control("osd_text_mode=2");
        coloursAreRightInEachFormat();
        coloursAreRightInHighDefinition();
        anotherSizeThanAskedForIsTold();
        framesTheDriverLosesAreCounted();
        damagedBuffersAreCounted();
        readsCompressedPictures();
    }

    private static void coloursAreRightInEachFormat() throws Exception {
        List<String> right = new ArrayList<>();
        List<String> lacking = new ArrayList<>();
        List<String> names = PixelLayout.named(null).stream()
                .filter(PixelLayout::isRaw)
                .map(PixelLayout::name)
                .distinct()
                .toList();
        for (String name : names) {
            (showsBars(name, "320x180") ? right : lacking).add(name);
        }
        System.out.println("right colours in " + right + "; the device has no " + lacking);
        V4l2Scenario.check(right.size() >= MIN_FORMATS, right.size() + " formats");
    }

    private static void coloursAreRightInHighDefinition() throws Exception {
        V4l2Scenario.check(showsBars("yuyv422", "1280x720"), "no bars in high definition");
    }

    /** Whether the camera has the format; its colours must be right then. */
    private static boolean showsBars(String format, String size) throws Exception {
        int[][] seen = new int[BARS.length][];
        RecordingIntake intake = new RecordingIntake(1, (picture, number) -> {
            if (number == 1) {
                look(picture, seen);
            }
        });
        try (V4l2Scenario.Running running = new V4l2Scenario.Running(spec(DEVICE, size, format), intake)) {
            Ending ending = running.endingOr(() -> intake.frames() > 0);
            if (ending != null) {
                V4l2Scenario.check(ending.detail().contains("the camera gives"), format + ": " + ending);
                return false;
            }
        }
        for (int bar = 0; bar < BARS.length; bar++) {
            int[] wanted = isGrey(format) ? grey(BARS[bar]) : BARS[bar];
            for (int i = 0; i < 3; i++) {
                boolean near = Math.abs(seen[bar][i] - wanted[i]) <= TOLERANCE;
                V4l2Scenario.check(near, format + " shows " + Arrays.deepToString(seen));
            }
        }
        return true;
    }

    private static boolean isGrey(String format) {
        return format.startsWith("gray");
    }

    /** vivid makes grey by BT.709, whatever it makes colours by. */
    private static int[] grey(int[] rgb) {
        int luma = (int) Math.round(0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]);
        return new int[] {luma, luma, luma};
    }

    /** The colour in the middle of each bar, as the pipeline sees it. */
    private static void look(Picture picture, int[][] seen) {
        int stride = BgrConverter.stride(picture.width());
        try (BgrConverter converter = new BgrConverter();
                BytePointer bgr = new BytePointer((long) stride * picture.height())) {
            converter.convert(picture, bgr.address(), stride);
            for (int bar = 0; bar < seen.length; bar++) {
                int column = picture.width() * (2 * bar + 1) / (2 * seen.length);
                long at = (long) stride * (picture.height() / 2) + 3L * column;
                seen[bar] = new int[] {bgr.get(at + 2) & 0xff, bgr.get(at + 1) & 0xff, bgr.get(at) & 0xff};
            }
        }
    }

    private static void anotherSizeThanAskedForIsTold() throws Exception {
        RecordingIntake intake = new RecordingIntake();
        try (LogCapture log = new LogCapture();
                V4l2Scenario.Running running = new V4l2Scenario.Running(spec(DEVICE, "333x222", "yuyv422"), intake)) {
            running.await(() -> intake.frames() >= 2);
            String told = log.text()
                    .lines()
                    .filter(line -> line.contains("asked for 333x222"))
                    .findFirst()
                    .orElse("");
            System.out.println("another size: " + intake.last().width() + "x"
                    + intake.last().height() + ": " + told);
            V4l2Scenario.check(!told.isEmpty(), "nothing is told");
        }
    }

    private static void framesTheDriverLosesAreCounted() throws Exception {
        RecordingIntake intake = new RecordingIntake();
        try (V4l2Scenario.Running running = new V4l2Scenario.Running(spec(DEVICE, "320x180", "yuyv422"), intake)) {
            running.await(() -> intake.frames() >= 3);
            V4l2Scenario.control("percentage_of_dropped_buffers=40");
            running.await(() -> intake.frames() >= 40);
        } finally {
            V4l2Scenario.control("percentage_of_dropped_buffers=0");
        }
        int lost = intake.lost(GapReason.CORRUPT) + intake.lost(GapReason.OVERLOAD);
        List<Long> times = intake.pts();
        double periods = (times.get(times.size() - 1) - times.get(0)) * 15e-9;
        System.out.println("lost by the driver: " + lost + " beside " + intake.frames() + " frames in "
                + Math.round(periods) + " frame periods; " + intake.lossTimes);
        V4l2Scenario.check(lost > 0, "nothing lost");
        V4l2Scenario.check(Math.abs(intake.frames() + lost - periods) < periods / 5 + 2, "lost " + lost);
    }

    private static void damagedBuffersAreCounted() throws Exception {
        RecordingIntake intake = new RecordingIntake();
        try (V4l2Scenario.Running running = new V4l2Scenario.Running(spec(DEVICE, "320x180", "yuyv422"), intake)) {
            running.await(() -> intake.frames() >= 3);
            V4l2Scenario.control("inject_v4l2_buf_flag_error=1");
            running.await(() -> intake.metrics().value(Counter.DECODE_ERRORS) > 0);
            int before = intake.frames();
            running.await(() -> intake.frames() >= before + 3);
            System.out.println("a damaged buffer: " + intake.lossTimes);
            V4l2Scenario.check(intake.lost(GapReason.CORRUPT) > 0, "losses " + intake.lossTimes);
        }
    }

    private static void readsCompressedPictures() throws Exception {
        Clips.run(List.of("insmod", "/mod/v4l2loopback.ko", "devices=1", "video_nr=20", "exclusive_caps=1"));
        Process producer = new ProcessBuilder(
                        Stream.of("ffmpeg -v error -re -f lavfi -i color=c=0xbf0000:s=320x180:r=10 -c:v mjpeg"
                                        + " -pix_fmt yuvj422p -f v4l2 " + LOOPBACK)
                                .flatMap(line -> Stream.of(line.split(" ")))
                                .toList())
                .inheritIO()
                .start();
        int[][] seen = new int[1][];
        RecordingIntake intake = new RecordingIntake(1, (picture, number) -> look(picture, seen));
        try {
            V4l2Scenario.await(() -> Clips.run(List.of("v4l2-ctl", "-d", LOOPBACK, "--list-formats"))
                    .contains("MJPG"));
            try (V4l2Scenario.Running running = new V4l2Scenario.Running(spec(LOOPBACK, null, null), intake)) {
                running.await(() -> intake.frames() >= 5);
            }
        } finally {
            producer.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
        System.out.println("compressed: " + intake.last() + " " + Arrays.toString(seen[0]));
        V4l2Scenario.check(seen[0][0] > 150 && seen[0][1] < 40 && seen[0][2] < 40, "not red");
    }

    private static SourceSpec spec(String device, String size, String format) {
        SourceSettings settings = new SourceSettings(
                null,
                SourceSettings.Login.NONE,
                SourceSettings.Tls.NONE,
                new SourceSettings.Format(size, "15", format),
                new SourceSettings.Limits(20_000L, 20_000L, null, null),
                Map.of());
        return SourceSpec.parse("v4l2:" + device, settings);
    }
}
