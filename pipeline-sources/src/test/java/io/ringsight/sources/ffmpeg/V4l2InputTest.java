package io.ringsight.sources.ffmpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.memory.NativeMemory;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sources.AllocationMeter;
import io.ringsight.sources.LogCapture;
import io.ringsight.sources.QuietIntake;
import io.ringsight.sources.RecordingIntake;
import io.ringsight.sources.Sources;
import io.ringsight.sources.decode.CudaDecoder;
import io.ringsight.sources.decode.FrameDecoder;
import io.ringsight.sources.decode.PicturePool;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.Deinterlace;
import io.ringsight.sources.spec.Redaction;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SourceSpecException;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.time.DeviceTimes;
import io.ringsight.sources.time.TimeLine;
import io.ringsight.sources.v4l2.FakeCamera;
import io.ringsight.sources.v4l2.V4l2Settings;
import io.ringsight.sources.watch.SpoiledPictures;
import io.ringsight.sources.watch.StreamWatch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way from a driver's buffers to pictures, against {@link FakeCamera}. */
@Timeout(300)
class V4l2InputTest {
    private static final String DEVICE = "/dev/video-of-this-test";
    private static final int DAMAGED = 0x40;
    private static final long STALL_MS = 2_000;
    private static final long POLL_MS = 20;

    private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
    private final Deadline deadline = new Deadline(clock);
    private final FfmpegLog log = new FfmpegLog(clock, Redaction.NONE);
    private final V4l2Input.Tools tools = new V4l2Input.Tools(deadline, log, new CudaDecoder(Decoding.ON_CPU, 4));
    private final PicturePool pool = new PicturePool(4, clock);
    private long alive;

    @BeforeEach
    void count() {
        FfmpegLog.ofThread(log);
        alive = alive();
    }

    @AfterEach
    void free() {
        FfmpegLog.ofThread(null);
        pool.free();
    }

    private static long alive() {
        return NativeObject.CODEC_CONTEXT.alive() + NativeObject.PACKET.alive() + NativeObject.DICTIONARY.alive();
    }

    @Test
    void picturesAreWhatTheDriverGaveAndOutliveTheCamera() throws Exception {
        byte[] yuyv = {10, 100, 20, -56, 30, 101, 40, -55};
        FakeCamera camera =
                new FakeCamera("YUYV").size(4, 1).bufferBytes(8).shows(yuyv).gives(1);
        byte[] shown = new byte[8];
        RecordingIntake intake = new RecordingIntake(1, (picture, number) -> deadline.stop());
        run(camera, intake);
        NativeMemory memory = new NativeMemory();
        camera.shows(new byte[8]);
        intake.withLast(picture -> {
            for (int i = 0; i < shown.length; i++) {
                shown[i] = memory.byteAt(picture.planeAddress(0) + i);
            }
        });
        assertThat(shown).isEqualTo(yuyv);
        assertThat(intake.last().format()).isEqualTo(PixelFormat.YUYV422);
        assertThat(camera.isLeftAlone()).isTrue();
        intake.releaseAll();
    }

    @Test
    void redAndBlueChangePlacesWhereTheDriverHasThemSo() throws Exception {
        // One square of 2x2: luma, then redness, then blueness.
        FakeCamera camera = new FakeCamera("YV12")
                .size(2, 2)
                .bufferBytes(6)
                .shows(new byte[] {1, 2, 3, 4, 77, 88})
                .gives(1);
        RecordingIntake intake = new RecordingIntake(1, (picture, number) -> deadline.stop());
        run(camera, intake);
        NativeMemory memory = new NativeMemory();
        intake.withLast(picture -> {
            assertThat(memory.byteAt(picture.planeAddress(1))).isEqualTo((byte) 88);
            assertThat(memory.byteAt(picture.planeAddress(2))).isEqualTo((byte) 77);
        });
        intake.releaseAll();
    }

