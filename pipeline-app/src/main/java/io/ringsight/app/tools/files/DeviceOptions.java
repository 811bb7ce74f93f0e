package io.ringsight.app.tools.files;

import io.ringsight.app.cli.CommandException;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.metrics.BackendMetrics;
import io.ringsight.core.model.ModelSpec;
import picocli.CommandLine.Option;

/** Command-line options that choose what computes. */
public final class DeviceOptions {
    @Option(
            names = "--device",
            defaultValue = "auto",
            paramLabel = "DEVICE",
            description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
    private String device;

    @Option(
            names = "--lanes",
            defaultValue = "0",
            paramLabel = "N",
            description = "Batches in flight; 0: as the device does best (default).")
    private int lanes;

    /** Opens the model for detections of {@code threshold} and more; the caller closes it. */
    public DetectorSwitch open(ModelSpec spec, float threshold) {
        BackendSpec wanted;
        try {
            wanted = new BackendSpec(device, lanes, 1);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("ringsight: " + e.getMessage());
        }
        BackendMetrics metrics = new BackendMetrics();
        try {
            return new DetectorSwitch(spec, threshold, Backends.open(spec, wanted, metrics), metrics);
        } catch (InferenceException e) {
            throw CommandException.failed("ringsight: " + e.getMessage());
        }
    }
}
