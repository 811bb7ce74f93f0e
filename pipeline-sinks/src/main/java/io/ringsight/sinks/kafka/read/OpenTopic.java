package io.ringsight.sinks.kafka.read;

import java.time.Duration;

/** A topic that is being read. One thread. */
public interface OpenTopic extends AutoCloseable {
    /**
     * Hands over what has come within {@code limit}; may be nothing.
     *
     * @throws TopicException if the topic's brokers do not answer, or refuse; reading may be tried again
     */
    void poll(Duration limit, TopicRecords to) throws TopicException;

    /** How many records were in the topic, when it was looked at last, that have not been handed over yet. */
    long left();

    /** Records that lay between others and are gone: a compacted topic, or one written to in transactions. */
    long missingOffsets();

    @Override
    void close();
}
