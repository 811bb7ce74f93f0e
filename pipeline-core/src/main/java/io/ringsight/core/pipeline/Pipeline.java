package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.SharedAnalysis;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.detector.SecondModel;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.Staging;
import io.ringsight.core.ring.FrameRing;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The frame's way from a source's decoder to the sinks:
 *
 * <pre>
 * source ─credit?─▶ ring ──▶ Dispatch ──▶ Collect ──▶ Analyse ──▶ Publish ──▶ sinks
 *                            load a lane  await it  ╲ ▲ tracks      account,
 *                            launch it    decode     ╲│             messages
 *                                                     CropDispatch ─▶ CropCollect, where there are second models
 * </pre>
 *
 * <p>Memory is bounded and made at the start: ring slots, lanes, one detections array a slot. One thread a stage; the
 * sources bring their own. The detectors belong to the caller and are closed by it, after the pipeline.
 */
public final class Pipeline implements AutoCloseable {
    private final FrameRing<FrameSlot> ring;
    private final Clock clock;
    private final StageFailures failures;
    private final int ringSize;
    private final DetectorSwitch detectors;
    private final List<SecondModel> seconds;
    private final SourceAccounts accounts;
    private final Set<SourceId> connected = ConcurrentHashMap.newKeySet();
    /** Intakes that wait rather than lose frames. */
    private final Map<SourceId, SourceIntake> recordings = new ConcurrentHashMap<>();

    private final List<ResultSink> sinks;
    private final PublishStage publish;
    private volatile int share;

    /**
     * Starts the stages.
     *
     * @param ringSize number of slots, a power of two: the most frames of all sources together on their way
     * @param detectors what computes; may become another at any time
     * @param sinks called by the Publish thread, in this order
     */
    public Pipeline(int ringSize, DetectorSwitch detectors, List<ResultSink> sinks, Clock clock) {
        this(ringSize, detectors, sinks, clock, new SourceAccounts(clock));
    }

    /** As above, one of several that share their sources' accounts. */
    public Pipeline(
            int ringSize, DetectorSwitch detectors, List<ResultSink> sinks, Clock clock, SourceAccounts accounts) {
        this(ringSize, detectors, List.of(), sinks, clock, accounts);
    }

    /**
     * As above, with models that look at what the first one found.
     *
     * @param seconds in the order of {@link FrameResult#attributes()}; theirs, too, is closed by the caller
     */
    public Pipeline(
            int ringSize,
            DetectorSwitch detectors,
            List<SecondModel> seconds,
            List<ResultSink> sinks,
            Clock clock,
            SourceAccounts accounts) {
        this.accounts = accounts;
        this.clock = clock;
        this.sinks = List.copyOf(sinks);
        this.ringSize = ringSize;
        this.detectors = detectors;
        this.seconds = List.copyOf(seconds);
        failures = new StageFailures(clock);
        publish = new PublishStage(sinks, clock, failures);
        int maxDetections = detectors.current().decoder().capacity();
        ring = new FrameRing<>(ringSize, () -> new FrameSlot(maxDetections, seconds), stages(), failures::ofDevice);
        // What a sink keeps of a pipeline that is closed: the empty map.
        Map<SourceId, SourceIntake> waiting = recordings;
        sinks.forEach(sink -> sink.onRoom(() -> waiting.values().forEach(SourceIntake::wake)));
    }

    private List<Stage<FrameSlot>> stages() {
        List<Stage<FrameSlot>> stages = new ArrayList<>();
        stages.add(new DispatchStage(detectors, clock, failures));
        stages.add(new CollectStage(detectors, clock, failures));
        if (!seconds.isEmpty()) {
            stages.add(new CropDispatchStage(seconds, failures));
            stages.add(new CropCollectStage(seconds, failures));
        }
        stages.add(new AnalyseStage(new SharedAnalysis(accounts.trackNumbers()), failures));
        stages.add(publish);
        return stages;
    }

