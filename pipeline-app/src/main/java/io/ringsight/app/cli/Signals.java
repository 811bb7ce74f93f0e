package io.ringsight.app.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Turns signals into calls. SIGTERM and SIGINT, unlike a shutdown hook, let the command end in its own way, with its own
 * exit code; the second one ends the process at once. SIGHUP asks a daemon to reload its configuration.
 *
 * <p>The JDK has had {@code sun.misc.Signal} for it since long before it had modules and keeps it in module
 * jdk.unsupported; it is called by reflection because the compiler warns of it in a way that cannot be switched off.
 */
public final class Signals {
    private static final List<String> TERMINATION = List.of("TERM", "INT");
    private static final List<String> HANGUP = List.of("HUP");

    private Signals() {}

    /**
     * Has the first SIGTERM or SIGINT call {@code stop} on a thread of the JVM instead of ending the process: the command
     * ends itself, with its own exit code. Where the JVM cannot, as with -Xrs, they end the process at once.
     */
    public static void onTermination(Runnable stop) {
        onTermination((int exitCode) -> stop.run());
    }

    /** As {@link #onTermination(Runnable)}; {@code stop} gets the exit code that shells expect: 128 plus the signal. */
    public static void onTermination(IntConsumer stop) {
        install(TERMINATION, signal -> {
            install(TERMINATION, null);
            stop.accept(ExitCode.ofSignal(signal));
        });
    }

    /**
     * Has every SIGHUP call {@code reload} on a thread of the JVM.
     *
     * @return false if it will not: the process was started with SIGHUP ignored, as nohup does, and the JVM leaves it so,
     *     or the JVM leaves signals alone, as with -Xrs
     */
    public static boolean onHangup(Runnable reload) {
        return install(HANGUP, signal -> reload.run());
    }

    /**
     * @param action null: what the system does by default
     * @return whether each of the signals will be heard
     */
    private static boolean install(List<String> names, IntConsumer action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = action == null ? handler.getField("SIG_DFL").get(null) : calling(action, handler);
            Object ignored = handler.getField("SIG_IGN").get(null);
            boolean heard = true;
            for (String name : names) {
                heard &= handle(signal, handler, name, ours) != ignored;
            }
            return heard;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return false;
        }
    }

    private static Object calling(IntConsumer action, Class<?> handler) {
        InvocationHandler call = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                action.accept(
                        (Integer) arguments[0].getClass().getMethod("getNumber").invoke(arguments[0]));
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            default -> "ringsight's signal handler";
        };
        return Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, call);
    }

    /** What was done at that signal before. */
    private static Object handle(Class<?> signal, Class<?> handler, String name, Object action)
            throws ReflectiveOperationException {
        Object number = signal.getConstructor(String.class).newInstance(name);
        return signal.getMethod("handle", signal, handler).invoke(null, number, action);
    }
}
