package io.ringsight.app.tools.bench;

import java.util.List;

/** What {@code ringsight bench} measures. Times in milliseconds, memory in MiB. */
record Figures(
        CompositeLimit.Costs costs,
        Throughput throughput,
        List<Latency> latency,
        Allocation allocation,
        List<CameraLoad> cameras,
        HandOver handOver) {
    /**
     * A recording as fast as possible.
     *
     * @param fps frames a second through the whole pipeline
     * @param limitFps cores / (decode + preprocess + infer CPU seconds per frame)
     */
    record Throughput(double fps, double limitFps) {
        double ratio() {
            return fps / limitFps;
        }
    }

    /**
     * Decode to publish of a camera that gives {@code load} times the throughput.
     *
     * @param dropped frames lost as overload
     */
    record Latency(double load, double fps, double meanMs, double stddevMs, double p50Ms, double p99Ms, long dropped) {}

    /**
     * Java heap bytes a frame.
     *
     * @param bytesPerFrame on camera and ring threads, sinks left out
     * @param messageBytes for building one message
     */
    record Allocation(double bytesPerFrame, double messageBytes) {}

    /**
     * The same load spread over n cameras.
     *
     * @param cpuMsPerFrame CPU time of the whole process
     */
    record CameraLoad(int n, double fps, double p99Ms, double cpuMsPerFrame, long rssMb, long dropped) {}

    /** From publishing a slot until the next stage has it, in microseconds. */
    record HandOver(double p50Us, double p99Us) {}
}
