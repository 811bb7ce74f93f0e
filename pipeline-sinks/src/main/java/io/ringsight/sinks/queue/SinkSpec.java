package io.ringsight.sinks.queue;

/** What a configuration says of one receiver of messages. Its text holds no secret. */
public interface SinkSpec {
    /** The name in metrics and logs, unique in one configuration. */
    String name();

    /** What its queue in memory holds. */
    QueueLimits limits();
}
