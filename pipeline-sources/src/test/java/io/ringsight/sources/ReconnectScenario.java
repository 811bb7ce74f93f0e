package io.ringsight.sources;

import io.ringsight.core.metrics.Counter;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Backoff;
import io.ringsight.sources.supervise.OpenGate;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.supervise.SourceSupervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A camera that is lost and found a thousand times, and a thousand cameras added and removed, in a process of its own
 * whose memory, threads, files and native objects are counted from outside the code under test. Prints one line each
 * hundred and exits 1 if something is left behind.
 */
final class ReconnectScenario {
    private static final int TIMES = 1_000;
    private static final int WARM_UP = 100;
    private static final double MAX_GROWTH = 1.03;
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration SETTLING = Duration.ofSeconds(10);

    private final TinyRtspServer server;

    private ReconnectScenario(TinyRtspServer server) {
        this.server = server;
    }

    /** The video's path is the one argument. */
    public static void main(String[] args) throws Exception {
        try (TinyRtspServer server = new TinyRtspServer(Files.readAllBytes(Path.of(args[0])))) {
            ReconnectScenario scenario = new ReconnectScenario(server);
            scenario.reconnects();
            scenario.addsAndRemoves();
            System.out.println("SCENARIO PASSED");
        } catch (Throwable e) {
            e.printStackTrace(System.out);
            System.out.flush();
            Runtime.getRuntime().halt(1);
        }
    }

    /** What the process has now. */
    private record Usage(long rssKiB, int threads, int files, List<Long> nativeObjects) {
        static Usage now() {
            System.gc();
            try {
                return read();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Usage read() throws IOException {
            long rss = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
            return new Usage(
                    rss,
                    count("/proc/self/task"),
                    count("/proc/self/fd"),
                    Arrays.stream(NativeObject.values())
                            .map(NativeObject::alive)
                            .collect(Collectors.toList()));
        }

        private static int count(String folder) throws IOException {
            try (Stream<Path> entries = Files.list(Path.of(folder))) {
                return (int) entries.count();
            }
        }

        /** Null, or what has grown since {@code before}. */
        String growthSince(Usage before) {
            if (rssKiB > before.rssKiB * MAX_GROWTH) {
                return "memory grew from " + before.rssKiB + " to " + rssKiB;
            }
            if (threads > before.threads || files > before.files) {
                return "threads or files: " + before + " became " + this;
            }
            return null;
        }
    }

    /** A thread that has just ended is seen for a moment still. */
    private static void checkNoGrowth(Usage before) {
        Await.until(
                "nothing grew",
                SETTLING,
                () -> Usage.now().growthSince(before) == null,
                () -> Usage.now().growthSince(before));
        checkNothingAlive();
    }

    /** Opened, five frames, hung up; and again. The waits are turned by hand. */
    private void reconnects() throws Exception {
        ManualClock waits = new ManualClock(0);
        RecordingIntake intake = new RecordingIntake(1, (picture, number) -> {});
        Source source = Sources.open(SourceSpec.parse(server.uri("/hangs-up")), Clock.system());
        long startNs = System.nanoTime();
        Usage first = null;
        try (SourceSupervisor supervisor =
                new SourceSupervisor(source, intake, waits, new Backoff(() -> 0), waits::advanceNs, new OpenGate(0))) {
            supervisor.start();
            for (int done = WARM_UP; done <= TIMES; done += 100) {
                int wanted = done;
                await(() -> intake.metrics().value(Counter.CONNECTION_LOSSES) >= wanted);
                Usage usage = Usage.now();
                System.out.println("after " + done + " reconnects: " + usage);
                first = first == null ? usage : first;
            }
            supervisor.stop();
            check(supervisor.awaitStopped(60_000), "it stops");
            intake.releaseAll();
        }
        checkNoGrowth(new Usage(first.rssKiB, first.threads - 1, first.files, List.of()));
        System.out.printf(
                "%d frames of %d connections in %.1f s%n",
                intake.frames(), intake.metrics().value(Counter.CONNECTS), (System.nanoTime() - startNs) / 1e9);
        check(intake.frames() >= 4 * TIMES, "frames: " + intake.frames());
    }

    /** Made, a first frame, closed; every fifth finds no stream there. */
    private void addsAndRemoves() throws Exception {
        Usage first = null;
        long startNs = System.nanoTime();
        for (int i = 1; i <= TIMES; i++) {
            addAndRemove(i % 5 == 0 ? "/refuses" : "/stays");
            if (i % 100 == 0) {
                Usage usage = Usage.now();
                System.out.println("after " + i + " cameras: " + usage);
                first = first == null ? usage : first;
                if (i == TIMES) {
                    checkNoGrowth(first);
                }
            }
        }
        System.out.printf("%d cameras added and removed in %.1f s%n", TIMES, (System.nanoTime() - startNs) / 1e9);
    }

    private void addAndRemove(String mount) throws Exception {
        RecordingIntake intake = new RecordingIntake(1, (picture, number) -> {});
        Source source = Sources.open(SourceSpec.parse(server.uri(mount)), Clock.system());
        SourceSupervisor supervisor = new SourceSupervisor(source, intake, Clock.system());
        supervisor.start();
        await(() -> intake.frames() > 0 || intake.metrics().value(Counter.CONNECT_FAILURES) > 0);
        supervisor.stop();
        check(supervisor.awaitStopped(60_000), "it stops");
        intake.releaseAll();
        supervisor.close();
    }

    private static void checkNothingAlive() {
        for (NativeObject kind : NativeObject.values()) {
            check(kind.alive() == 0, kind + " alive: " + kind.alive());
        }
    }

    private static void check(boolean right, String what) {
        if (!right) {
            throw new IllegalStateException("wrong: " + what);
        }
    }

    private static void await(BooleanSupplier condition) {
        Await.until("the sources move on", LIMIT, condition);
    }
}
