package io.ringsight.sources.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sources.decode.PictureColors;
import io.ringsight.sources.libav.Deadline;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Random;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time bases, time lines and capture times; colours. */
class TimesTest {
    private static final long UTC_NS = 1_795_000_000_000_000_000L;
    private static final TimeBase RTP = new TimeBase(1, 90_000);

    private final ManualClock clock = new ManualClock(UTC_NS);
    private final Picture picture = new Picture();

    @Test
    void convertsExactly() {
        long seed = 5;
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            TimeBase base = new TimeBase(1 + random.nextInt(2000), 1 + random.nextInt(Integer.MAX_VALUE - 1));
            long ticks = random.nextLong() >> 24;
            BigInteger exact = BigInteger.valueOf(ticks)
                    .multiply(BigInteger.valueOf(base.numerator()))
                    .multiply(BigInteger.valueOf(1_000_000_000));
            BigInteger[] parts = exact.divideAndRemainder(BigInteger.valueOf(base.denominator()));
            BigInteger floor = parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
            if (floor.bitLength() < 63) {
                assertThat(base.toNs(ticks))
                        .as("seed %d, %s of %s", seed, ticks, base)
                        .isEqualTo(floor.longValueExact());
            }
        }
        assertThat(RTP.toNs(90_000L * 86_400 * 365)).isEqualTo(31_536_000_000_000_000L);
        assertThatThrownBy(() -> new TimeBase(1, 1).toNs(Long.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
        assertThat(RTP.tickUs()).isEqualTo(12);
    }

    @Test
    void fillsInARecordingsTimesAndGoesOnWhenItStartsOver() {
        TimeLine line = new TimeLine(true);
        line.begin(new TimeBase(1, 1000), 40_000_000);
        assertThat(line.next(AV_NOPTS_VALUE)).isZero();
        assertThat(line.next(40)).isEqualTo(40_000_000);
        assertThat(line.next(AV_NOPTS_VALUE)).isEqualTo(80_000_000);
        line.begin(new TimeBase(1, 500), 40_000_000);
        assertThat(line.next(0)).isEqualTo(120_000_000);
        assertThat(line.next(20)).isEqualTo(160_000_000);
        assertThat(line.next(Long.MAX_VALUE)).as("beyond all bounds").isEqualTo(200_000_000);
    }

    @Test
    void leavesACamerasUnknownTimesUnknown() {
        TimeLine line = new TimeLine(false);
        line.begin(RTP, 0);
        assertThat(line.next(AV_NOPTS_VALUE)).isEqualTo(Picture.UNKNOWN);
        assertThat(line.next(90_000)).isEqualTo(1_000_000_000);
    }

    @Test
    void tellsArrivalUntilTheFirstReportAndTheCamerasClockAfterIt() {
        RtspTimes times = rtspTimes();
        times.remember(9_000, Picture.UNKNOWN, UTC_NS);
        times.remember(18_000, UTC_NS / 1000 - 50_000, UTC_NS + 50_000_000);
        times.remember(27_000, UTC_NS / 1000 - 50_000, UTC_NS + 100_000_000);
        times.stamp(picture, 9_000, 100_000_000);
        assertThat(picture.captureClock()).isEqualTo(CaptureClock.ARRIVAL);
        assertThat(picture.captureUtcNs()).isEqualTo(UTC_NS);
        assertThat(picture.uncertaintyUs()).isEqualTo(Picture.UNKNOWN);
        times.stamp(picture, 18_000, 200_000_000);
        assertThat(picture.captureClock()).as("with the time of the next").isEqualTo(CaptureClock.ARRIVAL);
        times.stamp(picture, 27_000, 300_000_000);
        assertThat(picture.captureClock()).isEqualTo(CaptureClock.RTCP_SR);
        assertThat(picture.captureUtcNs()).isEqualTo(UTC_NS - 50_000_000);
        assertThat(picture.uncertaintyUs()).as("one report only").isEqualTo(1000);
    }

    @Test
    void measuresHowFarReportsMoveTheTimeLine() {
        RtspTimes times = reportedTimes();
        long wallUs = UTC_NS / 1000;
        times.remember(0, wallUs, UTC_NS);
        times.remember(90_000, wallUs + 1_000_004, UTC_NS + 1_000_000_000L);
        times.remember(180_000, wallUs + 2_000_700, UTC_NS + 2_000_000_000L);
        times.stamp(picture, 180_000, 0);
        assertThat(picture.uncertaintyUs()).isEqualTo(700);
    }

    /** Each report is measured against the one before it, not against the first: drift does not add up. */
    @Test
    void measuresEachReportAgainstTheOneBefore() {
        RtspTimes times = reportedTimes();
        long wallUs = UTC_NS / 1000;
        for (int second = 0; second <= 10; second++) {
            times.remember(90_000L * second, wallUs + second * 1_000_200L, UTC_NS + second * 1_000_200_000L);
        }
        times.stamp(picture, 900_000, 0);
        assertThat(picture.captureClock()).isEqualTo(CaptureClock.RTCP_SR);
        assertThat(picture.uncertaintyUs()).isEqualTo(200);
    }

    @Test
    void doesNotTakeUptimeForAWallClock() {
        RtspTimes times = reportedTimes();
        times.remember(9_000, 77_000_000L, UTC_NS);
        times.stamp(picture, 9_000, 0);
        assertThat(picture.captureClock()).isEqualTo(CaptureClock.ARRIVAL);
    }

    @Test
    void usesArrivalAfterAJumpUntilAReportPutsTheAgeRight() {
        RtspTimes times = reportedTimes();
        long wallUs = UTC_NS / 1000;
        long second = 1_000_000_000L;
        times.remember(0, wallUs - 50_000, UTC_NS);
        times.stamp(picture, 0, 0);
        assertThat(picture.captureClock()).isEqualTo(CaptureClock.RTCP_SR);

        long hour = 90_000L * 3600;
        times.remember(hour, wallUs + 3_600_000_000L, UTC_NS + second);
        times.distrust();
        times.stamp(picture, hour, 3600 * second);
        assertThat(picture.captureClock()).isEqualTo(CaptureClock.ARRIVAL);
        assertThat(picture.captureUtcNs()).isEqualTo(UTC_NS + second);
        assertThat(picture.uncertaintyUs()).isEqualTo(Picture.UNKNOWN);

        times.remember(hour + 90_000, wallUs + 1_950_000, UTC_NS + 2 * second);
        times.stamp(picture, hour + 90_000, 3601 * second);
        assertThat(picture.captureClock()).isEqualTo(CaptureClock.RTCP_SR);
        assertThat(picture.captureUtcNs()).isEqualTo((wallUs + 1_950_000) * 1_000);
    }

    @Test
    void doesNotBelieveACameraWhoseClockIsAheadOfTheHosts() {
        RtspTimes times = reportedTimes();
        long hourAheadUs = UTC_NS / 1_000 + 3_600_000_000L;
        times.remember(90_000, hourAheadUs, UTC_NS);
        times.stamp(picture, 90_000, 0);
        assertThat(picture.captureClock()).isEqualTo(CaptureClock.ARRIVAL);
        assertThat(picture.captureUtcNs()).isEqualTo(UTC_NS);
        assertThat(picture.uncertaintyUs()).isEqualTo(Picture.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "300,        RTCP_SR, 1000",
        "1999,       RTCP_SR, 1000",
        "5000,       RTCP_SR, 5000000",
        "59000,      RTCP_SR, 59000000",
        "61000,      ARRIVAL, -9223372036854775808",
        "7200000,    ARRIVAL, -9223372036854775808",
        "86000000,   ARRIVAL, -9223372036854775808",
    })
    void aCameraWhoseClockMayBeBehindIsAsUncertainAsItsPicturesAreOld(
            long behindMs, CaptureClock expected, long uncertaintyUs) {
        RtspTimes times = reportedTimes();
        times.remember(90_000, UTC_NS / 1_000 - 1_000 * behindMs, UTC_NS);
        times.stamp(picture, 90_000, 0);
        assertThat(picture.captureClock()).isEqualTo(expected);
        assertThat(picture.captureUtcNs())
                .isEqualTo(expected == CaptureClock.ARRIVAL ? UTC_NS : UTC_NS - 1_000_000 * behindMs);
        assertThat(picture.uncertaintyUs()).isEqualTo(uncertaintyUs);
    }

    @Test
    void widensTheUncertaintyByWhatACameraIsAhead() {
        RtspTimes times = reportedTimes();
        long wallUs = UTC_NS / 1_000 + 300_000;
        times.remember(90_000, wallUs, UTC_NS);
        times.stamp(picture, 90_000, 0);
        assertThat(picture.captureClock()).isEqualTo(CaptureClock.RTCP_SR);
        assertThat(picture.captureUtcNs()).isEqualTo(wallUs * 1_000);
        assertThat(picture.uncertaintyUs()).isEqualTo(300_000);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-01T10:00:00Z, '',                           2026-11-01T10:00:01Z, 12",
        "2026-11-01T10:00:00Z, 2020-01-01T00:00:00.000000Z,  2026-11-01T10:00:01Z, 12",
        ",                     2020-01-01T00:00:00.000000Z,  2020-01-01T00:00:01Z, -9223372036854775808",
        ",                     '',                           ,                     -9223372036854775808",
        ",                     1970-01-01T00:00:07.000000Z,  ,                     -9223372036854775808",
        ",                     2999-01-01T00:00:00.000000Z,  ,                     -9223372036854775808",
        ",                     last summer,                  ,                     -9223372036854775808",
    })
    void aRecordingsTimeIsWhatTheUserOrTheFileSays(
            Instant given, String creationTime, Instant expected, long uncertaintyUs) {
        TimeLine line = new TimeLine(true);
        line.begin(RTP, 0);
        FileTimes times = new FileTimes(line);
        long expectedNs = expected == null ? Picture.UNKNOWN : expected.getEpochSecond() * 1_000_000_000L;
        for (int round = 0; round < 2; round++) {
            times.begin(given, creationTime, Instant.ofEpochSecond(0, UTC_NS));
            times.stamp(picture, 0, 5_000_000_000L);
            times.stamp(picture, 0, 6_000_000_000L);
            assertThat(picture.captureClock()).isEqualTo(CaptureClock.FILE);
            assertThat(picture.captureUtcNs()).as("round %d", round).isEqualTo(expectedNs);
            assertThat(picture.uncertaintyUs()).isEqualTo(uncertaintyUs);
        }
    }

