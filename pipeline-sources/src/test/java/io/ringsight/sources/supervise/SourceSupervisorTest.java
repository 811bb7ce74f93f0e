package io.ringsight.sources.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sources.RecordingIntake;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The retrying of sources, by a clock that tests turn. */
@Timeout(300)
class SourceSupervisorTest {
    private static final double NO_JITTER = Math.nextDown(1.0);
    private static final Ending REFUSED = Ending.retry(GapReason.REFUSED, "nobody there");

    private final ManualClock clock = new ManualClock(0);
    private final RecordingIntake intake = new RecordingIntake();
    private final List<Long> waitsMs = new ArrayList<>();

    @Test
    void waitsLongerAndLongerUpToHalfAMinute() throws Exception {
        List<FakeSource.Step> steps = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            steps.add(in -> REFUSED);
        }
        steps.add(in -> Ending.ended(""));
        assertThat(superviseToTheEnd(steps, NO_JITTER)).isEqualTo(Ending.ended(""));
        assertThat(waitsMs).containsExactly(500L, 1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L, 30000L);
        assertThat(intake.metrics().value(Counter.CONNECT_FAILURES)).isEqualTo(9);
        assertThat(intake.metrics().value(Counter.CONNECTS)).isZero();
    }

    @Test
    void spreadsTheWaitsOfManyCameras() throws Exception {
        superviseToTheEnd(List.of(in -> REFUSED, in -> REFUSED, in -> Ending.ended("")), 0);
        assertThat(waitsMs).containsExactly(250L, 500L);
    }

    @Test
    void triesARefusedPasswordSlowly() throws Exception {
        FakeSource.Step wrong = in -> Ending.retry(GapReason.AUTH_FAILED, "");
        superviseToTheEnd(List.of(wrong, wrong, wrong, wrong, in -> Ending.ended("")), 0);
        assertThat(waitsMs).containsExactly(30_000L, 60_000L, 900_000L, 900_000L);
    }

    @Test
    void staysBelowFiveWrongPasswordsInHalfAnHour() {
        for (double random : new double[] {0, 0.5, NO_JITTER}) {
            Backoff backoff = new Backoff(() -> random);
            List<Long> triesMs = new ArrayList<>(List.of(0L));
            for (int i = 0; i < 20; i++) {
                triesMs.add(triesMs.get(i) + backoff.nextNs(GapReason.AUTH_FAILED) / 1_000_000);
            }
            for (int i = 0; i + 4 < triesMs.size(); i++) {
                assertThat(triesMs.get(i + 4) - triesMs.get(i))
                        .as("five tries from %s", triesMs.get(i))
                        .isGreaterThan(TimeUnit.MINUTES.toMillis(30));
            }
        }
    }

    @Test
    void doesNotPunishAPasswordForOtherFailures() throws Exception {
        FakeSource.Step wrong = in -> Ending.retry(GapReason.AUTH_FAILED, "");
        superviseToTheEnd(
                List.of(in -> REFUSED, in -> REFUSED, in -> REFUSED, wrong, in -> REFUSED, in -> Ending.ended("")),
                NO_JITTER);
        assertThat(waitsMs).containsExactly(500L, 1000L, 2000L, 45_000L, 4000L);
    }

    @Test
    void opensManyCamerasOneAfterTheOther() throws Exception {
        OpenGate gate = new OpenGate(50);
        for (int i = 0; i < 64; i++) {
            assertThat(gate.takeNs(1_000_000_000L)).isEqualTo(i * 50_000_000L);
        }
        assertThat(gate.takeNs(5_000_000_000L)).isZero();
        assertThat(gate.takeNs(5_020_000_000L)).isEqualTo(30_000_000L);

        OpenGate busy = new OpenGate(50);
        long takenNs = clock.nanoTime();
        busy.takeNs(takenNs);
        long[] openedNs = new long[1];
        FakeSource source = new FakeSource(List.of(in -> {
            openedNs[0] = clock.nanoTime();
            return Ending.ended("");
        }));
        try (SourceSupervisor supervisor = supervisor(source, 0, busy)) {
            supervisor.start();
            supervisor.ended().get(60, TimeUnit.SECONDS);
        }
        assertThat(openedNs[0] - takenNs).isEqualTo(50_000_000L);
    }

    @Test
    void beginsAnewAfterAHealthyTime() throws Exception {
        FakeSource.Step healthy = in -> {
            in.offer(picture());
            clock.advanceMs(10_000);
            return Ending.retry(GapReason.STALLED, "");
        };
        FakeSource.Step flapping = in -> {
            in.offer(picture());
            clock.advanceMs(100);
            return Ending.retry(GapReason.STALLED, "");
        };
        superviseToTheEnd(List.of(flapping, flapping, flapping, healthy, flapping, in -> Ending.ended("")), NO_JITTER);
        assertThat(waitsMs).containsExactly(500L, 1000L, 2000L, 500L, 1000L);
        assertThat(intake.metrics().value(Counter.CONNECTS)).isEqualTo(5);
        assertThat(intake.metrics().value(Counter.CONNECTION_LOSSES)).isEqualTo(5);
        assertThat(intake.metrics().value(Counter.CONNECT_FAILURES)).isZero();
    }

    /** A line that is too slow gets no faster by waiting, so no failure before it makes the wait longer. */
    @Test
    void goesOnAtOnceAfterLagging() throws Exception {
        FakeSource.Step lagging = in -> {
            in.offer(picture());
            clock.advanceMs(100);
            return Ending.retry(GapReason.LAGGING, "");
        };
        superviseToTheEnd(List.of(in -> REFUSED, in -> REFUSED, lagging, lagging, in -> Ending.ended("")), NO_JITTER);
        assertThat(waitsMs).containsExactly(500L, 1000L, 500L, 500L);
    }

    /** Else one wrong password after months of health would cost a quarter of an hour. */
    @Test
    void aHealthyTimeForgivesWrongPasswords() throws Exception {
        FakeSource.Step wrong = in -> Ending.retry(GapReason.AUTH_FAILED, "");
        FakeSource.Step healthy = in -> {
            in.offer(picture());
            clock.advanceMs(10_000);
            return Ending.retry(GapReason.STALLED, "");
        };
        superviseToTheEnd(List.of(wrong, wrong, wrong, healthy, wrong, in -> Ending.ended("")), 0);
        assertThat(waitsMs).containsExactly(30_000L, 60_000L, 900_000L, 250L, 30_000L);
    }

    @Test
    void tellsStateAndGaps() throws Exception {
        List<String> states = new ArrayList<>();
        FakeSource.Step camera = in -> {
            states.add(in.metrics().state());
            in.offer(picture());
            states.add(in.metrics().state());
            return Ending.retry(GapReason.DISCONNECTED, "cable pulled");
        };
        superviseToTheEnd(List.of(camera, camera, in -> Ending.ended("done")), NO_JITTER);
        assertThat(states).containsExactly("connecting", "live", "disconnected", "live");
        assertThat(intake.gaps)
                .containsExactly(
                        "connecting: ", "disconnected: cable pulled", "disconnected: cable pulled", "ended: done");
        assertThat(intake.metrics().state()).isEqualTo("ended");
    }

    @Test
    void doesNotRetryWhatCannotComeBack() throws Exception {
        Ending missing = Ending.fatal(GapReason.NOT_FOUND, "clip.mp4: no such file");
        assertThat(superviseToTheEnd(List.of(in -> missing), NO_JITTER)).isEqualTo(missing);
        assertThat(waitsMs).isEmpty();
        assertThat(intake.gaps).containsExactly("connecting: ", "not-found: clip.mp4: no such file");
        assertThat(intake.metrics().state()).isEqualTo("not-found");
    }

    @Test
    void aCameraThatShowsNothingNewIsNotLive() throws Exception {
        List<String> states = new ArrayList<>();
        FakeSource.Step camera = in -> {
            for (int second = 0; second < 8; second++) {
                // From second 2 to 6 the stream's time stands still.
                in.offer(picture(Math.min(second, 2) + Math.max(0, second - 6)));
                states.add(in.metrics().state());
                clock.advanceMs(1_000);
            }
            return Ending.ended("");
        };
        FakeSource source = new FakeSource(List.of(camera), new SuspicionLimits(0, 2_000));
        try (SourceSupervisor supervisor = supervisor(source, 0)) {
            supervisor.start();
            supervisor.ended().get(60, TimeUnit.SECONDS);
        }
        assertThat(states)
                .containsExactly(
                        "live", "live", "live", "live", "time-stopped", "time-stopped", "time-stopped", "live");
        assertThat(intake.suspicions).containsExactly("time-stopped at 4", "well at 7");
    }

    @Test
    void untilItsFirstFrameACameraSaysThatItDoesNotLook() throws Exception {
        List<List<String>> whileOpening = new ArrayList<>();
        FakeSource.Step opens = in -> {
            whileOpening.add(List.copyOf(intake.gaps));
            return REFUSED;
        };
        superviseToTheEnd(List.of(opens, in -> Ending.ended("")), NO_JITTER);
        assertThat(whileOpening).containsExactly(List.of("connecting: "));
    }

    @Test
    void aStrayInterruptWhileACameraIsReadIsAGapAndTheCameraIsTriedAgain() throws Exception {
        FakeSource.Step interrupted = in -> {
            throw new InterruptedException();
        };
        superviseToTheEnd(List.of(interrupted, in -> Ending.ended("")), NO_JITTER);
        assertThat(intake.gaps)
                .containsExactly("connecting: ", "io-error: internal error: InterruptedException", "ended: ");
        assertThat(waitsMs).containsExactly(500L);
    }

    /** A look-up of a host's name takes an interrupt for the end, and says so as its answer. */
    @Test
    void anEndThatNobodyAskedForIsAGapAndTheCameraIsTriedAgain() throws Exception {
        superviseToTheEnd(List.of(in -> Ending.stopped(), in -> Ending.ended("")), NO_JITTER);
        assertThat(intake.gaps)
                .containsExactly("connecting: ", "io-error: internal error: InterruptedException", "ended: ");
    }

    @Test
    void aStrayInterruptDuringTheWaitOrAGapChangesNothing() throws Exception {
        intake.interruptsOnce = true;
        FakeSource source = new FakeSource(List.of(in -> REFUSED, in -> Ending.ended("")));
        try (SourceSupervisor supervisor = new SourceSupervisor(
                source,
                intake,
                clock,
                new Backoff(() -> NO_JITTER),
                ns -> {
                    waitsMs.add(Math.round(ns / 1e6));
                    clock.advanceNs(ns / (waitsMs.size() == 1 ? 2 : 1));
                    Thread.currentThread().interrupt();
                },
                new OpenGate(0))) {
            supervisor.start();
            assertThat(supervisor.ended().get(60, TimeUnit.SECONDS)).isEqualTo(Ending.ended(""));
        }
        assertThat(intake.gaps).containsExactly("connecting: ", "refused: nobody there", "ended: ");
        assertThat(waitsMs).containsExactly(500L, 250L);
    }

    @Test
    void survivesAMistakeInTheSource() throws Exception {
        FakeSource.Step mistake = in -> {
            throw new IllegalStateException("rtsp://user:secret@host");
        };
        superviseToTheEnd(List.of(mistake, in -> Ending.ended("")), NO_JITTER);
        assertThat(intake.gaps)
                .containsExactly("connecting: ", "io-error: internal error: IllegalStateException", "ended: ");
    }

    @Test
    void anErrorInTheSourceIsAGapAndTheSourceIsTriedAgain() throws Exception {
        FakeSource.Step noMemory = in -> {
            throw new OutOfMemoryError("Physical memory usage is too high");
        };
        superviseToTheEnd(List.of(noMemory, in -> Ending.ended("")), NO_JITTER);
        assertThat(intake.gaps)
                .containsExactly("connecting: ", "io-error: internal error: OutOfMemoryError", "ended: ");
        assertThat(waitsMs).containsExactly(500L);
    }

    @Test
    void aThreadThatFailsEndsItsSourceAndSaysSo() throws Exception {
        FakeSource source = new FakeSource(List.of(in -> REFUSED));
        SourceSupervisor supervisor = new SourceSupervisor(
                source,
                intake,
                clock,
                new Backoff(() -> NO_JITTER),
                ns -> {
                    throw new NoClassDefFoundError("on purpose");
                },
                new OpenGate(0));
        supervisor.start();
        Ending ending = supervisor.ended().get(60, TimeUnit.SECONDS);
        assertThat(ending).isEqualTo(Ending.fatal(GapReason.IO_ERROR, "internal error: NoClassDefFoundError"));
        assertThat(intake.gaps).containsExactly("connecting: ", "refused: nobody there", ending.toString());
        assertThat(intake.metrics().state()).isEqualTo("io-error");
        supervisor.close();
        assertThat(source.closed).isTrue();
    }

    private Ending superviseToTheEnd(List<FakeSource.Step> steps, double random) throws Exception {
        FakeSource source = new FakeSource(steps);
        try (SourceSupervisor supervisor = supervisor(source, random)) {
            supervisor.start();
            return supervisor.ended().get(60, TimeUnit.SECONDS);
        } finally {
            assertThat(source.closed).isTrue();
        }
    }

    private SourceSupervisor supervisor(FakeSource source, double random) {
        return supervisor(source, random, new OpenGate(0));
    }

    private SourceSupervisor supervisor(FakeSource source, double random, OpenGate gate) {
        return new SourceSupervisor(
                source,
                intake,
                clock,
                new Backoff(() -> random),
                ns -> {
                    waitsMs.add(Math.round(ns / 1e6));
                    clock.advanceNs(ns);
                },
                gate);
    }

    private static Picture picture() {
        return picture(Picture.UNKNOWN);
    }

    private static Picture picture(long ptsNs) {
        Picture picture = new Picture();
        assertThat(picture.tryAcquire()).isTrue();
        picture.captured(ptsNs, 0, io.ringsight.core.time.CaptureClock.ARRIVAL, Picture.UNKNOWN);
        return picture;
    }
}
