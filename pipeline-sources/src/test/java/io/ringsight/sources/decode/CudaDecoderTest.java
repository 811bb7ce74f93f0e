package io.ringsight.sources.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Clips;
import io.ringsight.sources.FfmpegLibraries;
import io.ringsight.sources.LogCapture;
import io.ringsight.sources.RecordingIntake;
import io.ringsight.sources.Sources;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.spec.Decode;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.Redaction;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVHWFramesContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who decodes, where there is no GPU; and what FFmpeg's frames in a GPU's memory look like to a picture. */
@Timeout(300)
class CudaDecoderTest {
    private static final int FRAMES = 20;
    private static final Decoding AUTO_ON_GPU = new Decoding(Decode.AUTO, () -> OptionalInt.of(0));

    @TempDir
    Path folder;

    private Path video(String name, String codec) {
        return Clips.encode(folder.resolve(name), FRAMES, "320x240", "-c:v", codec, "-g", "10");
    }

    private static void needNoGpu() {
        assumeTrue(FfmpegLibraries.cudaProblem(0).isPresent(), "there is an NVIDIA GPU: this is what happens without");
    }

    private static Ending play(Path video, Decoding decoding, RecordingIntake intake) throws InterruptedException {
        try (Source source = Sources.open(SourceSpec.recording(video), Clock.system(), 6, decoding)) {
            Ending ending = source.run(intake);
            intake.releaseAll();
            return ending;
        }
    }

    @Test
    void autoFallsBackToTheProcessorAndSaysWhyOnce() throws InterruptedException {
        needNoGpu();
        Path video = video("h264.mp4", "libopenh264");
        RecordingIntake intake = new RecordingIntake();
        try (LogCapture log = new LogCapture();
                Source source = Sources.open(SourceSpec.recording(video), Clock.system(), 6, AUTO_ON_GPU)) {
            assertThat(source.run(intake)).isEqualTo(Ending.ended(""));
            assertThat(source.run(intake)).isEqualTo(Ending.ended(""));
            intake.releaseAll();
            assertThat(log.text())
                    .containsOnlyOnce("cam: the CPU decodes, because the GPU cannot: FFmpeg cannot open GPU 0");
        }
        assertThat(intake.frames()).isEqualTo(2 * FRAMES);
        assertThat(intake.metrics().value(Counter.DECODE_FALLBACKS)).isEqualTo(2);
    }

    @Test
    void autoIsTheProcessorWhereTheModelComputesThere() throws InterruptedException {
        RecordingIntake intake = new RecordingIntake();
        Ending ending = play(video("h264.mp4", "libopenh264"), new Decoding(Decode.AUTO, OptionalInt::empty), intake);
        assertThat(ending).isEqualTo(Ending.ended(""));
        assertThat(intake.frames()).isEqualTo(FRAMES);
        assertThat(intake.metrics().value(Counter.DECODE_FALLBACKS)).isZero();
    }

    /** Its engine was being built when the source was opened. The next key frame is the first for the new decoder. */
    @Test
    void aSourceMovesToTheGpuOnceThatComputesAndLosesNothing() throws InterruptedException {
        needNoGpu();
        AtomicInteger asked = new AtomicInteger();
        Decoding later =
                new Decoding(Decode.AUTO, () -> asked.incrementAndGet() > 1 ? OptionalInt.of(0) : OptionalInt.empty());
        RecordingIntake intake = new RecordingIntake();
        try (LogCapture log = new LogCapture()) {
            assertThat(play(video("h264.mp4", "libopenh264"), later, intake)).isEqualTo(Ending.ended(""));
            assertThat(log.text())
                    .containsOnlyOnce("cam: the CPU decodes, because the GPU cannot: FFmpeg cannot open GPU 0");
        }
        assertThat(intake.frames()).isEqualTo(FRAMES);
        assertThat(intake.metrics().value(Counter.DECODE_FALLBACKS)).isEqualTo(1);
    }

    @Test
    void autoFallsBackWhereNvdecDoesNotKnowTheCodec() throws InterruptedException {
        RecordingIntake intake = new RecordingIntake();
        try (LogCapture log = new LogCapture()) {
            assertThat(play(video("ffv1.mkv", "ffv1"), AUTO_ON_GPU, intake)).isEqualTo(Ending.ended(""));
            assertThat(log.text()).contains("the CPU decodes, because the GPU cannot: NVDEC does not decode ffv1");
        }
        assertThat(intake.frames()).isEqualTo(FRAMES);
        assertThat(intake.metrics().value(Counter.DECODE_FALLBACKS)).isEqualTo(1);
    }

    @Test
    void formatsTheNetworkDoesNotReadOnTheGpuAreDecodedByTheProcessorFromTheStart() throws InterruptedException {
        Path video = Clips.encode(
                folder.resolve("422.ts"), FRAMES, "320x240", "-c:v", "mpeg2video", "-pix_fmt", "yuv422p", "-g", "10");
        RecordingIntake intake = new RecordingIntake();
        try (LogCapture log = new LogCapture()) {
            assertThat(play(video, AUTO_ON_GPU, intake)).isEqualTo(Ending.ended(""));
            assertThat(log.text())
                    .contains("the CPU decodes, because the GPU cannot: the network does not read pictures of the"
                            + " format yuv422p on the GPU");
        }
        assertThat(intake.frames()).isEqualTo(FRAMES);
        assertThat(intake.metrics().value(Counter.DECODE_FALLBACKS)).isEqualTo(1);
    }

