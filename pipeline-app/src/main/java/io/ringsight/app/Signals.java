package io.ringsight.app;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Turns SIGTERM and SIGINT into a call. Unlike a shutdown hook this lets the command end in its own way, with its own
 * exit code. The second signal ends the process at once.
 *
 * <p>The JDK has had {@code sun.misc.Signal} for it since long before it had modules and keeps it in module
 * jdk.unsupported; it is called by reflection because the compiler warns of it in a way that cannot be switched off.
 */
final class Signals {
    private static final List<String> NAMES = List.of("TERM", "INT");

    private Signals() {}

    /**
     * Has the first of the signals call {@code stop} on a thread of the JVM.
     *
     * @return false if this JVM cannot: then they end the process at once
     */
    static boolean onTermination(Runnable stop) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object byDefault = handler.getField("SIG_DFL").get(null);
            InvocationHandler call = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    for (String name : NAMES) {
                        handle(signal, handler, name, byDefault);
                    }
                    stop.run();
                    yield null;
                }
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == arguments[0];
                default -> "ringsight's signal handler";
            };
            Object ours = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, call);
            for (String name : NAMES) {
                handle(signal, handler, name, ours);
            }
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return false;
        }
    }

    private static void handle(Class<?> signal, Class<?> handler, String name, Object action)
            throws ReflectiveOperationException {
        Object number = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, handler).invoke(null, number, action);
    }
}
