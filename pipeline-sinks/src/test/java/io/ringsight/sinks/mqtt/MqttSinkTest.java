package io.ringsight.sinks.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.FreePort;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.Remark;
import io.ringsight.sinks.Sample;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import io.ringsight.sinks.verdict.SampleVerdicts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real broker that is away, is killed, is slow, and comes back. */
@Tag("mqtt")
class MqttSinkTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    /** No answer is meant to be late: a busy machine's broker is not slow. */
    private static final long TIMEOUT_MS = 60_000;

    private static final long SHORT_TIMEOUT_MS = 500;
    private static final Pattern ID = Pattern.compile("\"messageId\":\"([^\"]+)\"");

    @TempDir
    private Path dir;

    private final MessageJson json = Sample.json(Clock.system());
    private Mosquitto mosquitto;

    @AfterEach
    void stop() {
        if (mosquitto != null) {
            mosquitto.close();
        }
    }

    private static MqttBroker broker(String url, MqttBroker.Version version) {
        return new MqttBroker(url, version, "line-1", "", "", Optional.empty());
    }

    private MessageSink open(Optional<SpoolSpec> spool) {
        return open(broker(mosquitto.url(), MqttBroker.Version.V5), spool);
    }

    private static MessageSink open(MqttBroker broker, Optional<SpoolSpec> spool) {
        return open(broker, TIMEOUT_MS, spool);
    }

    private static MessageSink open(MqttBroker broker, long timeoutMs, Optional<SpoolSpec> spool) {
        return MqttSink.open(new MqttSpec(broker, "plant/line", timeoutMs, QueueLimits.DEFAULT, spool), Clock.system());
    }

    private List<String> offer(MessageSink sink, int from, int to) {
        List<EncodedMessage> messages = IntStream.rangeClosed(from, to)
                .mapToObj(i -> json.decision(SampleVerdicts.pass(i, "A" + i), 1))
                .toList();
        messages.forEach(sink::offer);
        return messages.stream().map(EncodedMessage::messageId).toList();
    }

    /** The ids of what was received, each where it came first: none may come before one that was offered earlier. */
    private List<String> ids() {
        return mosquitto.received("plant/line/line1/verdict").stream()
                .map(MqttSinkTest::id)
                .distinct()
                .toList();
    }

    private static String id(String message) {
        Matcher id = ID.matcher(message);
        assertThat(id.find()).as(message).isTrue();
        return id.group(1);
    }

    @ParameterizedTest
    @EnumSource
    void verdictsArriveInOrderAndTheStateStays(MqttBroker.Version version) throws Exception {
        mosquitto = new Mosquitto(dir).start().receiving();
        MessageSink sink = open(broker(mosquitto.url(), version), Optional.empty());
        assertThat(sink.awaitConnected(LIMIT)).isTrue();
        List<String> ids = offer(sink, 1, 100);
        assertThat(sink.close(LIMIT)).isTrue();
        Await.until("all and the goodbye", () -> mosquitto.received("/status").size() == 2);
        assertThat(mosquitto.received("plant/line/line1/verdict").stream().map(MqttSinkTest::id))
                .isEqualTo(ids);
        assertThat(mosquitto.received("plant/line/status")).containsExactly("online", "offline");
        assertThat(mosquitto.received()).noneMatch(line -> line.startsWith("1"));
    }

    @Test
    void aBrokerThatIsAwayGetsAllWhenItComesBackAlsoAfterARestart() throws Exception {
        mosquitto = new Mosquitto(dir);
        Optional<SpoolSpec> spool = Optional.of(new SpoolSpec(dir.resolve("spool")));
        MessageSink before = open(spool);
        List<String> ids = offer(before, 1, 5);
        Await.until("on the disk", () -> before.metrics().value(SinkCounter.SPOOLED) == 5);
        Await.until("known to be away", () -> before.metrics().state() == SinkState.UNREACHABLE);
        assertThat(before.close(Duration.ZERO)).isFalse();

        mosquitto.start().receiving();
        MessageSink after = open(spool);
        Await.until("all received", () -> ids().size() == 5);
        assertThat(ids()).isEqualTo(ids);
        assertThat(after.close(LIMIT)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void whatAKilledBrokerDidNotAnswerIsSentAgainInOrder(MqttBroker.Version version) throws Exception {
        mosquitto = new Mosquitto(dir).start().receiving();
        MessageSink sink = open(broker(mosquitto.url(), version), Optional.empty());
        List<String> first = offer(sink, 1, 20);
        Await.until("the first received", () -> ids().size() == 20);
        for (int life = 1; life <= 3; life++) {
            mosquitto.pause();
            offer(sink, 20 * life + 1, 20 * life + 20);
            Await.until("one on its way", () -> sink.metrics().queuedMessages() == 20);
            mosquitto.kill();
            mosquitto.start();
            int all = 20 * life + 20;
            Await.until(
                    "all received",
                    LIMIT,
                    () -> ids().size() == all,
                    () -> mosquitto.received().toString());
        }
        assertThat(sink.close(LIMIT)).isTrue();
        assertThat(ids().subList(0, 20)).isEqualTo(first);
        assertThat(ids().stream().map(id -> id.replaceFirst(".*/v", "")))
                .isEqualTo(
                        IntStream.rangeClosed(1, 80).mapToObj(Integer::toString).toList());
        assertThat(sink.metrics().value(SinkCounter.RETRIES)).isPositive();
        assertThat(sink.metrics().value(SinkCounter.FAILED)).isZero();
    }

    @Test
    void aBrokerThatIsSlowHoldsNobodyUpAndGetsAllInOrder() throws Exception {
        mosquitto = new Mosquitto(dir).start().receiving();
        MessageSink sink = open(broker(mosquitto.url(), MqttBroker.Version.V5), SHORT_TIMEOUT_MS, Optional.empty());
        assertThat(sink.awaitConnected(LIMIT)).isTrue();
        mosquitto.pause();
        long beganNs = System.nanoTime();
        List<String> ids = offer(sink, 1, 1_000);
        assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isLessThan(Duration.ofSeconds(5));
        Await.until("known to be slow", () -> sink.metrics().state() == SinkState.UNREACHABLE);
        mosquitto.resume();
        Await.until("all received", () -> ids().size() == 1_000);
        assertThat(ids()).isEqualTo(ids);
        assertThat(sink.close(LIMIT)).isTrue();
    }

    @Test
    void theBrokerSaysThatWeAreGoneAndThatWeAreBackWithoutAMessage() throws Exception {
        mosquitto = new Mosquitto(dir).start().receiving();
        MessageSink sink = open(Optional.empty());
        Await.until("online", () -> mosquitto.received("/status").equals(List.of("online")));
        // whoever connects by our id drives us out
        MqttLink other = MqttLink.to(broker(mosquitto.url(), MqttBroker.Version.V5), TIMEOUT_MS);
        other.connect(Optional.empty()).get(60, TimeUnit.SECONDS);
        Await.until(
                "the will, and online again",
                () -> mosquitto.received("/status").equals(List.of("online", "offline", "online")));
        assertThat(sink.close(LIMIT)).isTrue();
    }

    @Test
    void aBrokerWithUsersTakesTheRightPasswordOnlyAndTellsWhoMayNotWrite() throws Exception {
        Path users = dir.resolve("users");
        assertThat(run("mosquitto_passwd", "-b", "-c", users.toString(), "me", "secret99"))
                .isZero();
        Path rights = Files.writeString(dir.resolve("rights"), "user me\ntopic write plant/line/status\n");
        mosquitto = new Mosquitto(dir, "allow_anonymous false", "password_file " + users, "acl_file " + rights).start();

        MqttBroker right =
                new MqttBroker(mosquitto.url(), MqttBroker.Version.V5, "line-1", "me", "secret99", Optional.empty());
        MqttBroker wrong =
                new MqttBroker(mosquitto.url(), MqttBroker.Version.V3, "line-2", "me", "secret98", Optional.empty());
        assertThat(MqttCheck.examine(right, TIMEOUT_MS))
                .extracting(Remark::level)
                .containsExactly(Remark.Level.GOOD);
        assertThat(MqttCheck.examine(wrong, TIMEOUT_MS)).singleElement().satisfies(remark -> {
            assertThat(remark.level()).isEqualTo(Remark.Level.BAD);
            assertThat(remark.detail()).startsWith("auth-failed: ").doesNotContain("secret");
        });
        MessageSink stranger = open(wrong, Optional.empty());
        Await.until("refused", () -> stranger.metrics().state() == SinkState.AUTH_FAILED);
        stranger.close(Duration.ZERO);
        MessageSink sink = open(right, Optional.empty());
        assertThat(sink.awaitConnected(LIMIT)).isTrue();
        assertThat(sink.metrics().state()).isEqualTo(SinkState.READY);
        offer(sink, 1, 1);
        Await.until("not allowed", () -> sink.metrics().state() == SinkState.NOT_AUTHORIZED);
        sink.close(Duration.ZERO);
    }

    @Test
    void theCertificateMustBeOfTheBrokersNameAndOfAnAuthorityThatIsTrusted() throws Exception {
        Path cert = certificate("broker", "localhost");
        Path other = certificate("other", "localhost");
        mosquitto = new Mosquitto(
                        dir, "allow_anonymous true", "certfile " + cert, "keyfile " + dir.resolve("broker.key"))
                .start();
        assertThat(state("localhost", cert)).isEqualTo(SinkState.READY);
        assertThat(state("127.0.0.1", cert)).isEqualTo(SinkState.TLS_FAILED);
        assertThat(state("localhost", other)).isEqualTo(SinkState.TLS_FAILED);
    }

    private SinkState state(String host, Path authorities) throws Exception {
        MessageSink sink = open(
                new MqttBroker(
                        "mqtts://" + host + ":" + mosquitto.port(),
                        MqttBroker.Version.V5,
                        "line-1",
                        "",
                        "",
                        Optional.of(authorities)),
                Optional.empty());
        Await.until("a state", () -> sink.metrics().state() != SinkState.CONNECTING);
        SinkState state = sink.metrics().state();
        sink.close(Duration.ZERO);
        return state;
    }

    private Path certificate(String name, String host) throws Exception {
        Path cert = dir.resolve(name + ".pem");
        assertThat(run(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=" + host,
                        "-addext",
                        "subjectAltName=DNS:" + host,
                        "-keyout",
                        dir.resolve(name + ".key").toString(),
                        "-out",
                        cert.toString()))
                .isZero();
        return cert;
    }

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor();
    }

    @Test
    void nobodyAtTheAddressIsToldByTheCheck() throws Exception {
        MqttBroker nobody = broker("mqtt://127.0.0.1:" + FreePort.take(), MqttBroker.Version.V5);
        assertThat(MqttCheck.examine(nobody, 1_000)).singleElement().satisfies(remark -> {
            assertThat(remark.level()).isEqualTo(Remark.Level.BAD);
            assertThat(remark.detail()).startsWith("unreachable: ").contains("refused");
        });
    }
}
