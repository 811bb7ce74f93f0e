package io.ringsight.sinks.kafka.read;

/** Who is given a topic's records. Called by the reader's thread. */
@FunctionalInterface
public interface TopicRecords {
    /** The next record of its partition. */
    void record(TopicRecord record);

    /** Records of a partition before the next one cannot be read: they are gone, or older than what was asked for. */
    default void removed(int partition) {}

    /** The topic was recreated: a partition begins again, and what was not read before is gone. */
    default void restarted(int partition) {}
}
