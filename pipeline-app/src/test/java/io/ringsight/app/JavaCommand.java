package io.ringsight.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The command line of another JVM with this one's Java and Ringsight's classes, as the launcher would start it. */
public final class JavaCommand {
    private JavaCommand() {}

    /** {@code java OPTIONS MAIN-CLASS ARGUMENTS} without the tests' classes on its path. */
    public static List<String> of(List<String> options, String mainClass, List<String> arguments) {
        return of(options, classPath(), mainClass, arguments);
    }

    /** As above, with a class path of one's own; see {@link #wholeClassPath()}. */
    public static List<String> of(List<String> options, String classPath, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED"); // else Java warns on standard error
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        return command;
    }

    /** This JVM's class path without the tests: what the launcher would use. */
    public static String classPath() {
        return Arrays.stream(wholeClassPath().split(":"))
                .filter(entry -> !entry.contains("test-classes") && !entry.endsWith("-tests.jar"))
                .collect(Collectors.joining(":"));
    }

    /** This JVM's class path, tests and all. */
    public static String wholeClassPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
