package io.ringsight.app.api;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Computes a page by one thread at a time, for all who have asked before it began: however many ask at once, they cost
 * one core, and who asks another page is answered. No answer is older than its question. Any thread.
 */
final class SharedPage implements Page {
    private final Page page;
    private final AtomicLong begun = new AtomicLong();
    /** The number of the computation that gave {@link #latest}. */
    private long number;

    private Answer latest;

    SharedPage(Page page) {
        this.page = page;
    }

    @Override
    public Answer answer() {
        return begunAfter(begun.get());
    }

    private synchronized Answer begunAfter(long asked) {
        if (number <= asked) {
            long next = begun.incrementAndGet();
            latest = page.answer();
            number = next;
        }
        return latest;
    }
}
