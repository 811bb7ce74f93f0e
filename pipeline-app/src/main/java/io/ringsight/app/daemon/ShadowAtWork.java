package io.ringsight.app.daemon;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.ShadowConfig;
import io.ringsight.app.linux.LowPriority;
import io.ringsight.core.detect.Agreement;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.metrics.ShadowCounter;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.Shadow;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shadow model at work beside a pipeline's, on a thread to which Linux gives what others leave of the CPU. That thread
 * closes the model in the end, and tells in the log how far the two agreed: nobody waits for it while cameras run. One
 * thread at a time.
 */
final class ShadowAtWork {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final Config config;
    private final ShadowConfig shadowing;
    private final Pipeline beside;
    private final ModelAtWork model;
    private final Shadow shadow;
    private final Thread thread;

    /**
     * Starts what {@code config} says.
     *
     * @param reference the model at work in {@code beside}
     */
    ShadowAtWork(
            Config config,
            Opened opened,
            ModelSpec reference,
            Pipeline beside,
            Counters<BackendCounter> metrics,
            Clock clock) {
        this.config = config;
        this.beside = beside;
        shadowing = config.shadow().orElseThrow();
        model = new ModelAtWork(shadowing.model(), config.shadowModel().orElseThrow(), opened, metrics);
        shadow = new Shadow(reference, model.detectors(), shadowing.share(), clock);
        thread = LowPriority.start("shadow-model", this::work);
        beside.shadow(Optional.of(shadow));
    }

    private void work() {
        try {
            shadow.run();
        } finally {
            summary().forEach(LOG::info);
            model.close();
        }
    }

    /** What is counted. */
    Shadow shadow() {
        return shadow;
    }

    /** Whether {@code wanted} says the same of the shadow and of the model it is compared with. */
    boolean runsAs(Config wanted) {
        return wanted.shadow().equals(Optional.of(shadowing))
                && computesAs(wanted.shadowModel(), config.shadowModel())
                && computesAs(wanted.shadowed(), config.shadowed());
    }

    private static boolean computesAs(Optional<PipelineConfig> wanted, Optional<PipelineConfig> now) {
        return wanted.isPresent() && now.isPresent() && wanted.get().computesAs(now.get());
    }

    /** It takes no frame any more, and ends after the one at hand. */
    Thread stop() {
        beside.shadow(Optional.empty());
        shadow.stop();
        return thread;
    }

    /** How far the two agreed: a line for all classes, and one for each with an object. */
    private List<String> summary() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "shadow model %s beside %s: %d frames compared, %d dropped, %d failed; %s",
                shadowing.model(),
                shadowing.of(),
                shadow.counters().value(ShadowCounter.FRAMES_COMPARED),
                shadow.counters().value(ShadowCounter.FRAMES_DROPPED),
                shadow.counters().value(ShadowCounter.FRAMES_FAILED),
                inWords(shadow.agreement().total())));
        List<String> labels = shadow.model().labels();
        for (int i = 0; i < labels.size(); i++) {
            Agreement.Counts counts = shadow.agreement().of(i);
            if (counts.matched() + counts.missed() + counts.extra() > 0) {
                lines.add("shadow model " + shadowing.model() + ": " + labels.get(i) + ": " + inWords(counts));
            }
        }
        return lines;
    }

    private static String inWords(Agreement.Counts counts) {
        return String.format(
                Locale.ROOT,
                "objects: %d matched%s, %d missed, %d extra",
                counts.matched(),
                counts.matched() == 0 ? "" : String.format(Locale.ROOT, " (mean IoU %.3f)", counts.meanIou()),
                counts.missed(),
                counts.extra());
    }
}
