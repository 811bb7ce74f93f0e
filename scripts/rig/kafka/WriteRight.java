import java.io.FileReader;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** usage: WriteRight BOOTSTRAP PROPERTIES TOPIC deny|allow: takes user app's right to write to a topic, or gives it back. */
public final class WriteRight {
    private WriteRight() {}

    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        try (FileReader in = new FileReader(args[1])) {
            properties.load(in);
        }
        properties.put("bootstrap.servers", args[0]);
        AclBinding denied = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, args[2], PatternType.LITERAL),
                new AccessControlEntry("User:app", "*", AclOperation.WRITE, AclPermissionType.DENY));
        AclBinding read = new AclBinding(
                denied.pattern(), new AccessControlEntry("User:*", "*", AclOperation.ALL, AclPermissionType.ALLOW));
        try (Admin admin = Admin.create(properties)) {
            if (args[3].equals("deny")) {
                // with one rule there, what no rule allows is forbidden: only writing shall be
                admin.createAcls(List.of(denied, read)).all().get();
            } else {
                admin.deleteAcls(List.of(denied.toFilter(), read.toFilter())).all().get();
            }
        }
    }
}
