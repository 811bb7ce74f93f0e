package io.ringsight.bench;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.FrameTimings;
import io.ringsight.sinks.Message;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.ModelIdentity;
import java.util.List;
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

    private final MessageJson json = new MessageJson(
            "01JD0000000000000000000000",
            new ModelIdentity("bench", "1", "0".repeat(64), "fp32", "none", List.of("thing")),
            Clock.system());
    private final Frame frame = new Frame();

    @Setup
    public void find() {
        frame.picture.layout(1920, 1080, 0);
        frame.picture.captured(4_920_000_000L, 1_700_000_000_123_456_000L, CaptureClock.RTCP_SR, 500);
        for (int i = 0; i < objects; i++) {
            frame.detections.add(12.25f + i, 30.5f, 40.75f, 22.1f, 0.9123f, 0);
        }
    }

    @Benchmark
    public Message encode() {
        return json.frame(frame);
    }

    private static final class Frame implements FrameResult {
        private final SourceId sourceId = new SourceId("camera-1");
        private final FrameLosses losses = new FrameLosses();
        private final FrameTimings timings = new FrameTimings();
        private final Picture picture = new Picture();
        private final Detections detections = new Detections(Detections.DEFAULT_CAPACITY);

        @Override
        public SourceId sourceId() {
            return sourceId;
        }

        @Override
        public long frameSeq() {
            return 1_234_567;
        }

        @Override
        public long prevFrameSeq() {
            return 1_234_566;
        }

        @Override
        public FrameLosses losses() {
            return losses;
        }

        @Override
        public Picture picture() {
            return picture;
        }

        @Override
        public FrameTimings timings() {
            return timings;
        }

        @Override
        public Detections detections() {
            return detections;
        }
    }
}
