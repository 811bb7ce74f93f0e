package io.ringsight.app.daemon;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.daemon.Daemon.BackendOpener;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model at work: opened at the start, replaced by a reload while cameras run. Used by one thread at a time, but for
 * {@link #detectors()}.
 */
final class ModelAtWork {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final int HASH_SHOWN = 12;

    private final DetectorSwitch detectors;
    private final String name;
    private PipelineConfig computing;

    /** What {@code opened} computes, by {@code wanted}. */
    ModelAtWork(String name, PipelineConfig wanted, Opened opened, Counters<BackendCounter> metrics) {
        this.name = name;
        computing = wanted;
        detectors = new DetectorSwitch(wanted.model(), wanted.threshold(), opened, metrics);
        tell();
    }

    /**
     * Loads a model and makes it warm, beside others at work.
     *
     * @throws ConfigException if it does not run
     */
    static Opened open(BackendOpener backends, PipelineConfig wanted, Counters<BackendCounter> metrics)
            throws ConfigException {
        try {
            return backends.open(wanted.model(), wanted.backend(), metrics);
        } catch (InferenceException e) {
            throw wanted.devicePlace().mistake("expected a device that runs the model, but " + e.getMessage());
        }
    }

    /** What computes. */
    DetectorSwitch detectors() {
        return detectors;
    }

    /** Whether {@code wanted} is at work. */
    boolean computesAs(PipelineConfig wanted) {
        return computing.computesAs(wanted);
    }

    /**
     * Lets a candidate compute from the next batch on, waits for the last batch of the model before and closes that.
     * Returns what changed, for the log.
     */
    String replace(PipelineConfig wanted, Opened candidate, Clock clock) throws InterruptedException {
        String before = title(computing.model());
        computing = wanted;
        detectors.replace(wanted.model(), wanted.threshold(), candidate, clock);
        tell();
        return "model " + before + " replaced by " + title(wanted.model());
    }

    private static String title(ModelSpec model) {
        return model.name() + " " + model.version() + " ("
                + model.weights().sha256().substring(0, HASH_SHOWN) + ")";
    }

    private void tell() {
        Detector detector = detectors.current();
        ModelSpec model = detector.model();
        InferenceBackend backend = detector.backend();
        LOG.info(
                "model {}{} {} ({}) on {}, {} lanes of batch {}",
                name.equals(Config.DEFAULT_MODEL) ? "" : name + ": ",
                model.name(),
                model.version(),
                model.weights().precision(),
                backend.name(),
                backend.lanes().size(),
                backend.maxBatch());
    }

    /** When no lane is in use. */
    void close() {
        detectors.close();
    }
}