    @Test
    void coloursAreAsTheDriverSays() throws Exception {
        // sRGB, as UVC cameras say when they say nothing: then BT.601 holds, in whatever size.
        assertThat(colours(8, 0, 0)).isEqualTo("BT601 LIMITED");
        assertThat(colours(3, 0, 0)).isEqualTo("BT709 LIMITED");
        assertThat(colours(8, 2, 1)).isEqualTo("BT709 FULL");
        // A driver that does not say: as of every stream.
        assertThat(colours(0, 0, 0)).isEqualTo("BT709 LIMITED");
    }

    @ParameterizedTest
    @CsvSource({"1, 480, 1", "4, 480, 3", "4, 576, 2", "8, 480, 2", "9, 576, 3"})
    void interlacedPicturesAreToldFromWholeOnes(int field, int height, int order) throws Exception {
        FakeCamera camera = new FakeCamera("YUYV").size(720, height).fields(field);
        try (V4l2Input input = open(camera, spec(null, Map.of()))) {
            // FFmpeg's AVFieldOrder: 1 whole pictures, 2 top field first, 3 bottom field first.
            assertThat(input.codec().field_order()).isEqualTo(order);
        }
    }

    private String colours(int space, int encoding, int quantization) throws Exception {
        ColorMatrix[] matrix = new ColorMatrix[1];
        ColorRange[] range = new ColorRange[1];
        FakeCamera camera = new FakeCamera("YUYV")
                .size(1280, 720)
                .bufferBytes(1280 * 720 * 2)
                .colours(space, encoding, quantization)
                .onPoll(() -> clock.advanceMs(POLL_MS))
                .gives(1);
        RecordingIntake intake = new RecordingIntake(0, (picture, number) -> {
            matrix[0] = picture.matrix();
            range[0] = picture.range();
        });
        run(camera, intake);
        return matrix[0] + " " + range[0];
    }

    @Test
    void damagedPicturesAndThoseTheDriverLostAreAccountedFor() throws Exception {
        FakeCamera camera = new FakeCamera("GREY").size(2, 2).bufferBytes(4);
        int[] polls = new int[1];
        camera.onPoll(() -> {
            clock.advanceMs(POLL_MS);
            switch (++polls[0]) {
                case 1, 2, 5, 6 -> camera.marks(0, 4).gives(1);
                case 3 -> camera.marks(DAMAGED, 4).gives(1);
                case 4 -> camera.skips(3).marks(0, 4).gives(1);
                default -> deadline.stop();
            }
        });
        RecordingIntake intake = new RecordingIntake();
        run(camera, intake);
        assertThat(intake.frames()).isEqualTo(5);
        assertThat(intake.lossTimes).isEqualTo(List.of("1 corrupt at 2", "3 corrupt at 2"));
        intake.releaseAll();
    }

    @Test
    void aCameraThatStopsGivingPicturesIsStalled() throws Exception {
        FakeCamera camera = new FakeCamera("GREY").size(2, 2).bufferBytes(4).gives(3);
        camera.onPoll(() -> clock.advanceMs(POLL_MS));
        RecordingIntake intake = new RecordingIntake();
        Ending ending = run(camera, intake);
        assertThat(ending).isEqualTo(Ending.retry(GapReason.STALLED, "no picture for " + STALL_MS + " ms"));
        assertThat(camera.isLeftAlone()).isTrue();
        intake.releaseAll();
    }

    @Test
    void waitingEndsWhenTheSourceIsStopped() throws Exception {
        FakeCamera camera = new FakeCamera("GREY").onPoll(deadline::stop);
        assertThat(run(camera, new RecordingIntake())).isEqualTo(Ending.stopped());
    }

    @ParameterizedTest
    @CsvSource({"19, disconnected", "5, io-error"})
    void anErrorWhileReadingEndsIt(int errno, String reason) throws Exception {
        FakeCamera camera = new FakeCamera("GREY").polls(-errno);
        Ending ending = run(camera, new RecordingIntake());
        assertThat(ending.reason().wireName()).isEqualTo(reason);
        assertThat(ending.retry()).isTrue();
    }

