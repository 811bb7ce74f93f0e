package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A source that runs once, on a thread of its own, until closed; what its intake holds is given back before. */
public final class RunningSource implements AutoCloseable {
    private static final long WAIT_S = 240;

    final Source source;
    private final RecordingIntake intake;
    private final Thread thread;
    private volatile Ending ending;

    public RunningSource(SourceSpec spec, RecordingIntake intake) {
        this.intake = intake;
        source = Sources.open(spec, Clock.system());
        thread = new Thread(this::run, "camera");
        thread.start();
    }

    private void run() {
        try {
            ending = source.run(intake);
        } catch (InterruptedException e) {
            ending = Ending.stopped();
        }
    }

    /** Waits for something that must come while the source runs. */
    public void await(BooleanSupplier condition) {
        Await.until(() -> {
            assertThat(ending).isNull();
            return condition.getAsBoolean();
        });
    }

    /** Whether it has ended. */
    boolean hasEnded() {
        return ending != null;
    }

    /** Waits for the source to end by itself. */
    public Ending ending() throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(WAIT_S));
        assertThat(thread.isAlive()).isFalse();
        return ending;
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
