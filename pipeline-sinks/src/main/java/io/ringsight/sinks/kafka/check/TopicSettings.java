package io.ringsight.sinks.kafka.check;

import io.ringsight.sinks.Remark;
import io.ringsight.sinks.Remark.Level;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;

/** What a topic's settings mean for a sink. */
final class TopicSettings {
    private static final String WHAT = "topic";
    private static final long MIN_MESSAGE_BYTES = 256 << 10;

    private final KafkaSinkSpec spec;
    private final TopicDescription topic;
    private final Config config;

    TopicSettings(KafkaSinkSpec spec, TopicDescription topic, Config config) {
        this.spec = spec;
        this.topic = topic;
        this.config = config;
    }

    void judge(List<Remark> remarks) {
        int replicas = topic.partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
        remarks.add(new Remark(
                Level.GOOD,
                WHAT,
                spec.topic() + ", " + topic.partitions().size() + " partitions, " + replicas + " replicas, "
                        + text(TopicConfig.CLEANUP_POLICY_CONFIG) + " after " + days(TopicConfig.RETENTION_MS_CONFIG)));
        leaders(remarks);
        cleanup(remarks);
        replicas(remarks, replicas);
        size(remarks);
        times(remarks);
    }

    private void leaders(List<Remark> remarks) {
        long without = topic.partitions().stream()
                .filter(partition ->
                        partition.leader() == null || partition.leader().isEmpty())
                .count();
        if (without > 0) {
            remarks.add(new Remark(
                    Level.BAD,
                    WHAT,
                    without + " partitions have no leader: a broker is down; nothing can be sent there"));
        }
    }

    private void cleanup(List<Remark> remarks) {
        if (text(TopicConfig.CLEANUP_POLICY_CONFIG).contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            remarks.add(new Remark(
                    Level.BAD,
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    "is compact: Kafka deletes all but each source's last message; set it to delete"));
        }
    }

    private void replicas(List<Remark> remarks, int replicas) {
        long needed = number(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, 1);
        long inSync = topic.partitions().stream()
                .mapToLong(partition -> partition.isr().size())
                .min()
                .orElse(0);
        String what = TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
        if (needed > replicas) {
            remarks.add(new Remark(
                    Level.BAD,
                    what,
                    "is " + needed + ", but the topic has " + replicas + " replicas: no message is ever accepted; add"
                            + " replicas or lower it"));
        } else if (inSync < needed) {
            remarks.add(new Remark(
                    Level.BAD,
                    what,
                    "is " + needed + ", but a partition has " + inSync + " in sync: nothing is accepted there until"
                            + " brokers are back"));
        } else if (needed == replicas && replicas > 1) {
            remarks.add(new Remark(
                    Level.WARNING,
                    what,
                    "is as many as there are replicas (" + replicas + "): one broker that is away stops all messages"));
        } else if (replicas == 1) {
            remarks.add(new Remark(
                    Level.WARNING, "replicas", "there is 1: what the topic holds is lost with that broker's disk"));
        }
    }

    private void size(List<Remark> remarks) {
        long largest = number(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.MAX_VALUE);
        long ours = Long.parseLong(spec.properties().getOrDefault(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, "1048576"));
        if (largest < MIN_MESSAGE_BYTES || largest < ours - 100_000) {
            remarks.add(new Remark(
                    Level.WARNING,
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    "is " + largest + ", but the sink sends up to " + ours
                            + " (max.request.size): larger messages are set" + " aside; raise it"));
        }
    }

    private void times(List<Remark> remarks) {
        if (text(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).equals("LogAppendTime")) {
            return;
        }
        long beforeMs = number(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.MAX_VALUE);
        long keptMs = spec.spool().map(spool -> spool.maxAge().toMillis()).orElse(60_000L);
        if (beforeMs < keptMs) {
            remarks.add(new Remark(
                    Level.WARNING,
                    TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG,
                    "is " + duration(beforeMs) + ", but messages may wait " + duration(keptMs)
                            + " for the broker: older"
                            + " ones are refused; raise it or set message.timestamp.type=LogAppendTime"));
        }
        long afterMs = number(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.MAX_VALUE);
        if (afterMs < 60_000) {
            remarks.add(new Remark(
                    Level.WARNING,
                    TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                    "is " + duration(afterMs)
                            + ": a clock so little ahead of the broker's gets all messages refused; raise"
                            + " it or set message.timestamp.type=LogAppendTime"));
        }
    }

    private String text(String key) {
        return config.get(key) == null ? "" : String.valueOf(config.get(key).value());
    }

    private long number(String key, long otherwise) {
        String text = text(key);
        return text.matches("-?[0-9]{1,19}") ? Long.parseLong(text) : otherwise;
    }

    private String days(String key) {
        long ms = number(key, -1);
        return ms < 0 ? "ever" : duration(ms);
    }

    private static String duration(long ms) {
        Duration duration = Duration.ofMillis(ms);
        if (duration.toDays() > 1) {
            return duration.toDays() + " days";
        }
        return duration.toMinutes() > 1 ? duration.toMinutes() + " min" : ms + " ms";
    }
}