    @Test
    void aPictureTheNetworkDoesNotReadEndsTheGpusDecodingForGood() throws EndedException {
        RecordingIntake intake = new RecordingIntake();
        AVCodec decoder = avcodec_find_decoder(AV_CODEC_ID_H264);
        AVCodecContext codec = avcodec_alloc_context3(decoder);
        FfmpegLog log = new FfmpegLog(Clock.system(), Redaction.NONE);
        try (CudaDecoder cuda = new CudaDecoder(AUTO_ON_GPU, 6);
                LogCapture lines = new LogCapture()) {
            cuda.begin(intake.metrics());
            assertThatThrownBy(() -> cuda.awaitPicture(AV_PIX_FMT_P016LE))
                    .isInstanceOfSatisfying(
                            EndedException.class,
                            e -> assertThat(e.ending().retry()).isTrue());
            cuda.attach(codec, decoder, log);
            assertThat(cuda.isAttached()).isFalse();
            assertThat(lines.text()).contains("the network does not read pictures of the format p016le on the GPU");
        } finally {
            avcodec_free_context(codec);
        }
    }

    @Test
    void cudaEndsForGoodWithoutAGpu() throws InterruptedException {
        needNoGpu();
        RecordingIntake intake = new RecordingIntake();
        Ending ending =
                play(video("h264.mp4", "libopenh264"), new Decoding(Decode.CUDA, () -> OptionalInt.of(0)), intake);
        assertThat(ending.retry()).isFalse();
        assertThat(ending.reason()).isEqualTo(GapReason.UNSUPPORTED);
        assertThat(ending.detail()).contains("h264.mp4: decode: cuda is not possible: FFmpeg cannot open GPU 0: ");
        assertThat(intake.frames()).isZero();
    }

    @Test
    void cudaEndsForGoodWhereTheModelComputesOnTheProcessor() throws InterruptedException {
        RecordingIntake intake = new RecordingIntake();
        Ending ending = play(video("h264.mp4", "libopenh264"), new Decoding(Decode.CUDA, OptionalInt::empty), intake);
        assertThat(ending.retry()).isFalse();
        assertThat(ending.detail()).contains("the model does not compute on a GPU; set pipeline.device to cuda");
    }

    /** FFmpeg makes the structures of a GPU's frames without a GPU; only the memory they tell of is not there. */
    @ParameterizedTest
    @CsvSource({"23, 1920, 1080", "158, 640, 480"})
    void aFrameOnTheGpuBecomesAPictureThere(int format, int width, int height) {
        assertThat(PixelFormat.NV12).isEqualTo(AV_PIX_FMT_NV12);
        assertThat(PixelFormat.P010).isEqualTo(AV_PIX_FMT_P010LE);
        PooledPicture pooled = new PooledPicture();
        AVBufferRef device = av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_CUDA);
        AVBufferRef frames = av_hwframe_ctx_alloc(device);
        new AVHWFramesContext(frames.data()).sw_format(format).format(AV_PIX_FMT_CUDA);
        try {
            AVFrame frame = pooled.frame();
            frame.format(AV_PIX_FMT_CUDA).width(width).height(height).colorspace(AVCOL_SPC_BT709);
            frame.hw_frames_ctx(av_buffer_ref(frames));
            frame.data(0, at(0x7f00_0000_0000L)).data(1, at(0x7f00_0010_0000L));
            frame.linesize(0, 2048).linesize(1, 2048);
            pooled.describe();
            Picture picture = pooled.picture();
            assertThat(picture.memory()).isEqualTo(MemoryKind.CUDA);
            assertThat(picture.pixelFormat()).isEqualTo(format);
            assertThat(picture.width()).isEqualTo(width);
            assertThat(picture.height()).isEqualTo(height);
            assertThat(picture.matrix()).isEqualTo(ColorMatrix.BT709);
            assertThat(picture.planeAddress(0)).isEqualTo(0x7f00_0000_0000L);
            assertThat(picture.planeAddress(1)).isEqualTo(0x7f00_0010_0000L);
            assertThat(picture.planeStride(1)).isEqualTo(2048);
            frame.crop_left(6).crop_top(4);
            pooled.describe();
            int bytes = format == PixelFormat.P010 ? 2 : 1;
            assertThat(picture.width()).isEqualTo(width - 6);
            assertThat(picture.height()).isEqualTo(height - 4);
            assertThat(picture.planeAddress(0)).isEqualTo(0x7f00_0000_0000L + 4 * 2048 + 6 * bytes);
            assertThat(picture.planeAddress(1)).isEqualTo(0x7f00_0010_0000L + 2 * 2048 + 6 * bytes);
            frame.format(AV_PIX_FMT_YUV420P);
            pooled.describe();
            assertThat(picture.memory()).isEqualTo(MemoryKind.HOST);
        } finally {
            pooled.free();
            av_buffer_unref(frames);
            av_buffer_unref(device);
        }
    }

    private static BytePointer at(long where) {
        return new BytePointer(
                new Pointer() {
                    Pointer turned() {
                        address = where;
                        return this;
                    }
                }.turned());
    }
}
