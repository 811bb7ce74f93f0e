package io.ringsight.sources;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.supervise.SourceSupervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * A USB camera's life, run as root inside the rig's virtual machine with the kernel's test driver vivid: pictures, no
 * pictures, unplugged, plugged in again, busy, broken. Prints one line a step and exits 1 at the first that fails.
 */
final class V4l2Scenario {
    private static final String DEVICE = "/dev/video0";
    private static final long STALL_MS = 5_000;
    /** The machine is emulated: everything takes its time. */
    private static final long WAIT_S = 90;

    private V4l2Scenario() {}

    /** Runs all steps. */
    public static void main(String[] args) throws Exception {
        try {
            givesPicturesWithTheDriversTime();
            seesThatNoPicturesCome();
            saysNotFoundAndBusy();
            picturesOutliveTheCamera();
            seesAnInputError();
            V4l2PicturesScenario.run();
            comesBackAfterUnplugging();
            isFoundAgainUnderAnotherNumber();
            System.out.println("SCENARIO PASSED");
        } catch (Throwable e) {
            e.printStackTrace(System.out);
            System.out.flush();
            Runtime.getRuntime().halt(1);
        }
    }

    private static void givesPicturesWithTheDriversTime() throws Exception {
        RecordingIntake intake = new RecordingIntake();
        try (Running running = new Running(DEVICE, intake)) {
            running.await(() -> intake.frames() >= 20);
        }
        RecordingIntake.Seen last = intake.last();
        System.out.println("pictures: " + last);
        check(last.width() == 320 && last.height() == 180, "size " + last);
        check(last.format() == PixelFormat.YUYV422, "format " + last);
        check(last.clock() == CaptureClock.DEVICE, "clock " + last);
        check(last.uncertaintyUs() > 10_000 && last.uncertaintyUs() < 500_000, "uncertainty " + last);
        long ageMs = (Clock.system().epochNanos() - last.captureUtcNs()) / 1_000_000;
        System.out.println("age of the last picture after closing: " + ageMs + " ms");
        check(ageMs >= 0 && ageMs < 30_000, "age " + ageMs);
    }

