package io.ringsight.client.example;

import io.ringsight.client.FrameMessage;
import io.ringsight.client.GapMessage;
import io.ringsight.client.kafka.MessageDeserializer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints what cameras see: {@code ReadFrames HOST:PORT TOPIC}. */
public final class ReadFrames {
    private ReadFrames() {}

    public static void main(String[] args) {
        Map<String, Object> config =
                Map.of("bootstrap.servers", args[0], "group.id", "display", "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new MessageDeserializer())) {
            consumer.subscribe(List.of(args[1]));
            while (true) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> {
                    if (record.value() instanceof FrameMessage frame) {
                        System.out.println(
                                record.key() + " at " + frame.times().capture().utc() + frame.objects());
                    } else if (record.value() instanceof GapMessage gap) {
                        System.out.println(record.key() + " is not looking: " + gap.reason());
                    }
                });
            }
        }
    }
}
