package io.ringsight.sinks.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.check.BrokerCheck;
import io.ringsight.sinks.kafka.read.TopicException;
import io.ringsight.sinks.kafka.read.TopicReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.Test;

/** Kafka's words may hold pieces of a password; ours never do. */
class KafkaTextTest {
    private static final String MARK = "Wq4nTx81";
    private static final String MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule";
    private static final List<String> PASSWORDS = List.of(
            MARK,
            "a\\\"" + MARK,
            MARK + "\\\\x",
            "'" + MARK,
            MARK + "$1 {}",
            "x\n" + MARK,
            "ä密🔒" + MARK,
            MARK.repeat(200));
    private static final List<String> SHAPES = List.of(
            MODULE + " required username=\"u\" password=\"%s\"",
            MODULE + " required username=\"u\" password=\"%s",
            MODULE + " required username=u password=x %s;",
            MODULE + " required username=u password %s = ;",
            MODULE + " %s;",
            "%s required;",
            "%s");

    private int cases;

    @Test
    void aMalformedJaasIsToldWithoutAPieceOfIt() throws Exception {
        for (String shape : SHAPES) {
            for (String password : PASSWORDS) {
                Map<String, String> properties = Map.of(
                        "security.protocol",
                        "SASL_PLAINTEXT",
                        "sasl.mechanism",
                        "PLAIN",
                        "sasl.jaas.config",
                        shape.replace("%s", password.replace(MARK, ownMark())));
                clean(String.valueOf(ProducerSettings.problems(properties)));
                Throwable failure = catchThrowable(
                        () -> new KafkaProducer<>(ProducerSettings.settings("localhost:1", properties)).close());
                if (failure != null) {
                    clean(KafkaFailure.of(failure).detail());
                    clean(String.valueOf(
                            BrokerCheck.examine(new KafkaSinkSpec("localhost:1", "t", properties), Clock.system())));
                    clean(trace(catchThrowableOfType(
                            TopicException.class, () -> TopicReader.open("localhost:1", "t", properties))));
                }
            }
        }
    }

    @Test
    void whatABrokerAnswersIsToldWithoutThePassword() {
        for (String password : PASSWORDS) {
            String own = password.replace(MARK, ownMark());
            String jaas = MODULE + " required username=\"u\" password=\"" + own + "\";";
            KafkaText.learn(Map.of("sasl.jaas.config", jaas));
            String answer = "[Producer clientId=ringsight] no user u with " + own + " at node 1";

            clean(KafkaReason.of(answer).text());
            clean(KafkaFailure.of(new SaslAuthenticationException(answer)).detail());
            clean(trace(new TopicException("no", new KafkaException("failed", new IllegalStateException(answer)))));
        }
        assertThat(KafkaText.clean("no user u at node 1")).isEqualTo("no user u at node 1");
    }

    @Test
    void whatIsCalledLikeASecretIsHiddenThoughNobodyKnowsIt() {
        for (String name : List.of("password", "ssl.keystore.password", "client_secret", "access_token", "Password")) {
            clean(KafkaText.clean("bad option " + name + "=\"" + MARK + "x\" " + MARK));
        }
    }

    /** Of each case another: what was a password before is known, and hidden in a malformed text, too. */
    private String ownMark() {
        return MARK.charAt(0) + Integer.toString(cases++, 36) + "z" + MARK.substring(1);
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static void clean(String text) {
        assertThat(text).doesNotContain(MARK.substring(1));
    }
}
