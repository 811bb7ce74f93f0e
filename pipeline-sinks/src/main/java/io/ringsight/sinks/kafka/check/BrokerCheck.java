package io.ringsight.sinks.kafka.check;

import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Remark;
import io.ringsight.sinks.Remark.Level;
import io.ringsight.sinks.kafka.client.KafkaFailure;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.kafka.client.ProducerSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks a sink's broker, without writing anything, whether it suits: reachable, TLS and SASL, the topic and its settings,
 * and the clock. Takes some seconds at most for each question. One thread.
 */
public final class BrokerCheck {
    private static final int ANSWER_MS = 10_000;
    private static final int CONNECT_MS = 2_000;

    private final KafkaSinkSpec spec;
    private final Clock clock;
    private final List<Remark> remarks = new ArrayList<>();

    private BrokerCheck(KafkaSinkSpec spec, Clock clock) {
        this.spec = spec;
        this.clock = clock;
    }

    /** Asks; remarks in the order of the questions. Of a broker that does not answer there is one. */
    public static List<Remark> examine(KafkaSinkSpec spec, Clock clock) throws InterruptedException {
        BrokerCheck check = new BrokerCheck(spec, clock);
        check.ask();
        return List.copyOf(check.remarks);
    }

    private void ask() throws InterruptedException {
        try (Admin admin = Admin.create(settings())) {
            try {
                brokers(admin);
                topic(admin);
                clocks(admin);
            } finally {
                admin.close(Duration.ZERO);
            }
        } catch (KafkaException e) {
            add(Level.BAD, "connection", KafkaFailure.of(e).detail());
        } catch (Unanswered e) {
            unanswered(e.getCause());
        }
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = ProducerSettings.settings(spec.bootstrapServers(), spec.properties());
        Map<String, Object> admin = new HashMap<>(settings);
        admin.keySet().retainAll(AdminClientConfig.configNames());
        admin.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MS);
        admin.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MS);
        admin.put(AdminClientConfig.CLIENT_ID_CONFIG, "ringsight-check");
        return admin;
    }

    private void add(Level level, String what, String detail) {
        remarks.add(new Remark(level, what, detail));
    }

    /** A question without which the others need not be asked was not answered. */
    private static final class Unanswered extends Exception {
        private static final long serialVersionUID = 1L;

        Unanswered(Throwable cause) {
            super(cause);
        }
    }

    private static <T> T answer(org.apache.kafka.common.KafkaFuture<T> future) throws InterruptedException, Unanswered {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new Unanswered(e.getCause());
        }
    }

    private void brokers(Admin admin) throws InterruptedException, Unanswered {
        Collection<Node> nodes = answer(admin.describeCluster().nodes());
        List<String> unreachable = new ArrayList<>();
        for (Node node : nodes) {
            String problem = connectProblem(node.host(), node.port());
            if (problem != null) {
                unreachable.add(
                        "broker " + node.id() + " at " + node.host() + ":" + node.port() + " (" + problem + ")");
            }
        }
        if (unreachable.isEmpty()) {
            add(Level.GOOD, "brokers", nodes.size() + ", by " + protocol());
        } else {
            add(
                    Level.BAD,
                    "brokers",
                    "the cluster names addresses that cannot be reached from here: " + String.join(", ", unreachable)
                            + "; set advertised.listeners of the broker to an address that this machine reaches");
        }
    }

    private String protocol() {
        return spec.properties().getOrDefault("security.protocol", "PLAINTEXT");
    }

    private static String connectProblem(String host, int port) {
        try (Socket socket = new Socket()) {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                return "no such name";
            }
            socket.connect(address, CONNECT_MS);
            return null;
        } catch (UnknownHostException e) {
            return "no such name";
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("refused") ? "nobody listens" : "no answer";
        }
    }

    private void unanswered(Throwable cause) {
        KafkaFailure failure = KafkaFailure.of(cause);
        if (cause instanceof AuthenticationException || cause instanceof AuthorizationException) {
            add(Level.BAD, "login", failure.state().sentence() + " (" + failure.detail() + ")");
            return;
        }
        List<String> silent = new ArrayList<>();
        for (String server : spec.bootstrapServers().split(",")) {
            String address = server.strip();
            int colon = address.lastIndexOf(':');
            String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
            int port = Integer.parseInt(address.substring(colon + 1));
            String problem = connectProblem(host, port);
            if (problem == null) {
                add(Level.BAD, "connection", TlsProbe.sentence(host, port, protocol(), CONNECT_MS));
                return;
            }
            silent.add(address + " (" + problem + ")");
        }
        add(Level.BAD, "connection", "no broker answers at " + String.join(", ", silent) + "; is it running?");
    }

    private void topic(Admin admin) throws InterruptedException, Unanswered {
        TopicDescription topic;
        try {
            topic = answer(admin.describeTopics(
                            List.of(spec.topic()), new DescribeTopicsOptions().includeAuthorizedOperations(false))
                    .topicNameValues()
                    .get(spec.topic()));
        } catch (Unanswered e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                add(
                        Level.WARNING,
                        "topic",
                        spec.topic() + " is not there; create it with the partitions, replicas and retention you want,"
                                + " else the broker creates it with its defaults or refuses all messages");
                return;
            }
            throw e;
        }
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, spec.topic());
        try {
            Config config =
                    answer(admin.describeConfigs(List.of(resource)).all()).get(resource);
            new TopicSettings(spec, topic, config).judge(remarks);
        } catch (Unanswered e) {
            add(Level.UNKNOWN, "topic settings", "may not be read by this user (needs DescribeConfigs on the topic)");
        }
    }

    /** The leader of a KRaft quorum says what its clock reads when it answers. */
    private void clocks(Admin admin) throws InterruptedException {
        long beforeNs = clock.epochNanos();
        try {
            QuorumInfo quorum = answer(admin.describeMetadataQuorum().quorumInfo());
            long afterNs = clock.epochNanos();
            long theirsMs = quorum.voters().stream()
                    .filter(voter -> voter.replicaId() == quorum.leaderId())
                    .mapToLong(voter -> voter.lastCaughtUpTimestamp().orElse(-1))
                    .max()
                    .orElse(-1);
            if (theirsMs <= 0) {
                add(Level.UNKNOWN, "clock", "the cluster does not say what time it has");
                return;
            }
            long oursMs = (beforeNs + (afterNs - beforeNs) / 2) / 1_000_000;
            remarks.add(ClockDifference.remark(oursMs - theirsMs, (afterNs - beforeNs) / 2_000_000));
        } catch (Unanswered e) {
            add(
                    Level.UNKNOWN,
                    "clock",
                    "the difference to the broker's clock cannot be told: this user or this Kafka does not describe the"
                            + " quorum");
        }
    }
}
