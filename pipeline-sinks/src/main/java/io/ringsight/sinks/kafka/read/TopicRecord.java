package io.ringsight.sinks.kafka.read;

/**
 * A record as it lies in a topic.
 *
 * @param partition its partition
 * @param offset its place there
 * @param key text of the key, or null
 * @param value its bytes, or null
 */
public record TopicRecord(int partition, long offset, String key, byte[] value) {}
