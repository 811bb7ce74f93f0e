package io.ringsight.app.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Computes a page by one thread at a time, for all who have asked before it began: however many ask at once, they cost
 * one core, and none waits in a thread. No answer is older than its question. Any thread.
 */
final class SharedPage {
    private final Page page;
    private List<CompletableFuture<Page.Answer>> waiting = new ArrayList<>();
    private boolean computing;

    SharedPage(Page page) {
        this.page = page;
    }

    /** Completed by the thread that computes, perhaps this one; with what the page throws if it does. */
    CompletableFuture<Page.Answer> answer() {
        CompletableFuture<Page.Answer> asked = new CompletableFuture<>();
        if (add(asked)) {
            for (List<CompletableFuture<Page.Answer>> those = next(); !those.isEmpty(); those = next()) {
                compute(those);
            }
        }
        return asked;
    }

    /** Whether nobody computes, so that the caller must. */
    private synchronized boolean add(CompletableFuture<Page.Answer> asked) {
        waiting.add(asked);
        boolean idle = !computing;
        computing = true;
        return idle;
    }

    private synchronized List<CompletableFuture<Page.Answer>> next() {
        List<CompletableFuture<Page.Answer>> those = waiting;
        waiting = new ArrayList<>();
        computing = !those.isEmpty();
        return those;
    }

    private void compute(List<CompletableFuture<Page.Answer>> those) {
        try {
            Page.Answer answer = page.answer();
            those.forEach(asked -> asked.complete(answer));
        } catch (RuntimeException | Error e) {
            those.forEach(asked -> asked.completeExceptionally(e));
        }
    }
}
