package io.ringsight.sinks.kafka.read;

import io.ringsight.sinks.kafka.client.KafkaText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;

/** Creates topics. */
public final class Topics {
    private static final int TIMEOUT_MS = 30_000;

    private Topics() {}

    /**
     * Creates a topic with the broker's defaults and waits until it is there, at most 30 s.
     *
     * @throws TopicException if the broker does not answer or refuses, or the topic is there already
     */
    public static void create(String bootstrapServers, String topic) throws TopicException, InterruptedException {
        Map<String, Object> settings = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                TIMEOUT_MS,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                TIMEOUT_MS);
        try (Admin admin = Admin.create(settings)) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.empty(), Optional.empty())))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new TopicException(
                    "cannot create topic " + topic + " at " + bootstrapServers + ": "
                            + KafkaText.clean(e.getCause().getMessage()),
                    e);
        } catch (KafkaException e) {
            throw new TopicException("cannot create topic " + topic + " at " + bootstrapServers, e);
        }
    }
}