    /** Of FFmpeg's own reading, of encoders, of decoders of no video, of nobody. */
    @ParameterizedTest
    @ValueSource(strings = {"fflags", "probesize", "rtsp_transport", "crf", "sub_charenc", "made_up"})
    void anOptionThatNobodyTakesIsRefused(String option) {
        SourceSpec.V4l2 spec = spec(null, Map.of(option, "20"));
        String refusal = "a V4L2 camera takes video_size, framerate, pixel_format, input_format and the options of the"
                + " FFmpeg decoder of its pictures, got '" + option + "'";
        assertThatThrownBy(() -> Sources.checkOptions(spec))
                .isInstanceOfSatisfying(
                        SourceSpecException.class, e -> assertThat(e.key()).isEqualTo("options"))
                .hasMessage(refusal);
        assertThatThrownBy(() -> open(new FakeCamera("YUYV"), spec))
                .hasMessage("unsupported: configuration error: " + refusal);
        assertThat(alive()).isEqualTo(alive);
    }

    @Test
    void optionsOfTheCameraAndOfItsDecoderAreTaken() throws Exception {
        FakeCamera camera = new FakeCamera("YUYV", "MJPG");
        SourceSpec.V4l2 spec = spec("yuyv422", Map.of("input_format", "mjpeg", "err_detect", "crccheck"));
        Sources.checkOptions(spec);
        try (V4l2Input input = open(camera, spec)) {
            assertThat(input.codecName()).isEqualTo("mjpeg");
        }
        assertThat(camera.isLeftAlone()).isTrue();
        assertThat(alive()).isEqualTo(alive);
    }

    @Test
    void aFormatThatNoCameraHasIsAConfigurationError() {
        assertThatThrownBy(() -> open(new FakeCamera("YUYV"), spec("yuv", Map.of())))
                .hasMessageStartingWith("unsupported: configuration error: inputFormat: expected one of yuv420p, ")
                .hasMessageEndingWith(", got 'yuv'")
                .isInstanceOfSatisfying(
                        EndedException.class,
                        e -> assertThat(e.ending().retry()).isFalse());
    }

    @Test
    void tellsTheSizeItGotInsteadOfTheOneThatIsWanted() throws Exception {
        FakeCamera camera = new FakeCamera("YUYV").size(320, 240);
        try (LogCapture logged = new LogCapture();
                V4l2Input input = open(camera, spec(null, Map.of("video_size", "333x222")))) {
            assertThat(input.codec().width()).isEqualTo(320);
            assertThat(logged.text())
                    .contains("asked for 333x222, the camera gives 320x240; in yuyv422 it has 320x240");
        }
    }

    @Test
    void allocatesNothingAFrame() throws Exception {
        FakeCamera camera = new FakeCamera("YUYV").size(64, 48).bufferBytes(64 * 48 * 2);
        camera.onPoll(() -> camera.gives(3));
        AllocationMeter meter = new AllocationMeter(5_000, 2_000, 5);
        run(camera, new QuietIntake(number -> {
            meter.frame(number);
            if (number == meter.last()) {
                deadline.stop();
            }
        }));
        assertThat(meter.fewestBytes()).as("%s", meter).isZero();
    }

