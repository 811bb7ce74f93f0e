package io.ringsight.app.system;

import io.ringsight.core.run.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A process a test started: its output lies in files, it gets signals by its id, and {@link #close()} ends it for
 * certain. It has no standard input.
 */
final class Child implements AutoCloseable {
    private static final Duration ENDING = Duration.ofSeconds(240);

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;

    private Child(String name, Process process, Path out, Path err) {
        this.name = name;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts {@code command}; {@code folder} is where it runs and gets its output as {@code name.out} and {@code name.err}. */
    static Child start(String name, Path folder, Map<String, String> environment, List<String> command) {
        Path out = folder.resolve(name + ".out");
        Path err = folder.resolve(name + ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(new java.io.File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            return new Child(name, process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code command} to its end, within {@code limit}. */
    static Finished run(List<String> command, Duration limit) {
        return run(Map.of(), command, limit);
    }

    /** As above, with more environment variables. */
    static Finished run(Map<String, String> environment, List<String> command, Duration limit) {
        try {
            Path folder = Files.createTempDirectory("ringsight-child-");
            try (Child child = start("run", folder, environment, command)) {
                int exitCode = child.waitFor(limit);
                return new Finished(exitCode, child.out(), child.err());
            } finally {
                Files.deleteIfExists(folder.resolve("run.out"));
                Files.deleteIfExists(folder.resolve("run.err"));
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code command}, which must succeed, and returns what it printed. */
    static String output(List<String> command, Duration limit) {
        Finished finished = run(command, limit);
        if (!finished.succeeded()) {
            throw new AssertionError(command + " ended with " + finished);
        }
        return finished.out();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal: TERM, KILL, STOP, CONT. */
    void signal(String signal) {
        Finished kill = run(List.of("kill", "-" + signal, Long.toString(pid())), ENDING);
        if (!kill.succeeded()) {
            throw new AssertionError("kill -" + signal + " of " + name + ": " + kill.err());
        }
    }

    /** Waits for a line on standard output. */
    void awaitLine(String what, Duration limit, Predicate<String> line) {
        await(what, limit, () -> out().lines().anyMatch(line));
    }

    /** Waits until {@code condition} holds; fails at once when the process ends before. */
    void await(String what, Duration limit, BooleanSupplier condition) {
        Await.until(name + ": " + what, limit, () -> !isAlive() || condition.getAsBoolean(), () -> tail(err()));
        staysAlive("before: " + what);
    }

    /** Lets it run for {@code time}; fails when it ends. */
    void runFor(Duration time) {
        runFor(time, () -> true);
    }

    /** As above; {@code condition} must hold all along. */
    void runFor(Duration time, BooleanSupplier condition) {
        Await.whileHolds(name + ": " + time, time, () -> {
            staysAlive("within " + time);
            return condition.getAsBoolean();
        });
    }

    private void staysAlive(String when) {
        if (!isAlive()) {
            throw new AssertionError(name + " ended with " + process.exitValue() + " " + when + "\n" + tail(err()));
        }
    }

    /** Waits for its end and returns its exit status. */
    int waitFor(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " still runs after " + limit.toMillis() + " ms\n" + tail(err()));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for " + name, e);
        }
    }

    /** What it printed so far. */
    String out() {
        return read(out);
    }

    /** What it complained of so far. */
    String err() {
        return read(err);
    }

    /** Memory it holds now, in MiB (Linux VmRSS). */
    long residentMib() {
        String kib = read(Path.of("/proc/" + pid() + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is gone\n" + tail(err())))
                .replaceAll("\\D", "");
        return Long.parseLong(kib) / 1024;
    }

    /** CPU time of all its threads so far, in milliseconds. */
    long cpuMs() {
        return ProcessHandle.of(pid())
                .flatMap(handle -> handle.info().totalCpuDuration())
                .orElseThrow(() -> new AssertionError(name + " is gone\n" + tail(err())))
                .toMillis();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(ENDING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All of a small file. */
    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tail(String text) {
        return text.substring(Math.max(0, text.length() - 4000));
    }

    /**
     * A process that ended.
     *
     * @param exitCode its status
     * @param out what it printed
     * @param err what it complained of
     */
    record Finished(int exitCode, String out, String err) {
        boolean succeeded() {
            return exitCode == 0;
        }
    }
}
