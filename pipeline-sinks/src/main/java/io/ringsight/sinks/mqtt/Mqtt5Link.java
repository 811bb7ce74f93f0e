package io.ringsight.sinks.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** By MQTT 5. */
final class Mqtt5Link implements MqttLink {
    private final Mqtt5AsyncClient client;
    private final MqttBroker broker;

    Mqtt5Link(Mqtt5AsyncClient client, MqttBroker broker) {
        this.client = client;
        this.broker = broker;
    }

    @Override
    public CompletableFuture<?> connect(Optional<Post> will) {
        Mqtt5ConnectBuilder connect =
                Mqtt5Connect.builder().cleanStart(true).sessionExpiryInterval(0).keepAlive(KEEP_ALIVE_S);
        if (!broker.user().isEmpty()) {
            connect.simpleAuth()
                    .username(broker.user())
                    .password(broker.password().getBytes(StandardCharsets.UTF_8))
                    .applySimpleAuth();
        }
        will.ifPresent(post -> connect.willPublish(message(post).build()));
        return client.connect(connect.build());
    }

    private static Mqtt5PublishBuilder.Complete message(Post post) {
        return Mqtt5Publish.builder()
                .topic(post.topic())
                .payload(post.payload())
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(post.isRetained());
    }

    @Override
    public CompletableFuture<?> publish(Post post, String messageId) {
        Mqtt5PublishBuilder.Complete publish = message(post);
        if (!messageId.isEmpty()) {
            publish.contentType("application/json")
                    .userProperties()
                    .add("messageId", messageId)
                    .applyUserProperties();
        }
        return client.publish(publish.build());
    }

    @Override
    public CompletableFuture<?> subscribe(String topic, Consumer<Post> receiver) {
        return client.subscribeWith()
                .topicFilter(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(publish -> receiver.accept(
                        new Post(publish.getTopic().toString(), publish.getPayloadAsBytes(), publish.isRetain())))
                .send();
    }

    @Override
    public boolean isConnected() {
        return client.getState().isConnected();
    }

    @Override
    public CompletableFuture<?> disconnect() {
        return client.disconnect();
    }
}
