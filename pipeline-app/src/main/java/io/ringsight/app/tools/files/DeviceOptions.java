package io.ringsight.app.tools.files;

import io.ringsight.app.cli.CommandException;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command-line options that choose what computes. */
public final class DeviceOptions {
    @Option(
            names = "--device",
            defaultValue = "auto",
            paramLabel = "DEVICE",
            description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
    private String device;

    @Mixin
    private LanesOption lanes;

    /** Opens the model for detections of {@code threshold} and more; the caller closes it. */
    public DetectorSwitch open(ModelSpec spec, float threshold) {
        return open(spec, threshold, device, lanes);
    }

    /** As above, for a command that has its own way to choose the device. */
    public static DetectorSwitch open(ModelSpec spec, float threshold, String device, LanesOption lanes) {
        BackendSpec wanted;
        try {
            wanted = new BackendSpec(device, lanes.lanes(), 1);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("ringsight: " + e.getMessage());
        }
        Counters<BackendCounter> metrics = new Counters<>(BackendCounter.class);
        try {
            return new DetectorSwitch(spec, threshold, Backends.open(spec, wanted, metrics), metrics);
        } catch (InferenceException e) {
            throw CommandException.failed("ringsight: " + e.getMessage());
        }
    }
}
