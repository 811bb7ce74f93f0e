package io.ringsight.sources.v4l2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.ringsight.sources.v4l2.Videodev.Buffer;
import io.ringsight.sources.v4l2.Videodev.Capability;
import io.ringsight.sources.v4l2.Videodev.Format;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VideoCaptureTest {
    private static final String DEVICE = "/dev/video-of-this-test";

    @Test
    void eachRequestSaysTheSizeOfItsStructure() {
        assertThat(size(Videodev.QUERYCAP)).isEqualTo(Capability.BYTES);
        assertThat(size(Videodev.ENUM_FMT)).isEqualTo(Videodev.FormatDescription.BYTES);
        assertThat(size(Videodev.G_FMT)).isEqualTo(Format.BYTES);
        assertThat(size(Videodev.S_FMT)).isEqualTo(Format.BYTES);
        assertThat(size(Videodev.REQBUFS)).isEqualTo(Videodev.RequestBuffers.BYTES);
        assertThat(size(Videodev.QUERYBUF)).isEqualTo(Buffer.BYTES);
        assertThat(size(Videodev.QBUF)).isEqualTo(Buffer.BYTES);
        assertThat(size(Videodev.DQBUF)).isEqualTo(Buffer.BYTES);
        assertThat(size(Videodev.G_PARM)).isEqualTo(Videodev.StreamParameters.BYTES);
        assertThat(size(Videodev.S_PARM)).isEqualTo(Videodev.StreamParameters.BYTES);
        assertThat(size(Videodev.ENUM_FRAMESIZES)).isEqualTo(Videodev.FrameSize.BYTES);
        assertThat(size(Videodev.STREAMON)).isEqualTo(Integer.BYTES);
        assertThat(size(Videodev.STREAMOFF)).isEqualTo(Integer.BYTES);
    }

    private static long size(long request) {
        return request >> 16 & 0x3fff;
    }

    @ParameterizedTest
    @CsvSource({
        "YUYV|MJPG, , YUYV",
        "MJPG|YUYV, , YUYV",
        "MJPG|YUYV, mjpeg, MJPG",
        "JPEG, mjpeg, JPEG",
        "YUYV|UYVY, uyvy422, UYVY",
        "MJPG|GREY, rawvideo, GREY"
    })
    void takesTheFormatThatIsWantedOrTheFirstUncompressedOne(String formats, String wanted, String chosen)
            throws CaptureException {
        FakeCamera camera = new FakeCamera(formats.split("\\|"));
        try (VideoCapture capture = open(camera, wanted)) {
            assertThat(camera.chosenFormat()).isEqualTo(FakeCamera.code(chosen));
            assertThat(capture.format().frameNs()).isEqualTo(33_333_333);
        }
        assertThat(camera.isLeftAlone()).isTrue();
    }

    @Test
    void saysWhichFormatsThereAreInsteadOfTheOneThatIsWanted() {
        FakeCamera camera = new FakeCamera("YUYV", "MJPG", "PWC2");
        assertThatThrownBy(() -> open(camera, "h264"))
                .hasMessage("expected a picture format of h264; the camera gives yuyv422, mjpeg, 'PWC2'");
        assertThat(camera.isLeftAlone()).isTrue();
    }

    @Test
    void aDriverThatPutsAnotherFormatInItsPlaceHasNotTakenIt() {
        FakeCamera camera = new FakeCamera("YUYV").answers(Videodev.ENUM_FMT, -Errno.ENOTTY);
        assertThatThrownBy(() -> open(camera, "uyvy422"))
                .hasMessage("expected a picture format of uyvy422; the camera takes none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2  | /dev/video-of-this-test does not exist: is the camera plugged in?",
                "13 | this user may not open /dev/video-of-this-test; add the user to the group video",
                "16 | /dev/video-of-this-test is in use by another program; only one can get its pictures",
                "19 | /dev/video-of-this-test has no camera behind it any more: is it plugged in?",
                "25 | /dev/video-of-this-test is no V4L2 camera",
                "24 | /dev/video-of-this-test: cannot open it: Too many open files"
            })
    void saysWhyItCannotBeOpened(int errno, String message) {
        FakeCamera camera = new FakeCamera("YUYV").answers(0, -errno);
        assertThatThrownBy(() -> open(camera, null))
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        CaptureException.class, e -> assertThat(e.code()).isEqualTo(-errno));
        assertThat(camera.isLeftAlone()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                Videodev.S_FMT,
                Videodev.S_PARM,
                Videodev.REQBUFS,
                Videodev.QUERYBUF,
                Videodev.QBUF,
                Videodev.STREAMON
            })
    void leavesNothingBehindWhenTheDriverRefusesAStep(long request) {
        FakeCamera camera = new FakeCamera("YUYV").answers(request, -Errno.EBUSY);
        assertThatThrownBy(() -> open(camera, null)).hasMessageContaining("is in use by another program");
        assertThat(camera.isLeftAlone()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0x00800000 | gives data about a camera's pictures, not the pictures",
                "0x04001000 | gives pictures in several buffers each (the multi-planar interface), which is not supported",
                "0x00000002 | gives no pictures: it is no camera",
                "0x00000001 | does not stream into memory (mmap)"
            })
    void saysWhatIsNoCameraToReadFrom(String can, String message) {
        // What all nodes of the device can do together is no matter.
        FakeCamera camera = new FakeCamera("YUYV")
                .can(Capability.HAS_DEVICE_CAPS | 0x04000001, Long.decode(can).intValue());
        assertThatThrownBy(() -> open(camera, null)).hasMessageStartingWith(DEVICE + " " + message);
        assertThat(camera.isLeftAlone()).isTrue();
    }

    @Test
    void whatAnswersNoQuestionOfACameraIsNone() {
        FakeCamera camera = new FakeCamera("YUYV").answers(Videodev.QUERYCAP, -Errno.EINVAL);
        assertThatThrownBy(() -> open(camera, null)).hasMessage(DEVICE + " is no V4L2 camera");
    }

    @Test
    void asksAgainWhenASignalInterrupts() throws CaptureException {
        FakeCamera camera = new FakeCamera("YUYV")
                .size(4, 2)
                .answers(Videodev.S_FMT, -Errno.EINTR)
                .answers(Videodev.STREAMON, -Errno.EINTR, -Errno.EINTR)
                .answers(Videodev.DQBUF, -Errno.EINTR)
                .gives(1);
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.take(0)).isZero();
        }
    }

    @Test
    void asksForBothFieldsTogetherOrSaysThatTheyComeApart() throws CaptureException {
        FakeCamera camera = new FakeCamera("YUYV").fields(Format.FIELD_ALTERNATE, Format.FIELD_INTERLACED);
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.format().field()).isEqualTo(Format.FIELD_INTERLACED);
        }
        FakeCamera other = new FakeCamera("YUYV").fields(Format.FIELD_ALTERNATE, Format.FIELD_ALTERNATE);
        assertThatThrownBy(() -> open(other, null)).hasMessageContaining("the two fields");
        assertThat(other.isLeftAlone()).isTrue();
    }

    @Test
    void paddingOfLinesIsLeftOut() throws CaptureException {
        // 4x2 in YU12, lines of 4 in 8 bytes, those of the chroma planes of 2 in 4.
        byte[] padded = {1, 2, 3, 4, -1, -1, -1, -1, 5, 6, 7, 8, -1, -1, -1, -1, 9, 10, -1, -1, 11, 12, -1, -1};
        FakeCamera camera = new FakeCamera("YU12")
                .size(4, 2)
                .bytesPerLine(8)
                .bufferBytes(padded.length)
                .shows(padded)
                .marks(0, padded.length - 2)
                .gives(2);
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.take(0)).isZero();
            assertThat(pixels(capture)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
            capture.giveBack();
            camera.marks(0, padded.length - 3);
            assertThat(capture.take(0)).isZero();
            assertThat(capture.bytes())
                    .as("bytes of a picture that is not whole")
                    .isZero();
        }
    }

    @Test
    void linesThatWouldNotFitIntoAPictureAreNotPadded() throws CaptureException {
        // 4x2 in YU12: such a driver says 6 bytes a line, the planes' lines together.
        byte[] packed = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        FakeCamera camera = new FakeCamera("YU12")
                .size(4, 2)
                .bytesPerLine(6)
                .bufferBytes(packed.length)
                .shows(packed)
                .gives(1);
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.take(0)).isZero();
            assertThat(pixels(capture)).isEqualTo(packed);
        }
    }

    private static byte[] pixels(VideoCapture capture) {
        byte[] pixels = new byte[capture.bytes()];
        try (Memory memory = new Memory(pixels.length)) {
            capture.copyTo(Pointer.nativeValue(memory));
            memory.read(0, pixels, 0, pixels.length);
        }
        return pixels;
    }

    @Test
    void aDamagedPictureHasNoBytes() throws CaptureException {
        FakeCamera camera =
                new FakeCamera("MJPG").marks(Buffer.IS_DAMAGED, 1000).gives(1);
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.take(0)).isZero();
            assertThat(capture.bytes()).isZero();
        }
    }

    @Test
    void aDriverThatClaimsMoreThanItsBufferHoldsIsNotBelieved() throws CaptureException {
        FakeCamera camera = new FakeCamera("MJPG").bufferBytes(512).gives(1);
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.take(0)).isZero();
            assertThat(capture.bytes()).isEqualTo(512);
        }
    }

    @Test
    void waitsWhenThereIsNoPictureAndSaysWhenThereIsStillNone() throws CaptureException {
        FakeCamera camera = new FakeCamera("MJPG");
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.take(5)).isEqualTo(-Errno.EAGAIN);
            camera.onPoll(() -> camera.gives(1));
            assertThat(capture.take(5)).isZero();
            capture.giveBack();
            camera.onPoll(() -> {}).polls(-Errno.EINTR);
            assertThat(capture.take(5)).isEqualTo(-Errno.EAGAIN);
        }
    }

    @Test
    void anUnpluggedCameraEndsTheStream() throws CaptureException {
        FakeCamera camera = new FakeCamera("MJPG").polls(Kernel.POLLERR);
        camera.answers(Videodev.DQBUF, -Errno.EAGAIN, -Errno.ENODEV);
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.take(5)).isEqualTo(-Errno.ENODEV);
            assertThat(capture.take(5)).as("it can never have a picture again").isEqualTo(-Errno.EIO);
        }
        assertThat(camera.isLeftAlone()).isTrue();
    }

    @Test
    void aBufferThatIsNotTakenBackIsToldOf() throws CaptureException {
        FakeCamera camera = new FakeCamera("MJPG").gives(2);
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.take(0)).isZero();
            camera.answers(Videodev.QBUF, -Errno.ENODEV);
            capture.giveBack();
            assertThat(capture.take(0)).isEqualTo(-Errno.ENODEV);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 99, Integer.MAX_VALUE})
    void aBufferThatIsNoneEndsTheStream(int index) throws CaptureException {
        FakeCamera camera = new FakeCamera("MJPG").givesBuffer(index).gives(1);
        try (VideoCapture capture = open(camera, null)) {
            assertThat(capture.take(0)).isEqualTo(-Errno.EIO);
        }
    }

    @Test
    void framesThatTheDriverLostAreCounted() throws CaptureException {
        FakeCamera camera = new FakeCamera("MJPG");
        camera.onPoll(() -> camera.gives(1));
        try (VideoCapture capture = open(camera, null)) {
            assertThat(losses(capture, 3)).containsExactly(0, 0, 0);
            camera.skips(4);
            assertThat(losses(capture, 3)).containsExactly(4, 0, 0);
            assertThat(capture.wasTooSlow()).isFalse();
            camera.skips(-7);
            assertThat(losses(capture, 2))
                    .as("a driver that counts from 0 again")
                    .containsExactly(0, 0);
        }
    }

    @Test
    void framesForWhichNoBufferWasFreeAreThisMachinesLoss() throws CaptureException {
        FakeCamera camera = new FakeCamera("MJPG").gives(8);
        try (VideoCapture capture = open(camera, null)) {
            losses(capture, 8);
            camera.onPoll(() -> camera.gives(1)).skips(20);
            assertThat(losses(capture, 1)).containsExactly(20);
            assertThat(capture.wasTooSlow()).isTrue();
            camera.skips(1);
            assertThat(losses(capture, 1)).containsExactly(1);
            assertThat(capture.wasTooSlow()).isFalse();
        }
    }

    private static List<Integer> losses(VideoCapture capture, int frames) {
        Integer[] losses = new Integer[frames];
        for (int i = 0; i < frames; i++) {
            assertThat(capture.take(5)).isZero();
            losses[i] = capture.lost();
            capture.giveBack();
        }
        return Arrays.asList(losses);
    }

    private static VideoCapture open(Kernel kernel, String format) throws CaptureException {
        return VideoCapture.open(kernel, DEVICE, new Wish(0, 0, 30, 1, PixelLayout.named(format)));
    }
}
