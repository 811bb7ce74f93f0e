package io.ringsight.sinks.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.metrics.SinkState;
import org.junit.jupiter.api.Test;

/** Lines as kafka-clients 4 logs them. */
class KafkaReasonTest {
    @Test
    void namesTooFewReplicas() {
        KafkaReason reason = KafkaReason.of(
                "[Producer clientId=ringsight] Got error produce response with correlation id"
                        + " 12 on topic-partition t-0, retrying (2147483646 attempts left). Error: NOT_ENOUGH_REPLICAS");
        assertThat(reason.state()).isEqualTo(SinkState.NOT_ENOUGH_REPLICAS);
        assertThat(reason.text()).startsWith("the broker answers NOT_ENOUGH_REPLICAS (fewer replicas");
    }

    @Test
    void namesAnAdvertisedAddressThatCannotBeReached() {
        KafkaReason reason =
                KafkaReason.of("[Producer clientId=ringsight] Connection to node 1 (10.9.9.9/10.9.9.9:9092)"
                        + " could not be established. Node may not be available.");
        assertThat(reason.text()).contains("10.9.9.9:9092", "advertised.listeners");
    }

    @Test
    void doesNotBlameAdvertisedListenersForTheFirstConnection() {
        KafkaReason reason = KafkaReason.of("[Producer clientId=ringsight] Connection to node -1 (localhost:9092)"
                + " could not be established. Node may not be available.");
        assertThat(reason.text()).doesNotContain("advertised");
    }

    @Test
    void saysWhatAConnectionClosedByTheBrokerMayMean() {
        KafkaReason reason = KafkaReason.of(
                "[Producer clientId=ringsight] Bootstrap broker localhost:9093 (id: -1 rack: null) disconnected");
        assertThat(reason.text()).contains("TLS", "security.protocol");
    }

    @Test
    void keepsWhyAConnectionFailedWhenKafkaSaysDisconnectedAfterwards() {
        KafkaReason failed = KafkaReason.of("Connection to node -1 (localhost:19) could not be established.");
        KafkaReason gone = KafkaReason.of("Bootstrap broker localhost:19 (id: -1 rack: null) disconnected");
        assertThat(KafkaReason.better(failed, gone)).isSameAs(failed);
        assertThat(KafkaReason.better(gone, failed)).isSameAs(failed);
    }
}
