package io.ringsight.sinks.mqtt;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfigBuilder;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One connection to a broker, by MQTT 3.1.1 or 5, without a session that outlives it. Once it is broken a new one takes its
 * place, so that nothing of the old one is sent later. Any thread; nothing waits.
 */
interface MqttLink {
    /** So often a connection without traffic is tried; the broker gives it up after one and a half of it. */
    int KEEP_ALIVE_S = 10;

    /**
     * A message.
     *
     * @param isRetained whether the broker keeps it (when sent), or had kept it (when received)
     */
    record Post(String topic, byte[] payload, boolean isRetained) {}

    /**
     * Connects, once.
     *
     * @param will what the broker publishes if this connection breaks; empty: nothing
     */
    CompletableFuture<?> connect(Optional<Post> will);

    /**
     * Sends a message by QoS 1. Done when the broker has it.
     *
     * @param messageId its name, which MQTT 5 carries beside it; empty: none
     */
    CompletableFuture<?> publish(Post post, String messageId);

    /** Has {@code receiver} called with each message of a topic, one after the other. Done when the broker agreed. */
    CompletableFuture<?> subscribe(String topic, Consumer<Post> receiver);

    boolean isConnected();

    /** Ends it; its will is not published. */
    CompletableFuture<?> disconnect();

    /**
     * A connection that is to be made.
     *
     * @param timeoutMs for each step of connecting: the network, TLS, and the broker's answer
     */
    static MqttLink to(MqttBroker broker, long timeoutMs) {
        MqttClientTransportConfigBuilder transport = MqttClientTransportConfig.builder()
                .serverHost(broker.host())
                .serverPort(broker.port())
                .socketConnectTimeout(timeoutMs, TimeUnit.MILLISECONDS)
                .mqttConnectTimeout(timeoutMs, TimeUnit.MILLISECONDS);
        if (broker.isEncrypted()) {
            transport.sslConfig(tls(broker, timeoutMs));
        }
        MqttClientBuilder client = MqttClient.builder()
                .identifier(broker.clientId())
                .executorConfig(
                        MqttClientExecutorConfig.builder().nettyThreads(1).build())
                .transportConfig(transport.build());
        return broker.version() == MqttBroker.Version.V3
                ? new Mqtt3Link(client.useMqttVersion3().buildAsync(), broker)
                : new Mqtt5Link(client.useMqttVersion5().buildAsync(), broker);
    }

    private static MqttClientSslConfig tls(MqttBroker broker, long timeoutMs) {
        try {
            return MqttClientSslConfig.builder()
                    .trustManagerFactory(Authorities.of(broker.caFile()))
                    .handshakeTimeout(timeoutMs, TimeUnit.MILLISECONDS)
                    .build();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("caFile: " + e.getMessage(), e);
        }
    }
}
