package io.ringsight.app.daemon;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.SinkConfig;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Remark;
import io.ringsight.sinks.Remark.Level;
import io.ringsight.sinks.kafka.check.BrokerCheck;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.mqtt.MqttCheck;
import io.ringsight.sinks.mqtt.MqttSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the broker of one sink answered.
 *
 * @param sink the sink's name
 * @param remarks in the order of the questions
 */
public record BrokerRemarks(String sink, List<Remark> remarks) {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerRemarks.class);

    /** Asks the brokers of all Kafka and MQTT sinks, one after the other; seconds each. */
    public static List<BrokerRemarks> of(Config config, Clock clock) throws InterruptedException {
        List<BrokerRemarks> all = new ArrayList<>();
        for (SinkConfig sink : config.sinks()) {
            if (sink.spec() instanceof KafkaSinkSpec kafka) {
                all.add(new BrokerRemarks(sink.name(), BrokerCheck.examine(kafka, clock)));
            } else if (sink.spec() instanceof MqttSpec mqtt) {
                all.add(new BrokerRemarks(sink.name(), MqttCheck.examine(mqtt.broker(), mqtt.timeoutMs())));
            }
        }
        return all;
    }

    /**
     * Asks in a thread of its own and warns of what is not good. Of a broker that does not answer nothing is said: the
     * sink does.
     *
     * @return the thread, to be interrupted when the daemon ends
     */
    static Thread warnInBackground(Config config, Clock clock) {
        return Threads.start("broker-check", () -> {
            try {
                of(config, clock).forEach(BrokerRemarks::warn);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error e) {
                LOG.warn("the brokers could not be asked: {}", e.getClass().getSimpleName());
            }
        });
    }

    private void warn() {
        if (remarks.size() > 1) {
            remarks.stream()
                    .filter(remark -> remark.level() == Level.BAD || remark.level() == Level.WARNING)
                    .forEach(remark -> LOG.warn("{}: {}: {}", sink, remark.what(), remark.detail()));
        }
    }

    /** Whether messages will not arrive, or not stay. */
    public boolean isBad() {
        return remarks.stream().anyMatch(remark -> remark.level() == Level.BAD);
    }

    /** For people, a line each. */
    public List<String> lines() {
        return remarks.stream()
                .map(remark -> "%-9s %s: %s: %s".formatted(word(remark.level()), sink, remark.what(), remark.detail()))
                .toList();
    }

    private static String word(Level level) {
        return switch (level) {
            case GOOD -> "yes";
            case UNKNOWN -> "?";
            case WARNING -> "warning";
            case BAD -> "NO";
        };
    }

    /** For JSON. */
    public Stream<Map<String, Object>> objects() {
        return remarks.stream().map(remark -> {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("sink", sink);
            object.put("level", remark.level().name().toLowerCase(java.util.Locale.ROOT));
            object.put("what", remark.what());
            object.put("detail", remark.detail());
            return object;
        });
    }
}
