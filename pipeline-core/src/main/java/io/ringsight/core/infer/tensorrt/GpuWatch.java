package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.run.Ticker;
import java.time.Duration;
import java.util.List;

/**
 * Looks whether GPUs still answer. A thread that waits for a GPU that hangs waits for ever, and no call ends that: so the
 * process must end, and this says why. It tells the handler of uncaught exceptions, once.
 *
 * <p>It counts looks rather than time: a process that was stopped for a while has not looked meanwhile.
 */
final class GpuWatch implements AutoCloseable {
    /** Between two looks. */
    private static final Duration PERIOD = Duration.ofMillis(500);
    /** Looks in a row that see a device waited for and no answer: 5 s. No batch of any network takes as long. */
    private static final int LOOKS = 10;

    private final List<TensorRtDevice> devices;
    private final long[] answers;
    private final int[] looks;
    private final Ticker ticker;

    private GpuWatch(List<TensorRtDevice> devices) {
        this.devices = List.copyOf(devices);
        answers = new long[devices.size()];
        looks = new int[devices.size()];
        ticker = Ticker.start("gpu-watch", PERIOD, this::look);
    }

    /** Begins to look at devices whose lanes have run already: a first batch may take its time. */
    static GpuWatch start(List<TensorRtDevice> devices) {
        return new GpuWatch(devices);
    }

    private void look() {
        for (int i = 0; i < looks.length; i++) {
            long now = devices.get(i).pulse().answers();
            looks[i] = now >= 0 && now == answers[i] ? looks[i] + 1 : 0;
            answers[i] = now;
            if (looks[i] == LOOKS) {
                ticker.close();
                tell(devices.get(i));
                return;
            }
        }
    }

    private static void tell(TensorRtDevice device) {
        Thread thread = Thread.currentThread();
        String sentence = "GPU " + device.index() + " (" + device.name() + ") has not answered for "
                + PERIOD.multipliedBy(LOOKS).toSeconds()
                + " s; see 'dmesg | grep NVRM' for the driver's reason, and reset the GPU or the machine if it comes again";
        thread.getUncaughtExceptionHandler().uncaughtException(thread, InferenceException.fatal(sentence, null));
    }

    @Override
    public void close() {
        ticker.close();
    }
}
