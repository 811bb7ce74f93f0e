package io.ringsight.sinks.kafka.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Remark;
import io.ringsight.sinks.Remark.Level;
import io.ringsight.sinks.kafka.KafkaBroker;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The connected check against real brokers. */
@Tag("kafka")
class BrokerCheckTest {
    private static final KafkaBroker PLAIN = new KafkaBroker();
    private static final KafkaBroker TLS = new KafkaBroker(Map.of("TLS", "1"));

    @BeforeAll
    static void start() {
        PLAIN.start();
        TLS.start();
    }

    @AfterAll
    static void stop() {
        PLAIN.close();
        TLS.close();
    }

    private static List<Remark> examine(KafkaBroker broker, String topic, Map<String, String> properties)
            throws InterruptedException {
        return examine(broker.bootstrapServers(), topic, properties, Clock.system());
    }

    private static List<Remark> examine(String servers, String topic, Map<String, String> properties, Clock clock)
            throws InterruptedException {
        return BrokerCheck.examine(new KafkaSinkSpec(servers, topic, properties), clock);
    }

    private static void create(String topic, Map<String, String> settings) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", PLAIN.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1).configs(settings)))
                    .all()
                    .get();
        }
    }

    private static Remark only(List<Remark> remarks, String what) {
        assertThat(remarks).filteredOn(remark -> remark.what().equals(what)).hasSize(1);
        return remarks.stream()
                .filter(remark -> remark.what().equals(what))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aTopicThatSuitsIsGoodAndTheClocksAgree() throws Exception {
        create("good", Map.of("message.timestamp.type", "LogAppendTime"));
        List<Remark> remarks = examine(PLAIN, "good", Map.of());
        assertThat(remarks).filteredOn(remark -> remark.level() == Level.BAD).isEmpty();
        assertThat(only(remarks, "brokers").detail()).isEqualTo("1, by PLAINTEXT");
        assertThat(only(remarks, "topic").detail()).startsWith("good, 2 partitions, 1 replicas, delete after 7 days");
        assertThat(only(remarks, "clock").level()).isEqualTo(Level.GOOD);
        assertThat(only(remarks, "replicas").level()).isEqualTo(Level.WARNING);
    }

    @Test
    void settingsThatLoseOrRefuseMessagesAreNamed() throws Exception {
        create(
                "bad",
                Map.of(
                        "cleanup.policy", "compact",
                        "min.insync.replicas", "2",
                        "max.message.bytes", "10000",
                        "message.timestamp.before.max.ms", "2000",
                        "message.timestamp.after.max.ms", "1000"));
        List<Remark> remarks = examine(PLAIN, "bad", Map.of());
        assertThat(only(remarks, "cleanup.policy").level()).isEqualTo(Level.BAD);
        assertThat(only(remarks, "min.insync.replicas").detail()).contains("no message is ever accepted");
        assertThat(only(remarks, "max.message.bytes").detail()).contains("is 10000");
        assertThat(only(remarks, "message.timestamp.before.max.ms").detail()).contains("is 2000 ms");
        assertThat(only(remarks, "message.timestamp.after.max.ms").detail()).contains("is 1000 ms");
    }

    @Test
    void aTopicThatIsNotThereIsNamedAndNotCreated() throws Exception {
        assertThat(only(examine(PLAIN, "absent", Map.of()), "topic").detail()).contains("absent is not there");
        assertThat(only(examine(PLAIN, "absent", Map.of()), "topic").detail()).contains("absent is not there");
    }

    @Test
    void aClockThatIsApartIsNamed() throws Exception {
        create("clock", Map.of());
        ManualClock ahead =
                new ManualClock(TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) + TimeUnit.HOURS.toNanos(2));
        Remark remark = only(examine(PLAIN.bootstrapServers(), "clock", Map.of(), ahead), "clock");
        assertThat(remark.level()).isEqualTo(Level.BAD);
        assertThat(remark.detail()).contains("ahead of").contains("NTP");
    }

    @Test
    void tlsAgainstPlaintextAndTheReverseAreNamed() throws Exception {
        assertThat(examine(TLS, "t", Map.of()))
                .singleElement()
                .satisfies(remark ->
                        assertThat(remark.detail()).contains("speaks TLS, but security.protocol is PLAINTEXT"));
        assertThat(examine(PLAIN, "t", Map.of("security.protocol", "SSL")))
                .singleElement()
                .satisfies(remark -> assertThat(remark.detail()).contains("does not speak TLS"));
    }

    @Test
    void aWrongPasswordIsNamedWithoutRepeatingIt() throws Exception {
        Map<String, String> wrong = new HashMap<>(TLS.clientProperties());
        assertThat(examine(TLS, "t", wrong)).extracting(Remark::what).startsWith("brokers");
        wrong.computeIfPresent("sasl.jaas.config", (name, value) -> value.replace("s3cret", "guess-1234"));
        assertThat(examine(TLS, "t", wrong)).singleElement().satisfies(remark -> {
            assertThat(remark.level()).isEqualTo(Level.BAD);
            assertThat(remark.detail())
                    .contains("refused user name or password")
                    .doesNotContain("guess-1234");
        });
    }

    @Test
    void aBrokerThatAdvertisesAnAddressNobodyReachesIsNamed() throws Exception {
        int dead = FreePort.take();
        assertThat(examine("127.0.0.1:" + dead, "t", Map.of(), Clock.system()))
                .singleElement()
                .satisfies(remark ->
                        assertThat(remark.detail()).contains("nobody listens").contains("is it running?"));
        try (KafkaBroker elsewhere = new KafkaBroker(Map.of("ADV", "PLAINTEXT://127.0.0.1:" + dead)).start()) {
            assertThat(examine(elsewhere, "t", Map.of()))
                    .singleElement()
                    .satisfies(remark -> assertThat(remark.detail())
                            .contains("takes connections, but the cluster does not answer")
                            .contains("advertised.listeners"));
        }
    }
}
