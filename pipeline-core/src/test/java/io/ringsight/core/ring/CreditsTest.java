package io.ringsight.core.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class CreditsTest {
    private static final int ROUNDS = 100_000;
    private static final long MAX_NS = TimeUnit.SECONDS.toNanos(5);

    private final AtomicInteger most = new AtomicInteger(2);
    private final Credits credits = new Credits(most::get);

    @Test
    void noMoreAreTakenThanThereAre() {
        assertThat(credits.tryTake()).isTrue();
        assertThat(credits.tryTake()).isTrue();
        assertThat(credits.tryTake()).isFalse();

        credits.giveBack();

        assertThat(credits.tryTake()).isTrue();
        assertThat(credits.tryTake()).isFalse();
    }

    @Test
    void whenThereAreFewerThoseTakenComeBackFirst() {
        credits.tryTake();
        credits.tryTake();
        most.set(1);

        credits.giveBack();
        assertThat(credits.tryTake()).isFalse();

        credits.giveBack();
        assertThat(credits.tryTake()).isTrue();
    }

    @Test
    void whoeverWaitsGetsTheOneThatIsGivenBack() throws Exception {
        credits.tryTake();
        credits.tryTake();
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        Thread taker = taker(taken);
        awaitParked(taker);

        credits.giveBack();

        assertThat(taken.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(credits.tryTake()).isFalse();
    }

    @Test
    void whoeverWaitsLooksAgainWhenThereAreMore() throws Exception {
        credits.tryTake();
        credits.tryTake();
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        Thread taker = taker(taken);
        awaitParked(taker);

        most.set(3);
        credits.wake();

        assertThat(taken.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anInterruptEndsTheWaitingAndTakesNone() throws Exception {
        credits.tryTake();
        credits.tryTake();
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        Thread taker = taker(taken);
        awaitParked(taker);

        taker.interrupt();

        assertThat(taken.get(30, TimeUnit.SECONDS)).isFalse();
        credits.giveBack();
        assertThat(credits.tryTake()).isTrue();
    }

    /** Two give back while one takes: for so many rounds, or as many as a busy machine can in a few seconds. */
    @Test
    void noCreditAndNoWakeUpIsLost() throws Exception {
        Semaphore toGiveBack = new Semaphore(0);
        AtomicInteger out = new AtomicInteger();
        List<Thread> givers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread giver = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    if (toGiveBack.tryAcquire()) {
                        out.getAndDecrement();
                        credits.giveBack();
                    }
                }
            });
            giver.setDaemon(true);
            giver.start();
            givers.add(giver);
        }
        long beganNs = System.nanoTime();
        for (int round = 0; round < ROUNDS && System.nanoTime() - beganNs < MAX_NS; round++) {
            credits.take();
            assertThat(out.incrementAndGet()).isLessThanOrEqualTo(2);
            toGiveBack.release();
        }
        Await.until("all are back", () -> out.get() == 0);
        for (Thread giver : givers) {
            giver.interrupt();
            giver.join();
        }
        noMoreAreTakenThanThereAre();
    }

    /** Completed with whether it took one. */
    private Thread taker(CompletableFuture<Boolean> taken) {
        Thread taker = new Thread(() -> {
            try {
                credits.take();
                taken.complete(true);
            } catch (InterruptedException e) {
                taken.complete(false);
            }
        });
        taker.setDaemon(true);
        taker.start();
        return taker;
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }
}
