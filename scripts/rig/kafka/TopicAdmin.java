import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * usage: TopicAdmin BOOTSTRAP: reads commands, one a line, and answers each with one: "ok", or why not.
 *
 * <pre>
 * create TOPIC PARTITIONS     delete TOPIC     partitions TOPIC COUNT     config TOPIC NAME VALUE
 * deny TOPIC HOST     (clients of that address may not write)     allow TOPIC
 * </pre>
 */
public final class TopicAdmin {
    private static final int LIMIT_S = 15;

    private TopicAdmin() {}

    public static void main(String[] args) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]));
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(answer(admin, line.split(" ")));
            }
        }
    }

    private static String answer(Admin admin, String[] words) throws InterruptedException {
        try {
            command(admin, words).get(LIMIT_S, TimeUnit.SECONDS);
            return "ok";
        } catch (ExecutionException e) {
            return String.valueOf(e.getCause()).lines().findFirst().orElse("");
        } catch (TimeoutException e) {
            return "not within " + LIMIT_S + " s";
        }
    }

    private static KafkaFuture<?> command(Admin admin, String[] words) {
        String topic = words[1];
        return switch (words[0]) {
            case "create" -> admin.createTopics(List.of(new NewTopic(topic, Integer.parseInt(words[2]), (short) 1))).all();
            case "delete" -> admin.deleteTopics(List.of(topic)).all();
            case "partitions" -> admin.createPartitions(
                            Map.of(topic, NewPartitions.increaseTo(Integer.parseInt(words[2]))))
                    .all();
            case "config" -> admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(new ConfigEntry(words[2], words[3]), AlterConfigOp.OpType.SET))))
                    .all();
            case "deny" -> admin.createAcls(List.of(
                            rule(topic, words[2], AclOperation.WRITE, AclPermissionType.DENY),
                            // with one rule there, what no rule allows is forbidden: only writing from there shall be
                            rule(topic, "*", AclOperation.ALL, AclPermissionType.ALLOW)))
                    .all();
            case "allow" -> admin.deleteAcls(List.of(new AclBindingFilter(
                            pattern(topic).toFilter(), AccessControlEntryFilter.ANY)))
                    .all();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static AclBinding rule(String topic, String host, AclOperation what, AclPermissionType permission) {
        return new AclBinding(pattern(topic), new AccessControlEntry("User:*", host, what, permission));
    }

    private static ResourcePattern pattern(String topic) {
        return new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL);
    }
}
