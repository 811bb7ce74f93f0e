package io.ringsight.app.config.output;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.sinks.mqtt.MqttBroker;
import io.ringsight.sinks.mqtt.MqttSpec;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads an MQTT broker and what is published there. */
public final class MqttReader {
    private static final String CA_FILE = "caFile";

    private MqttReader() {}

    /** A sink's; what is wrong with it is said. */
    public static MqttSpec sink(YamlObject yaml) {
        String topic = yaml.text("topic", MqttSpec.DEFAULT_TOPIC);
        MqttBroker broker = broker(yaml, topic);
        long timeoutMs = yaml.longInteger(
                "timeoutMs", MqttSpec.MIN_TIMEOUT_MS, MqttSpec.MAX_TIMEOUT_MS, MqttSpec.DEFAULT_TIMEOUT_MS);
        QueueLimits limits = SharedKeys.limits(yaml);
        Optional<SpoolSpec> spool = SharedKeys.spool(yaml, "mqtt-" + broker.address() + "-" + topic);
        yaml.finish();
        MqttSpec spec = new MqttSpec(broker, topic, timeoutMs, limits, spool);
        spec.problems().forEach((key, sentence) -> {
            if (!key.equals("url") || !yaml.text(key, "").isBlank()) {
                yaml.mistake(key, sentence);
            }
        });
        return spec;
    }

    /**
     * The broker alone.
     *
     * @param purpose what the connection is for: its client id is made of that and this machine, the same after each start
     */
    static MqttBroker broker(YamlObject yaml, String purpose) {
        String clientId = yaml.text("clientId", "");
        return new MqttBroker(
                yaml.text("url"),
                MqttBroker.Version.of(yaml.word("version", MqttBroker.Version.words(), MqttBroker.Version.V5.word())),
                clientId.isBlank() ? clientId(purpose) : clientId,
                yaml.text("user", ""),
                yaml.text("password", ""),
                caFile(yaml));
    }

    private static String clientId(String purpose) {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "";
        }
        // short enough for every broker of MQTT 3.1.1, which may refuse more than 23 characters
        return "ringsight-%08x".formatted((host + "/" + purpose).hashCode());
    }

    private static Optional<Path> caFile(YamlObject yaml) {
        String text = yaml.text(CA_FILE, "");
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            yaml.mistake(CA_FILE, "expected a path, but " + e.getReason());
            return Optional.empty();
        }
    }
}
