package io.ringsight.sinks.queue;

/**
 * Whether a recording may send more, and who is told when it may again. One thread at a time sets it, under a lock or
 * because there is no other; any thread asks.
 */
public final class Room {
    private volatile boolean isOpen = true;
    private volatile Runnable onOpen = () -> {};

    /** Whether there is room. */
    public boolean isOpen() {
        return isOpen;
    }

    /** Has {@code listener}, too, run each time there is room again, on the thread that finds out; it must be quick. */
    public synchronized void onOpen(Runnable listener) {
        Runnable others = onOpen;
        onOpen = () -> {
            others.run();
            listener.run();
        };
    }

    /** There is room now, or there is none. */
    public void set(boolean open) {
        boolean opens = open && !isOpen;
        isOpen = open;
        if (opens) {
            onOpen.run();
        }
    }
}
