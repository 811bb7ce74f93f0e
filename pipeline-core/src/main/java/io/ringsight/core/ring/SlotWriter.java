package io.ringsight.core.ring;

/**
 * Fills a claimed slot. Must be short and must not block: while a slot is claimed and not published, no later slot of
 * any other source is seen.
 *
 * @param <T> the slot
 */
@FunctionalInterface
public interface SlotWriter<T> {
    void write(T slot);
}
