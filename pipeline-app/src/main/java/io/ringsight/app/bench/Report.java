package io.ringsight.app.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/** Figures as a table for people and as one JSON object for programs; both say where and how they were made. */
final class Report {
    private final Figures figures;
    private final Machine machine;
    private final String model;
    private final String clip;
    private final String command;

    Report(Figures figures, Machine machine, String model, String clip, String command) {
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
        for (Figures.Cameras row : figures.cameras()) {
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
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            about(json);
            single(json);
            latencyJson(json);
            camerasJson(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot fail", e);
        }
        out.println(text);
        out.flush();
    }

    private void about(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("machine");
        json.writeStringField("cpu", machine.cpu());
        json.writeNumberField("cores", machine.cores());
        json.writeNumberField("memoryMb", machine.memoryMb());
        json.writeStringField("os", machine.os());
        json.writeStringField("jdk", machine.jdk());
        json.writeEndObject();
        json.writeStringField("commit", machine.commit());
        json.writeStringField("command", command);
        json.writeStringField("model", model);
        json.writeStringField("clip", clip);
    }

    private void single(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("alone");
        number(json, "decodeMs", figures.costs().decodeMs());
        number(json, "preprocessMs", figures.costs().preprocessMs());
        number(json, "inferMs", figures.costs().inferMs());
        json.writeEndObject();
        json.writeObjectFieldStart("throughput");
        number(json, "fps", figures.throughput().fps());
        number(json, "limitFps", figures.throughput().limitFps());
        number(json, "ratio", figures.throughput().ratio());
        json.writeEndObject();
        json.writeObjectFieldStart("allocation");
        number(json, "bytesPerFrame", figures.allocation().bytesPerFrame());
        number(json, "messageBytes", figures.allocation().messageBytes());
        json.writeEndObject();
        json.writeObjectFieldStart("handOver");
        number(json, "p50Us", figures.handOver().p50Us());
        number(json, "p99Us", figures.handOver().p99Us());
        json.writeEndObject();
    }

    private void latencyJson(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("latency");
        for (Figures.Latency row : figures.latency()) {
            json.writeStartObject();
            number(json, "load", row.load());
            number(json, "fps", row.fps());
            number(json, "meanMs", row.meanMs());
            number(json, "stddevMs", row.stddevMs());
            number(json, "p50Ms", row.p50Ms());
            number(json, "p99Ms", row.p99Ms());
            json.writeNumberField("dropped", row.dropped());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void camerasJson(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("cameras");
        for (Figures.Cameras row : figures.cameras()) {
            json.writeStartObject();
            json.writeNumberField("n", row.n());
            number(json, "fps", row.fps());
            number(json, "p99Ms", row.p99Ms());
            number(json, "cpuMsPerFrame", row.cpuMsPerFrame());
            json.writeNumberField("rssMb", row.rssMb());
            json.writeNumberField("dropped", row.dropped());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Three decimals: more would be noise. */
    private static void number(JsonGenerator json, String name, double value) throws IOException {
        json.writeNumberField(name, Math.round(value * 1_000) / 1_000.0);
    }
}
