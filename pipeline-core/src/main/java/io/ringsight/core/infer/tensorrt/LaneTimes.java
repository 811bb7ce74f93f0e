package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.Stream;
import io.ringsight.core.infer.cuda.TimedEvent;

/** When a lane's batch began to be copied to the device, began to be computed and was back, by the device's clock. */
final class LaneTimes implements AutoCloseable {
    private final TimedEvent loading = TimedEvent.open();
    private final TimedEvent computing = TimedEvent.open();
    private final TimedEvent over = TimedEvent.open();

    void loading(Stream stream) {
        loading.record(stream);
    }

    void computing(Stream stream) {
        computing.record(stream);
    }

    void over(Stream stream) {
        over.record(stream);
    }

    /** Of the last batch, which must have been awaited: milliseconds since {@code start} of these three. */
    double[] ms(TimedEvent start) {
        over.synchronize();
        return new double[] {loading.msSince(start), computing.msSince(start), over.msSince(start)};
    }

    @Override
    public void close() {
        RuntimeException failure =
                new Closing().close(loading).close(computing).close(over).failure();
        if (failure != null) {
            throw failure;
        }
    }
}
