package io.ringsight.app.rest;

import io.ringsight.app.config.edit.EditException;
import io.ringsight.app.http.Page;
import io.ringsight.app.http.QueryException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Work that takes seconds, in its order on few threads of its own, so that the server's do not wait. Any thread. */
final class WaitingLine implements AutoCloseable {
    private static final int IDLE_S = 10;

    private final ThreadPoolExecutor threads;

    /** What is to be done. */
    interface Work {
        Page.Answer run() throws EditException, InterruptedException;
    }

    /** @param maxWaiting how much waits at most beside what is being done */
    WaitingLine(String name, int count, int maxWaiting) {
        threads = new ThreadPoolExecutor(
                count, count, IDLE_S, TimeUnit.SECONDS, new ArrayBlockingQueue<>(maxWaiting), work -> {
                    Thread thread = new Thread(work, name);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** @throws QueryException if too much waits already */
    CompletionStage<Page.Answer> run(Work work) throws QueryException {
        CompletableFuture<Page.Answer> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> complete(answer, work));
        } catch (RejectedExecutionException e) {
            throw QueryException.busy("too much waits already, or Ringsight is stopping; try again in a moment");
        }
        return answer;
    }

    private static void complete(CompletableFuture<Page.Answer> answer, Work work) {
        try {
            answer.complete(work.run());
        } catch (EditException e) {
            answer.complete(SourcesApi.refusal(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.complete(Page.Answer.text(503, "Ringsight is stopping\n"));
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        } catch (Error e) {
            answer.completeExceptionally(e);
            // Nobody knows what runs now: the thread ends by it, and so does the daemon, as by a reload.
            throw e;
        }
    }

    /** Does not wait for what is being done. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
