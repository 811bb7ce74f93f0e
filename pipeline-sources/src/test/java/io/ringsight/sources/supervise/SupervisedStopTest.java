package io.ringsight.sources.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.PassingIntake;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sources.RecordingIntake;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a source ends: told to stop, interrupted, or behind a pipeline that stands still. */
@Timeout(300)
class SupervisedStopTest {
    private static final Ending REFUSED = Ending.retry(GapReason.REFUSED, "nobody there");

    private final ManualClock clock = new ManualClock(0);
    private final RecordingIntake intake = new RecordingIntake();

    @Test
    void stopsDuringTheWait() throws Exception {
        FakeSource source = new FakeSource(List.of(in -> REFUSED));
        CountDownLatch waiting = new CountDownLatch(1);
        SourceSupervisor supervisor = new SourceSupervisor(
                source,
                intake,
                clock,
                new Backoff(() -> Math.nextDown(1.0)),
                ns -> {
                    waiting.countDown();
                    java.util.concurrent.locks.LockSupport.parkNanos(ns);
                },
                new OpenGate(0));
        supervisor.start();
        assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
        supervisor.close();
        assertThat(supervisor.ended().get()).isEqualTo(Ending.stopped());
        assertThat(source.closed).isTrue();
        assertThat(intake.gaps).containsExactly("connecting: ", "refused: nobody there", "stopped: ");
    }

    @Test
    void interruptsWhatDoesNotStopAndNamesWhatStillDoesNot() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        SourceSupervisor stubborn = new SourceSupervisor(
                new FakeSource(List.of(in -> {
                    running.countDown();
                    awaitDeaf(release, interrupted);
                    return Ending.stopped();
                })),
                intake,
                Clock.system());
        SourceSupervisor obedient = new SourceSupervisor(
                new FakeSource(List.of(in -> {
                    release.await();
                    return Ending.ended("");
                })),
                new RecordingIntake(),
                Clock.system());
        stubborn.start();
        obedient.start();
        assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(SourceSupervisor.stopAll(List.of(stubborn), Clock.system(), 200))
                .containsExactly("cam");
        assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(SourceSupervisor.stopAll(List.of(obedient), Clock.system(), 30_000))
                .isEmpty();
        release.countDown();
        stubborn.close();
        obedient.close();
    }

    @Test
    void theEndOfACameraIsToldAlthoughItsThreadIsInterruptedWhileItStops() throws Exception {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        CountDownLatch running = new CountDownLatch(1);
        SourceSupervisor supervisor = new SourceSupervisor(
                new FakeSource(List.of(in -> {
                    intake.interruptsOnce = true;
                    threads.add(Thread.currentThread());
                    running.countDown();
                    new CountDownLatch(1).await();
                    return Ending.stopped();
                })),
                intake,
                Clock.system());
        supervisor.start();
        assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
        supervisor.stop();
        threads.get(0).interrupt();
        assertThat(supervisor.ended().get(60, TimeUnit.SECONDS)).isEqualTo(Ending.stopped());
        assertThat(intake.gaps).containsExactly("connecting: ", "stopped: ");
        supervisor.close();
    }

    @Test
    void aPipelineThatStandsStillDoesNotKeepTheThreadForEver() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        FakeSource source = new FakeSource(List.of());
        PassingIntake full = new PassingIntake() {
            @Override
            public void offer(Picture picture) throws InterruptedException {
                next().offer(picture);
            }

            @Override
            public void gap(GapReason reason, String detail) throws InterruptedException {
                if (reason != GapReason.CONNECTING) {
                    tries.incrementAndGet();
                    new CountDownLatch(1).await();
                }
            }

            @Override
            public FrameIntake next() {
                return intake;
            }
        };
        SourceSupervisor supervisor = new SourceSupervisor(source, full, Clock.system());
        supervisor.stop();
        supervisor.start();
        while (!supervisor.awaitStopped(100)) {
            assertThat(source.closed).isFalse();
        }
        supervisor.close();
        assertThat(supervisor.ended().get(60, TimeUnit.SECONDS)).isEqualTo(Ending.stopped());
        assertThat(tries.get()).as("it is tried again after an interrupt").isGreaterThan(1);
        assertThat(source.closed).isTrue();
    }

    private static void awaitDeaf(CountDownLatch release, CountDownLatch interrupted) {
        while (release.getCount() > 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        }
    }
}