    private static void seesThatNoPicturesCome() throws Exception {
        long[] lastNs = new long[1];
        RecordingIntake intake = new RecordingIntake(2, (picture, number) -> lastNs[0] = System.nanoTime());
        try (Running running = new Running(DEVICE, intake)) {
            running.await(() -> intake.frames() >= 10);
            control("percentage_of_dropped_buffers=100");
            Ending ending = running.ending();
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastNs[0]);
            System.out.println("no pictures: " + ending + " after " + tookMs + " ms");
            check(ending.reason() == GapReason.STALLED, "ending " + ending);
            check(tookMs >= STALL_MS, "took " + tookMs);
        } finally {
            control("percentage_of_dropped_buffers=0");
        }
    }

    private static void saysNotFoundAndBusy() throws Exception {
        try (Running running = new Running("/dev/video9", new RecordingIntake())) {
            Ending ending = running.ending();
            System.out.println("missing: " + ending);
            check(ending.reason() == GapReason.NOT_FOUND, "ending " + ending);
        }
        RecordingIntake intake = new RecordingIntake();
        try (Running first = new Running(DEVICE, intake)) {
            first.await(() -> intake.frames() >= 3);
            try (Running second = new Running(DEVICE, new RecordingIntake())) {
                Ending ending = second.ending();
                System.out.println("second client: " + ending);
                check(ending.reason() == GapReason.BUSY, "ending " + ending);
                check(ending.detail().contains("in use by another source of this program"), "ending " + ending);
            }
        }
    }

    /** The driver's buffers are unmapped with the camera: a reader of those would end the process. */
    private static void picturesOutliveTheCamera() throws Exception {
        RecordingIntake intake = new RecordingIntake(3, (picture, number) -> {});
        try (Source source = Sources.open(spec(DEVICE), Clock.system())) {
            Thread thread = new Thread(() -> runQuietly(source, intake));
            thread.start();
            await(() -> intake.frames() >= 10);
            source.stop();
            thread.join(TimeUnit.SECONDS.toMillis(WAIT_S));
            check(!thread.isAlive(), "run has not returned");
            // Would end the process with SIGSEGV if the pictures lay in the driver's buffers, now unmapped.
            System.out.println("pixels of held pictures after the run: " + intake.sumOfHeldPixels());
            intake.releaseAll();
        }
        try (Running again = new Running(DEVICE, new RecordingIntake())) {
            again.await(() -> again.intake.frames() >= 3);
            System.out.println("opens again");
        }
    }

    private static void seesAnInputError() throws Exception {
        RecordingIntake intake = new RecordingIntake();
        try (Running running = new Running(DEVICE, intake)) {
            running.await(() -> intake.frames() >= 3);
            control("inject_fatal_streaming_error=1");
            Ending ending = running.ending();
            System.out.println("input error: " + ending);
            check(ending.reason() == GapReason.IO_ERROR && ending.retry(), "ending " + ending);
        }
    }

    private static void comesBackAfterUnplugging() throws Exception {
        RecordingIntake intake = new RecordingIntake();
        Source source = Sources.open(spec(DEVICE), Clock.system());
        try (SourceSupervisor supervisor = new SourceSupervisor(source, intake, Clock.system())) {
            supervisor.start();
            await(() -> intake.frames() >= 5);
            control("disconnect=1");
            await(() -> !intake.metrics().state().equals("live"));
            System.out.println("unplugged: " + intake.gaps);
            driver("unbind");
            driver("bind");
            int before = intake.frames();
            long startNs = System.nanoTime();
            await(() -> intake.frames() >= before + 5);
            System.out.println(
                    "back after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) + " ms: " + intake.gaps);
            check(intake.gaps.get(1).startsWith("disconnected"), "gaps " + intake.gaps);
            supervisor.stop();
            supervisor.awaitStopped(TimeUnit.SECONDS.toMillis(WAIT_S));
            intake.releaseAll();
        }
    }

    /** Somebody holds the old device open, so the kernel cannot give its number again. */
    private static void isFoundAgainUnderAnotherNumber() throws Exception {
        RecordingIntake intake = new RecordingIntake();
        Source source = Sources.open(spec(DEVICE), Clock.system());
        try (SourceSupervisor supervisor = new SourceSupervisor(source, intake, Clock.system())) {
            supervisor.start();
            await(() -> intake.frames() >= 5);
            try (java.io.InputStream holds = Files.newInputStream(Path.of(DEVICE))) {
                driver("unbind");
                await(() -> !intake.metrics().state().equals("live"));
                driver("bind");
                int before = intake.frames();
                long startNs = System.nanoTime();
                await(() -> intake.frames() >= before + 5);
                long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
                System.out.println("found again after " + tookMs + " ms: "
                        + Clips.run(java.util.List.of("sh", "-c", "echo /dev/video*"))
                                .strip() + " " + intake.gaps);
                check(!holds.toString().isEmpty(), "the old device is held open");
                check(!Files.exists(Path.of(DEVICE)), "the number was given again, which proves nothing");
            }
            supervisor.stop();
            supervisor.awaitStopped(TimeUnit.SECONDS.toMillis(WAIT_S));
            intake.releaseAll();
        }
    }

    private static SourceSpec spec(String device) {
        SourceSettings settings = new SourceSettings(
                null,
                SourceSettings.Login.NONE,
                SourceSettings.Tls.NONE,
                new SourceSettings.Format("320x180", "15", "yuyv422"),
                new SourceSettings.Limits(10_000L, STALL_MS, null, null),
                Map.of());
        return SourceSpec.parse("v4l2:" + device, settings);
    }

    static void control(String setting) {
        Clips.run(java.util.List.of("v4l2-ctl", "-d", DEVICE, "-c", setting));
    }

    private static void driver(String action) throws IOException {
        Files.writeString(Path.of("/sys/bus/platform/drivers/vivid/" + action), "vivid.0");
    }

    static void check(boolean right, String what) {
        if (!right) {
            throw new IllegalStateException("wrong: " + what);
        }
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
        while (!condition.getAsBoolean()) {
            check(System.nanoTime() < untilNs, "time is up");
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static Ending runQuietly(Source source, RecordingIntake intake) {
        try {
            return source.run(intake);
        } catch (InterruptedException e) {
            return Ending.stopped();
        }
    }

    /** A source that runs on a thread of its own. */
    static final class Running implements AutoCloseable {
        final RecordingIntake intake;
        private final Source source;
        private final Thread thread;
        private final AtomicReference<Ending> ending = new AtomicReference<>();

        Running(String device, RecordingIntake intake) {
            this(spec(device), intake);
        }

        Running(SourceSpec spec, RecordingIntake intake) {
            this.intake = intake;
            source = Sources.open(spec, Clock.system());
            thread = new Thread(() -> ending.set(runQuietly(source, intake)), "camera");
            thread.start();
        }

        void await(BooleanSupplier condition) throws InterruptedException {
            V4l2Scenario.await(() -> {
                check(ending.get() == null, "ended: " + ending.get());
                return condition.getAsBoolean();
            });
        }

        /** Waits for the end or for {@code condition}; null for the condition. */
        Ending endingOr(BooleanSupplier condition) throws InterruptedException {
            V4l2Scenario.await(() -> condition.getAsBoolean() || ending.get() != null);
            return condition.getAsBoolean() ? null : ending.get();
        }

        /** Waits for the end; gives pictures back meanwhile, as a pipeline does. */
        Ending ending() throws InterruptedException {
            V4l2Scenario.await(() -> {
                if (!thread.isAlive()) {
                    return true;
                }
                intake.releaseAll();
                return false;
            });
            return ending.get();
        }

        @Override
        public void close() {
            source.stop();
            try {
                ending();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            intake.releaseAll();
            source.close();
        }
    }
}
