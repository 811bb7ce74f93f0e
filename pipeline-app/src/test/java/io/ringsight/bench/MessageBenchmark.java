package io.ringsight.bench;

import io.ringsight.app.tools.bench.SampleFrame;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One frame's message, by how many objects were found. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MessageBenchmark {
    @Param({"0", "10", "100"})
    private int objects;

    private final MessageJson json = new MessageJson("01JD0000000000000000000000", Clock.system());
    private FrameResult frame;

    @Setup
    public void find() {
        frame = SampleFrame.with(objects, FakeBackend.SPEC);
    }

    @Benchmark
    public EncodedMessage encode() {
        return json.frame(frame);
    }
}
