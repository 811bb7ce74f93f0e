import com.sun.jdi.Bootstrap;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import java.util.Map;

/**
 * usage: ThrowError PORT THREAD: throws an OutOfMemoryError into the first thread whose name begins so, of a JVM that
 * listens for a debugger there; prints the time just before, in ms. The Error is one of those the JVM made at its start.
 */
public final class ThrowError {
    private ThrowError() {}

    public static void main(String[] args) throws Exception {
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(one -> one.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(args[0]);
        VirtualMachine machine = connector.attach(arguments);
        ThreadReference thread = machine.allThreads().stream()
                .filter(one -> one.name().startsWith(args[1]))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no thread " + args[1] + ": " + machine.allThreads()));
        ObjectReference error = machine.classesByName("java.lang.OutOfMemoryError").get(0).instances(1).get(0);
        long at = System.currentTimeMillis();
        thread.stop(error);
        machine.dispose();
        System.out.println(at);
    }
}
