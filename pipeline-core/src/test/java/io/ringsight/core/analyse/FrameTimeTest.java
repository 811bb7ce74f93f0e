package io.ringsight.core.analyse;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import org.junit.jupiter.api.Test;

class FrameTimeTest {
    private static final long MS = 1_000_000L;
    private static final long UNKNOWN = Picture.UNKNOWN;

    private final FrameTime time = new FrameTime();
    private final Picture picture = new Picture();

    private double step(long ptsMs, long captureMs, CaptureClock clock, long decodedMs) {
        picture.captured(ns(ptsMs), ns(captureMs), clock, 0);
        return time.step(picture, decodedMs * MS);
    }

    private static long ns(long ms) {
        return ms == UNKNOWN ? UNKNOWN : ms * MS;
    }

    @Test
    void theFirstFrameTakesNoTime() {
        assertThat(step(5_000, 7_000, CaptureClock.ARRIVAL, 9_000)).isZero();
    }

    @Test
    void theStreamsOwnTimeSaysItBest() {
        step(0, 0, CaptureClock.ARRIVAL, 0);

        assertThat(step(40, 55, CaptureClock.ARRIVAL, 90)).isEqualTo(0.04);
        assertThat(step(160, 170, CaptureClock.ARRIVAL, 180)).isEqualTo(0.12);
    }

    @Test
    void aStreamThatBeganAgainIsMeasuredByTheCaptureTimes() {
        step(1_000, 10_000, CaptureClock.RTCP_SR, 0);
        time.interrupt();

        assertThat(step(1_040, 17_000, CaptureClock.RTCP_SR, 6_900)).isEqualTo(7.0);
        assertThat(step(1_080, 17_050, CaptureClock.RTCP_SR, 6_950)).isEqualTo(0.04);
    }

    @Test
    void captureTimesOfTwoClocksAreNotCompared() {
        step(UNKNOWN, 10_000, CaptureClock.ARRIVAL, 0);

        assertThat(step(UNKNOWN, 10_300, CaptureClock.RTCP_SR, 40)).isEqualTo(0.04);
        assertThat(step(UNKNOWN, 10_380, CaptureClock.RTCP_SR, 100)).isEqualTo(0.08);
    }

    @Test
    void aStreamTimeThatStandsStillGoesBackOrLeapsIsNotBelieved() {
        step(1_000, 10_000, CaptureClock.ARRIVAL, 0);

        assertThat(step(1_000, 10_050, CaptureClock.ARRIVAL, 0)).isEqualTo(0.05);
        assertThat(step(200, 10_090, CaptureClock.ARRIVAL, 0)).isEqualTo(0.04);
        assertThat(step(90_000_000, 10_150, CaptureClock.ARRIVAL, 0)).isEqualTo(0.06);
    }

    @Test
    void aRecordingOfAFrameAMinuteIsBelieved() {
        step(0, UNKNOWN, CaptureClock.FILE, 0);

        assertThat(step(60_000, UNKNOWN, CaptureClock.FILE, 3)).isEqualTo(60);
    }

    @Test
    void timeNeverGoesBack() {
        step(1_000, 10_000, CaptureClock.ARRIVAL, 50);

        assertThat(step(900, 9_000, CaptureClock.ARRIVAL, 40)).isZero();
    }
}
