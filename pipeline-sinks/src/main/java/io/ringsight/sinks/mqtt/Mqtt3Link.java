package io.ringsight.sinks.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3ConnectBuilder;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** By MQTT 3.1.1. */
final class Mqtt3Link implements MqttLink {
    private final Mqtt3AsyncClient client;
    private final MqttBroker broker;

    Mqtt3Link(Mqtt3AsyncClient client, MqttBroker broker) {
        this.client = client;
        this.broker = broker;
    }

    @Override
    public CompletableFuture<?> connect(Optional<Post> will) {
        Mqtt3ConnectBuilder connect = Mqtt3Connect.builder().cleanSession(true).keepAlive(KEEP_ALIVE_S);
        if (!broker.user().isEmpty()) {
            connect.simpleAuth()
                    .username(broker.user())
                    .password(broker.password().getBytes(StandardCharsets.UTF_8))
                    .applySimpleAuth();
        }
        will.ifPresent(post -> connect.willPublish(message(post)));
        return client.connect(connect.build());
    }

    private static Mqtt3Publish message(Post post) {
        return Mqtt3Publish.builder()
                .topic(post.topic())
                .payload(post.payload())
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(post.isRetained())
                .build();
    }

    @Override
    public CompletableFuture<?> publish(Post post, String messageId) {
        return client.publish(message(post));
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
