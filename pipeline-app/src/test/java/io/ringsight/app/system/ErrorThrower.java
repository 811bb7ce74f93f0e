package io.ringsight.app.system;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.InvalidTypeException;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Throws an Error into a thread of another process, by name, as a debugger may: the product has no part in it. The
 * process runs {@link ErrorAtHand} and listens on a port.
 */
final class ErrorThrower implements AutoCloseable {
    private final VirtualMachine machine;

    private ErrorThrower(VirtualMachine machine) {
        this.machine = machine;
    }

    /** The option of the JVM that makes it listen on a port of its choice, which it prints. */
    static String option() {
        return "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0";
    }

    /** Attaches to the process that printed {@code out}. */
    static ErrorThrower attach(String out) {
        String port = out.lines()
                .filter(line -> line.startsWith("Listening for transport"))
                .findFirst()
                .orElseThrow()
                .replaceFirst(".* ", "");
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(one -> one.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(port);
        try {
            return new ErrorThrower(connector.attach(arguments));
        } catch (IOException | IllegalConnectorArgumentsException e) {
            throw new AssertionError(e);
        }
    }

    /** The names of all threads but the JVM's own. */
    Set<String> threads() {
        return machine.allThreads().stream()
                .filter(one ->
                        one.threadGroup() != null && one.threadGroup().name().equals("main"))
                .map(ThreadReference::name)
                .collect(Collectors.toSet());
    }

    /** Throws it into the one of that name; it arrives when the thread runs next. */
    void throwInto(String name) {
        ThreadReference thread = machine.allThreads().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such thread among " + threads()));
        ReferenceType holder =
                machine.classesByName(ErrorAtHand.class.getName()).get(0);
        try {
            thread.stop((ObjectReference) holder.getValue(holder.fieldByName(ErrorAtHand.FIELD)));
        } catch (InvalidTypeException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            machine.dispose();
        } catch (VMDisconnectedException e) {
            // The process has ended, as it should.
        }
    }
}
