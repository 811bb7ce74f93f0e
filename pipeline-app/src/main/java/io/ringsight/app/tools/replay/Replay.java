package io.ringsight.app.tools.replay;

import io.ringsight.app.config.ClassNames;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.app.daemon.Appearances;
import io.ringsight.client.EventMessage;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.Message;
import io.ringsight.client.VerdictMessage;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.core.analyse.verdict.Appearance;
import io.ringsight.core.analyse.verdict.PartTrigger;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Analyses recorded messages once more, with the tracking, zones, lines, rules and parts of a configuration, and tells what is
 * concluded otherwise than then. Remembers seconds of each source, however long the recording is. One thread.
 */
public final class Replay {
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private final Consumer<Told> to;
    private final Map<Differences.Kind, Long> differences = new EnumMap<>(Differences.Kind.class);
    private long frames;
    private long concluded;
    private long foreign;
    private long unreadable;
    private String firstUnreadable = "";

    /** A difference of a source. */
    record Told(String sourceId, Differences.Difference difference) {}

    /** A source of the configuration, and the run of it that is read now. */
    private final class Source {
        private final SourceConfig config;
        private final PipelineConfig model;
        private final Differences found;
        private String epoch = "";
        private ReplayedSource run;

        Source(SourceConfig config, PipelineConfig model) {
            this.config = config;
            this.model = model;
            boolean partsAppear = config.analysis().parts().stream()
                    .anyMatch(parts -> parts.trigger().kind() == PartTrigger.Kind.APPEARANCE);
            found = new Differences(partsAppear, difference -> {
                differences.merge(difference.kind(), 1L, Long::sum);
                to.accept(new Told(config.id().value(), difference));
            });
        }

        void add(Message message) {
            if (!message.identity().streamEpoch().equals(epoch)) {
                endRun();
                epoch = message.identity().streamEpoch();
                RecordedFrame frame = new RecordedFrame(
                        config.id(),
                        model.model(),
                        model.threshold(),
                        new ClassNames(model.model().labels()).wanted(config.classes()));
                Appearance appearance = config.analysis()
                        .parts()
                        .map(parts -> Appearances.of(config.spec(), parts.trigger()))
                        .orElse(any -> Appearance.NONE);
                run = new ReplayedSource(config.id(), config.analysis(), frame, appearance, found);
            }
            run.add(message);
        }

        private void endRun() {
            if (run != null) {
                run.end();
            }
        }

        void end() {
            endRun();
            found.end();
        }
    }

    Replay(Config config, Consumer<Told> to) {
        this.to = to;
        for (SourceConfig source : config.sources()) {
            PipelineConfig model = source.model().map(config.models()::get).orElse(config.pipeline());
            sources.put(source.id().value(), new Source(source, model));
        }
    }

    /**
     * The next message.
     *
     * @param where it stands, for people
     * @throws ReplayException if it was made with a model of other classes
     */
    void add(byte[] json, String where) {
        Message message;
        try {
            message = MessageReader.read(json);
        } catch (MessageFormatException e) {
            unreadable++;
            firstUnreadable = firstUnreadable.isEmpty() ? where + ": " + e.getMessage() : firstUnreadable;
            return;
        }
        Source source = sources.get(message.identity().sourceId());
        if (source == null) {
            foreign++;
            return;
        }
        frames += message instanceof FrameMessage ? 1 : 0;
        concluded += message instanceof EventMessage || message instanceof VerdictMessage ? 1 : 0;
        source.add(message);
    }

    /** There are no more. */
    void end() {
        sources.values().forEach(Source::end);
    }

    /** Frames that were replayed. */
    long frames() {
        return frames;
    }

    /** Events and verdicts that were recorded. */
    long concluded() {
        return concluded;
    }

    /** Messages of sources that the configuration does not have. */
    long foreign() {
        return foreign;
    }

    long unreadable() {
        return unreadable;
    }

    /** Which was the first of those that could not be read, and why. */
    Optional<String> firstUnreadable() {
        return Optional.of(firstUnreadable).filter(text -> !text.isEmpty());
    }

    long differences(Differences.Kind kind) {
        return differences.getOrDefault(kind, 0L);
    }

    /** Whether all could be read and nothing differs. */
    boolean isAsRecorded() {
        return differences.isEmpty() && unreadable == 0;
    }
}
