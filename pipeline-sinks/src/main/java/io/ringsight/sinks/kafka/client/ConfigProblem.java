package io.ringsight.sinks.kafka.client;

import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/** What Kafka finds wrong with properties that are right one by one, such as two that contradict each other. */
public final class ConfigProblem {
    private ConfigProblem() {}

    /** The sentence, by the user's property that it names: of several, one. */
    public static Map<String, String> of(Map<String, String> properties, ConfigException e) {
        String sentence = sentence(e);
        String culprit = properties.keySet().stream()
                .sorted()
                .filter(sentence::contains)
                .findFirst()
                .orElseGet(
                        () -> properties.keySet().stream().sorted().findFirst().orElse("unknown"));
        return Map.of(culprit, sentence);
    }

    /** Kafka's own sentence; it holds the value; a password's is hidden. */
    static String sentence(ConfigException e) {
        return KafkaText.clean(e.getMessage()).lines().findFirst().orElse("is not valid");
    }
}
