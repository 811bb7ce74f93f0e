package io.ringsight.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.open.Sinks;
import io.ringsight.sinks.queue.FakeDelivery;
import io.ringsight.sinks.queue.QueueLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A recording, a camera and a receiver that takes nothing: the recording waits, alone, and loses nothing. */
@Timeout(300)
class RecordingBesideCamerasTest {
    private static final int RING = 16;
    private static final int LIMIT = 20;
    private static final int RECORDED = 200;

    private final NativePictures pictures = new NativePictures();
    private final Receiver stuck = new Receiver("stuck");
    private final Receiver well = new Receiver("well");
    private final Pipeline pipeline = new Pipeline(
            RING,
            FakeBackend.computing(new FakeBackend(2, 2), (output, row, threshold, into) -> into.clear()),
            List.of(new MessagePublisher(Sample.json(Clock.system()), List.of(stuck.sink, well.sink))),
            Clock.system());
    private final FrameIntake recording =
            pipeline.connect(new IntakeSpec(new SourceId("file"), true, pipeline.creditsForRecording(), 0, 0));
    private final FrameIntake camera = pipeline.connect(new IntakeSpec(new SourceId("cam"), false, 2, 0, 0));
    private final Thread reader = new Thread(this::record);

    /** A sink, what it got, and whether it answers. */
    private static final class Receiver {
        private final SinkMetrics metrics;
        private final FakeDelivery delivery = new FakeDelivery();
        private final MessageSink sink;

        Receiver(String name) {
            metrics = new SinkMetrics(name);
            sink = Sinks.open(
                    metrics,
                    new QueueLimits(LIMIT, 1 << 20),
                    Optional.empty(),
                    Clock.system(),
                    (queue, status) -> delivery.of(queue));
        }

        void answer() {
            delivery.answerAtOnce().allow(1_000_000);
        }

        long got(String source) {
            return delivery.taken().stream()
                    .filter(message -> message.sourceId().value().equals(source))
                    .count();
        }
    }

    private void record() {
        try {
            for (int i = 0; i < RECORDED; i++) {
                recording.offer(picture());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Picture picture() {
        Picture picture = pictures.grey(32, 16, 1);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        return picture;
    }

    @AfterEach
    void close() throws InterruptedException {
        reader.interrupt();
        reader.join();
        assertThat(pipeline.stop(60_000)).isEmpty();
        stuck.sink.close(Duration.ZERO);
        well.sink.close(Duration.ZERO);
        pictures.close();
    }

    @Test
    void aStuckSinkHoldsTheRecordingAndNoCamera() throws InterruptedException {
        well.answer();
        reader.start();
        awaitHeld();
        for (int i = 1; i <= 50; i++) {
            long sent = i;
            camera.offer(picture());
            Await.until("frame " + i + " of the camera at the other sink", () -> well.got("cam") == sent);
            awaitIdle();
        }
        assertThat(camera.metrics().value(Counter.FRAMES_OVERLOAD)).isZero();
        assertThat(well.got("file")).isLessThan(RECORDED);
        assertThat(stuck.metrics.queuedMessages())
                .as("bounded by the limit and the ring")
                .isLessThanOrEqualTo(LIMIT + RING);

        stuck.answer();
        reader.join(60_000);
        Await.until("all of the recording", () -> well.got("file") == RECORDED && stuck.got("file") == RECORDED);
        assertThat(verify(stuck).gapFrames()).containsOnlyKeys("not-published");
        assertThat(stuck.delivery.taken())
                .filteredOn(message -> message.sourceId().value().equals("file"))
                .allMatch(message -> message.type() == MessageType.FRAME && message.losses() == null);
        assertThat(verify(stuck).isComplete()).isTrue();
        assertThat(verify(well).gapFrames()).isEmpty();
    }

    private void awaitHeld() {
        Await.until(
                "the recording waits",
                () -> !stuck.sink.hasRoom() && reader.getState() == Thread.State.WAITING && isIdle());
    }

    private boolean isIdle() {
        Pipeline.Position position = pipeline.position();
        return position.left() == position.entered();
    }

    /** So the camera's next frame finds its credit. */
    private void awaitIdle() {
        Await.until("nothing on its way", this::isIdle);
    }

    @Test
    void aRecordingAloneBehindASlowSinkLosesNothing() throws InterruptedException {
        well.answer();
        stuck.delivery.answerAtOnce();
        reader.start();
        while (stuck.got("file") < RECORDED) {
            long before = stuck.got("file");
            stuck.delivery.allow(1);
            Await.until("one more", () -> stuck.got("file") == before + 1);
            assertThat(stuck.metrics.queuedMessages()).isLessThanOrEqualTo(LIMIT + RING);
        }
        reader.join(60_000);
        assertThat(verify(stuck).frames()).isEqualTo(RECORDED);
        assertThat(verify(stuck).gapFrames()).isEqualTo(Map.of());
        assertThat(stuck.metrics.value(SinkCounter.DROPPED_QUEUE_FULL)).isZero();
    }

    @Test
    void aRecordingThatWaitsForASinkStopsWhenItIsInterrupted() throws InterruptedException {
        well.answer();
        reader.start();
        awaitHeld();
        reader.interrupt();
        reader.join(60_000);
        assertThat(reader.isAlive()).isFalse();
        assertThat(pipeline.drain(60_000))
                .as("nothing is on its way to wait for")
                .isTrue();
        assertThat(recording.metrics().value(Counter.FRAMES_OVERLOAD)).isEqualTo(1);
    }

    private static Findings verify(Receiver receiver) {
        TopicVerifier verifier = new TopicVerifier();
        receiver.delivery.taken().forEach(message -> verifier.add(message.bytes()));
        return verifier.findings();
    }
}