    /** An hour forwards, 25 hours back: neither is waited for. */
    @Test
    void paceDoesNotWaitForAJumpOfTime() throws InterruptedException {
        Pacer pacer = new Pacer(Clock.system(), true);
        Deadline deadline = new Deadline(Clock.system());
        long second = 1_000_000_000L;
        long startNs = Clock.system().nanoTime();
        for (long ptsNs : new long[] {0, 3600 * second, 3600 * second + 1, -90_000 * second, 0, second / 100}) {
            assertThat(pacer.await(ptsNs, second / 100, deadline)).isTrue();
        }
        assertThat(Clock.system().nanoTime() - startNs).isBetween(4 * second / 100, 5 * second);
    }

    private RtspTimes rtspTimes() {
        TimeLine line = new TimeLine(false);
        line.begin(RTP, 0);
        return new RtspTimes("cam", clock, line);
    }

    /** As soon as the camera's reports have begun. */
    private RtspTimes reportedTimes() {
        RtspTimes times = rtspTimes();
        times.remember(-9_000, UTC_NS / 1_000, UTC_NS);
        return times;
    }

    @Test
    void readsTheReportOffThePacket() {
        ProducerTime producerTime = new ProducerTime();
        AVPacket packet = avcodec.av_packet_alloc();
        try {
            assertThat(producerTime.wallclockUs(packet)).isEqualTo(Picture.UNKNOWN);
            avcodec.av_packet_new_side_data(packet, avcodec.AV_PKT_DATA_SKIP_SAMPLES, 10);
            assertThat(producerTime.wallclockUs(packet)).isEqualTo(Picture.UNKNOWN);
            BytePointer data = avcodec.av_packet_new_side_data(packet, avcodec.AV_PKT_DATA_PRFT, 16);
            data.putLong(0, 1_795_000_000_123_456L);
            assertThat(producerTime.wallclockUs(packet)).isEqualTo(1_795_000_000_123_456L);
        } finally {
            avcodec.av_packet_free(packet);
        }
    }