    /** Flags: which clock (0x2000: the monotonic one, 0x4000: copied), which moment (0x10000: the exposure began). */
    @ParameterizedTest
    @CsvSource({
        "0x02000, 2, DEVICE, 66666",
        "0x02008, 1, DEVICE, 66666",
        "0x12000, 2, DEVICE, 33333",
        "0x12000, 1, DEVICE, 33333",
        "0x72000, 2, DEVICE, 66666",
        "0x00000, 2, ARRIVAL, ",
        "0x10000, 2, ARRIVAL, ",
        "0x04000, 2, ARRIVAL, ",
        "0x14000, 2, ARRIVAL, ",
        "0x06000, 2, ARRIVAL, ",
    })
    void theDriverSaysWhatItsTimeStampsAre(String flags, int pictures, CaptureClock said, Long uncertaintyUs)
            throws Exception {
        RecordingIntake.Seen picture = stamped(Integer.decode(flags), pictures, 1_500_000);

        assertThat(picture.clock()).isEqualTo(said);
        if (said == CaptureClock.DEVICE) {
            long stampUs = 1_000_000 + 33_333L * (pictures - 1);
            assertThat(picture.captureUtcNs()).isEqualTo(clock.epochNanos() - (1_500_000 - stampUs) * 1_000);
            assertThat(picture.uncertaintyUs()).isEqualTo(uncertaintyUs);
        } else {
            assertThat(picture.captureUtcNs()).isEqualTo(clock.epochNanos());
            assertThat(picture.uncertaintyUs()).isEqualTo(Picture.UNKNOWN);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1_000_000, 12_000_000, 1_795_000_001_000_000L})
    void timeStampsThatCannotBeOfTheClockTheDriverNamesAreNotBelieved(long monotonicUs) throws Exception {
        RecordingIntake.Seen picture;
        try (LogCapture logged = new LogCapture()) {
            picture = stamped(0x2000, 3, monotonicUs);
            assertThat(logged.text())
                    .containsOnlyOnce(
                            "usb: captureTime is the time of arrival, because the driver's time stamps are not of the"
                                    + " clock it names");
        }
        assertThat(picture.clock()).isEqualTo(CaptureClock.ARRIVAL);
        assertThat(picture.captureUtcNs()).isEqualTo(clock.epochNanos());
        assertThat(picture.ptsNs()).as("the stream's own time").isEqualTo(1_066_666_000L);
    }

    /** The last of so many pictures, the first of which the driver stamped 1 s after the machine's start. */
    private RecordingIntake.Seen stamped(int flags, int pictures, long monotonicUs) throws Exception {
        FakeCamera camera =
                new FakeCamera("YUYV").size(4, 1).bufferBytes(8).marks(flags, 8).gives(pictures);
        RecordingIntake intake = new RecordingIntake(pictures, (picture, number) -> {
            if (number == pictures) {
                deadline.stop();
            }
        });
        TimeLine timeLine = new TimeLine(false);
        run(camera, intake, timeLine, new DeviceTimes("usb", clock, timeLine, () -> monotonicUs));
        intake.releaseAll();
        return intake.last();
    }

    private Ending run(FakeCamera camera, FrameIntake intake) throws InterruptedException, EndedException {
        TimeLine timeLine = new TimeLine(false);
        return run(camera, intake, timeLine, new DeviceTimes("usb", clock, timeLine));
    }

    /** Opens, reads until it ends, closes: as the source does. */
    private Ending run(FakeCamera camera, FrameIntake intake, TimeLine timeLine, DeviceTimes times)
            throws InterruptedException, EndedException {
        SourceSpec.V4l2 spec = spec(null, Map.of());
        FrameDecoder decoder = new FrameDecoder(
                pool, times, timeLine, null, intake, new FrameDecoder.Wait(clock, deadline), Deinterlace.AUTO);
        try (V4l2Input input = open(camera, spec)) {
            timeLine.begin(input.timeBase(), input.frameNs());
            decoder.begin(input, new SpoiledPictures(log::missedPackets), tools.cuda(), log);
            StreamWatch watch = new StreamWatch(input.frameNs());
            decoder.watch(watch, 0);
            return new CameraReader(clock, deadline, spec.timeouts(), log).read(input, decoder, watch);
        } finally {
            decoder.free();
        }
    }

    private V4l2Input open(FakeCamera camera, SourceSpec.V4l2 spec) throws EndedException {
        return V4l2Input.open(V4l2Settings.of(spec), DEVICE, camera, tools);
    }

    private static SourceSpec.V4l2 spec(String format, Map<String, String> options) {
        SourceSettings settings = new SourceSettings(
                null,
                SourceSettings.Login.NONE,
                SourceSettings.Tls.NONE,
                new SourceSettings.Format(null, "30", format),
                new SourceSettings.Limits(10_000L, STALL_MS, null, null),
                options);
        return (SourceSpec.V4l2) SourceSpec.parse("v4l2:" + DEVICE, settings);
    }
}
