package io.ringsight.app.tools.bench;

import io.ringsight.app.cli.JsonObject;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Figures as a table for people and as one JSON object for programs; both say where and how they were made. */
final class Report {
    private final Figures figures;
    private final TestBed machine;
    private final String model;
    private final String clip;
    private final String command;

    Report(Figures figures, TestBed machine, String model, String clip, String command) {
        this.figures = figures;
        this.machine = machine;
        this.model = model;
        this.clip = clip;
        this.command = command;
    }

    void table(PrintWriter out) {
        line(
                out,
                "machine     %s, %d cores, %d MiB, %s",
                machine.cpu(),
                machine.cores(),
                machine.memoryMb(),
                machine.os());
        line(out, "with        %s, commit %s", machine.jdk(), machine.commit());
        line(out, "command     %s", command);
        line(out, "model       %s on %s", model, clip);
        out.println();
        CompositeLimit.Costs costs = figures.costs();
        Figures.Throughput throughput = figures.throughput();
        line(
                out,
                "alone       decode %.2f ms + preprocess %.2f ms + infer %.2f ms of one core a frame",
                costs.decodeMs(),
                costs.preprocessMs(),
                costs.inferMs());
        line(
                out,
                "throughput  %.1f frames/s of %.1f possible: ratio %.3f",
                throughput.fps(),
                throughput.limitFps(),
                throughput.ratio());
        line(
                out,
                "allocation  %.1f bytes a frame on camera and ring threads; %.0f bytes for a message of ten objects",
                figures.allocation().bytesPerFrame(),
                figures.allocation().messageBytes());
        line(
                out,
                "hand-over   p50 %.1f us, p99 %.1f us through the ring, both threads asleep before",
                figures.handOver().p50Us(),
                figures.handOver().p99Us());
        latencyTable(out);
        camerasTable(out);
        out.flush();
    }

    private void latencyTable(PrintWriter out) {
        out.println();
        line(
                out,
                "%-8s %9s %9s %9s %9s %9s %9s %8s",
                "load",
                "fps",
                "mean ms",
                "stddev",
                "p50 ms",
                "p99 ms",
                "p99/p50",
                "dropped");
        for (Figures.Latency row : figures.latency()) {
            line(
                    out,
                    "%-8s %9.1f %9.2f %9.2f %9.2f %9.2f %9.2f %8d",
                    Math.round(row.load() * 100) + " %",
                    row.fps(),
                    row.meanMs(),
                    row.stddevMs(),
                    row.p50Ms(),
                    row.p99Ms(),
                    row.p99Ms() / row.p50Ms(),
                    row.dropped());
        }
    }

    private void camerasTable(PrintWriter out) {
        if (figures.cameras().isEmpty()) {
            return;
        }
        out.println();
        line(out, "%-8s %9s %9s %14s %9s %8s", "cameras", "fps", "p99 ms", "cpu ms/frame", "RSS MiB", "dropped");
        for (Figures.CameraLoad row : figures.cameras()) {
            line(
                    out,
                    "%-8d %9.1f %9.2f %14.2f %9d %8d",
                    row.n(),
                    row.fps(),
                    row.p99Ms(),
                    row.cpuMsPerFrame(),
                    row.rssMb(),
                    row.dropped());
        }
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values).stripTrailing());
    }

    void json(PrintWriter out) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put(
                "machine",
                map(
                        "cpu",
                        machine.cpu(),
                        "cores",
                        machine.cores(),
                        "memoryMb",
                        machine.memoryMb(),
                        "os",
                        machine.os()));
        object.put("jdk", machine.jdk());
        object.put("commit", machine.commit());
        object.put("command", command);
        object.put("model", model);
        object.put("clip", clip);
        CompositeLimit.Costs costs = figures.costs();
        object.put(
                "alone",
                map("decodeMs", costs.decodeMs(), "preprocessMs", costs.preprocessMs(), "inferMs", costs.inferMs()));
        Figures.Throughput throughput = figures.throughput();
        object.put(
                "throughput",
                map("fps", throughput.fps(), "limitFps", throughput.limitFps(), "ratio", throughput.ratio()));
        object.put("latency", figures.latency().stream().map(Report::map).toList());
        Figures.Allocation allocation = figures.allocation();
        object.put(
                "allocation",
                map("bytesPerFrame", allocation.bytesPerFrame(), "messageBytes", allocation.messageBytes()));
        object.put("cameras", figures.cameras().stream().map(Report::map).toList());
        object.put(
                "handOver",
                map(
                        "p50Us",
                        figures.handOver().p50Us(),
                        "p99Us",
                        figures.handOver().p99Us()));
        out.println(JsonObject.of(object));
        out.flush();
    }

    private static Map<String, Object> map(Figures.Latency row) {
        Map<String, Object> map = map("load", row.load(), "fps", row.fps(), "meanMs", row.meanMs());
        map.putAll(map("stddevMs", row.stddevMs(), "p50Ms", row.p50Ms(), "p99Ms", row.p99Ms()));
        map.put("dropped", row.dropped());
        return map;
    }

    private static Map<String, Object> map(Figures.CameraLoad row) {
        Map<String, Object> map = map("n", row.n(), "fps", row.fps(), "p99Ms", row.p99Ms());
        map.putAll(map("cpuMsPerFrame", row.cpuMsPerFrame(), "rssMb", row.rssMb(), "dropped", row.dropped()));
        return map;
    }

    /** Names and values in turn; fractions with three decimals, more would be noise. */
    private static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            Object value = pairs[i + 1] instanceof Double number ? Math.round(number * 1_000) / 1_000.0 : pairs[i + 1];
            map.put((String) pairs[i], value);
        }
        return map;
    }
}