    @Test
    void assumesColoursAsTelevisionsAndJpegDo() {
        int yuv = AV_PIX_FMT_YUV420P;
        int jpeg = AV_PIX_FMT_YUVJ420P;
        int none = AVCOL_SPC_UNSPECIFIED;
        assertThat(PictureColors.matrix(none, yuv, 720, 576)).isEqualTo(ColorMatrix.BT601);
        assertThat(PictureColors.matrix(none, yuv, 1280, 720)).isEqualTo(ColorMatrix.BT709);
        assertThat(PictureColors.matrix(none, yuv, 768, 577)).isEqualTo(ColorMatrix.BT709);
        assertThat(PictureColors.matrix(none, jpeg, 1920, 1080)).isEqualTo(ColorMatrix.BT601);
        assertThat(PictureColors.matrix(AVCOL_SPC_SMPTE170M, yuv, 1920, 1080)).isEqualTo(ColorMatrix.BT601);
        assertThat(PictureColors.matrix(AVCOL_SPC_BT2020_NCL, yuv, 64, 48)).isEqualTo(ColorMatrix.BT2020);
        assertThat(PictureColors.range(AVCOL_RANGE_UNSPECIFIED, yuv)).isEqualTo(ColorRange.LIMITED);
        assertThat(PictureColors.range(AVCOL_RANGE_UNSPECIFIED, jpeg)).isEqualTo(ColorRange.FULL);
        assertThat(PictureColors.range(AVCOL_RANGE_UNSPECIFIED, AV_PIX_FMT_GRAY8))
                .isEqualTo(ColorRange.FULL);
        assertThat(PictureColors.range(AVCOL_RANGE_UNSPECIFIED, AV_PIX_FMT_GRAY12LE))
                .isEqualTo(ColorRange.FULL);
        assertThat(PictureColors.range(AVCOL_RANGE_MPEG, AV_PIX_FMT_GRAY8)).isEqualTo(ColorRange.LIMITED);
        assertThat(PictureColors.range(AVCOL_RANGE_JPEG, yuv)).isEqualTo(ColorRange.FULL);
        assertThat(PictureColors.range(AVCOL_RANGE_MPEG, jpeg)).isEqualTo(ColorRange.LIMITED);
    }
}