    /** {@code shadow} is offered what is published from now on, in the place of the one before; empty: none is. Any thread. */
    public void shadow(Optional<Shadow> shadow) {
        publish.shadow(shadow.orElse(null));
    }

    /** How many credits keep every lane busy: what a recording should have. */
    public int creditsForRecording() {
        return Math.min(ringSize, detectors.current().busyFrames());
    }

    /**
     * A source's way in. A source that reconnects keeps its intake. A source that was connected before, and whose thread
     * has ended, may be reconnected, treated otherwise from now on: its numbering and its counters go on, and a gap
     * that its last intake told is open still. The ring is shared out evenly: a source has fewer frames on their way
     * than its credits say when there are too many sources for that; a recording has none while a sink has no room.
     */
    public FrameIntake connect(IntakeSpec spec) {
        SourceIntake.Account account = accounts.of(spec.sourceId());
        connected.add(spec.sourceId());
        shareOut();
        if (!spec.lossless()) {
            recordings.remove(spec.sourceId());
            return new SourceIntake(spec, account, ring, () -> share, this::staging, clock);
        }
        SourceIntake intake =
                new SourceIntake(spec, account, ring, () -> sinksHaveRoom() ? share : 0, this::staging, clock);
        recordings.put(spec.sourceId(), intake);
        return intake;
    }

    private Optional<Staging> staging() {
        return detectors.current().backend().staging();
    }

    private boolean sinksHaveRoom() {
        for (int i = 0; i < sinks.size(); i++) {
            if (!sinks.get(i).hasRoom()) {
                return false;
            }
        }
        return true;
    }

    /** With more credits than slots, whoever comes when the ring happens to be full would lose every frame. */
    private void shareOut() {
        share = Math.max(1, ringSize / Math.max(1, connected.size()));
    }

    /** The source, whose thread has ended, is not wanted any more: its counters are dropped, its numbering is not. */
    public void forget(SourceId source) {
        leave(source);
        accounts.of(source).forgetMetrics();
    }

    /** The source, whose thread has ended and whose frames are {@link #drain drained}, goes to another pipeline. */
    public void leave(SourceId source) {
        connected.remove(source);
        recordings.remove(source);
        shareOut();
    }

    /** Completed with the cause when no frame can be computed any more: the process should end. */
    public CompletionStage<Throwable> broken() {
        return failures.broken();
    }

    /**
     * Why no output of a model can be believed, once an output has shown that it is misread: all frames since are lost
     * as {@code inference-failed}, or have no attribute of a second model, until another takes its place. Any thread.
     */
    public Optional<String> misread() {
        return Stream.concat(Stream.of(detectors), seconds.stream().map(SecondModel::detectors))
                .flatMap(computing -> computing.current().misread().stream())
                .findFirst();
    }

    /**
     * How far frames have come.
     *
     * @param left frames and gaps that were handed to the sinks
     * @param entered frames and gaps that the sources offered and that got a slot
     */
    public record Position(long left, long entered) {}

    /** How far frames have come until now. Any thread. */
    public Position position() {
        long left = ring.passed();
        return new Position(left, ring.published());
    }

    /**
     * Waits until everything offered so far has been handed to the sinks. The sources must have stopped.
     *
     * @return false if that took longer than {@code timeoutMs}
     */
    public boolean drain(long timeoutMs) throws InterruptedException {
        return ring.awaitEmpty(timeoutMs, clock);
    }

    /**
     * Stops the stages where they are, within {@code timeoutMs}; {@link #drain} first to lose nothing. Pictures of frames
     * that are not through are given back to their sources.
     *
     * @return names of the threads that did not stop: they may use pictures, lanes and sinks still, so leave those open
     */
    public List<String> stop(long timeoutMs) throws InterruptedException {
        List<String> running = ring.stop(timeoutMs, clock);
        if (running.isEmpty()) {
            ring.takeLeft(FrameSlot::giveBack);
        }
        return running;
    }

    @Override
    public void close() {
        ring.close();
    }
}
