package io.ringsight.sources.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avcodec.*;

import io.ringsight.sources.Clips;
import io.ringsight.sources.Flv;
import io.ringsight.sources.RecordingIntake;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.nio.file.Path;
import java.util.HexFormat;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packets with and without a picture. */
@Timeout(300)
class PictureUnitsTest {
    private static final byte[] AVCC = {1, 66, 0, 30, (byte) 0xff};

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "h264 slice,               H264, false, 000001 4188 84, true",
        "h264 key slice,           H264, false, 0000 0001 6588 84, true",
        "h264 SEI alone,           H264, false, 000001 0605 0400, false",
        "h264 parameter sets,      H264, false, 000001 6742 00 000001 68ce 38, false",
        "h264 SEI and slice,       H264, false, 000001 0605 0400 000001 4188, true",
        "h264 delimiter,           H264, false, 000001 09f0, false",
        "h264 no start code,       H264, false, 41888400, true",
        "h264 length slice,       H264, true,  00000003 418884, true",
        "h264 length SEI,         H264, true,  00000003 060500, false",
        "h264 length SEI + slice, H264, true,  00000003 060500 00000002 4188, true",
        "h264 length filler,      H264, true,  00000002 0cff, false",
        "h264 length too long,     H264, true,  000000ff 0605, true",
        "h264 length zero,         H264, true,  00000000, false",
        "h265 slice,               HEVC, false, 000001 0201 d0, true",
        "h265 SEI,                 HEVC, false, 000001 4e01 0500, false",
        "h265 parameter sets,      HEVC, false, 000001 4001 00 000001 4201 00 000001 4401 00, false",
        "h266 slice,               VVC,  false, 000001 0001 00, true",
        "h266 SEI,                 VVC,  false, 000001 00b9 00, false",
        "mpeg2 picture,            MPEG2VIDEO, false, 000001b8 00 00000100 00, true",
        "mpeg2 sequence head,      MPEG2VIDEO, false, 000001b3 1400, false",
        "mpeg4 picture,            MPEG4, false, 000001b6 50, true",
        "mpeg4 user data,          MPEG4, false, 000001b2 50, false",
        "any other,                VP9,  false, 00, true",
    })
    void tellsAPictureFromMetadata(String what, String codec, boolean lengths, String hex, boolean picture)
            throws ReflectiveOperationException {
        int codecId = avcodec.class.getField("AV_CODEC_ID_" + codec).getInt(null);
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        try (BytePointer data = new BytePointer(bytes.length + AV_INPUT_BUFFER_PADDING_SIZE)) {
            data.put(bytes);
            PictureUnits units = new PictureUnits(codecId, lengths ? AVCC : new byte[0]);
            assertThat(units.holdsPicture(data.address(), data.address() + bytes.length))
                    .as(what)
                    .isEqualTo(picture);
        }
    }

    /** As drones and recorders write them: metadata in a packet of its own before each picture. */
    @Test
    void losesNoFrameToPacketsWithoutAPicture() throws java.io.IOException {
        Path flv = Clips.encode(folder.resolve("a.flv"), 60, "160x120", "-c:v", "libopenh264", "-g", "20");
        byte[] sei = HexFormat.of().parseHex("0000000a060506010203040506" + "80");
        byte[] parameterSetLike = HexFormat.of().parseHex("0000000209f0");
        for (byte[] extra : new byte[][] {sei, parameterSetLike}) {
            Path with = folder.resolve("with.flv");
            java.nio.file.Files.write(with, Flv.insertBeforeEachPicture(java.nio.file.Files.readAllBytes(flv), extra));
            RecordingIntake intake = new RecordingIntake();
            try (Source source = Sources.open(SourceSpec.recording(with), io.ringsight.core.time.Clock.system())) {
                assertThat(source.run(intake)).isEqualTo(Ending.ended(""));
                intake.releaseAll();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertThat(intake.frames()).isEqualTo(60).isEqualTo(Clips.count(with));
            assertThat(intake.losses.total()).isZero();
        }
    }
}
