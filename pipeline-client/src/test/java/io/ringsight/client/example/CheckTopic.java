package io.ringsight.client.example;

import io.ringsight.client.verify.Expectations;
import io.ringsight.client.verify.TopicVerifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Checks while it reads that no frame is lost without a word: {@code CheckTopic HOST:PORT TOPIC}. */
public final class CheckTopic {
    private CheckTopic() {}

    public static void main(String[] args) {
        Map<String, Object> config = Map.of("bootstrap.servers", args[0]);
        TopicVerifier verifier = new TopicVerifier(8); // keeps the last 8 runs of each camera apart
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(consumer.partitionsFor(args[1]).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList());
            consumer.seekToBeginning(consumer.assignment());
            consumer.beginningOffsets(consumer.assignment()).forEach((partition, offset) -> {
                if (offset > 0) {
                    verifier.removed(partition.partition()); // by retention: not the daemon's fault
                }
            });
            while (true) {
                var records = consumer.poll(Duration.ofSeconds(5));
                records.forEach(record -> verifier.add(record.partition(), record.value()));
                if (records.isEmpty()) {
                    System.out.println(Expectations.NONE.judge(verifier.findings(), Map.of(), List.of()));
                }
            }
        }
    }
}
