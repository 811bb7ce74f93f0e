package io.ringsight.app.daemon;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.daemon.Daemon.BackendOpener;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.infer.open.Models;
import io.ringsight.core.metrics.BackendMetrics;
import io.ringsight.core.model.ModelSpec;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model at work: opened at the start, replaced by a reload while cameras run. Used by one thread at a time, but for
 * {@link #detectors()}.
 */
final class ModelAtWork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final int HASH_SHOWN = 12;

    private final BackendOpener backends;
    private final BackendMetrics metrics = new BackendMetrics();
    private volatile PipelineConfig computing;
    private volatile DetectorSwitch detectors;

    ModelAtWork(BackendOpener backends) {
        this.backends = backends;
    }

    /** Loads the first one and makes it warm. */
    void open(PipelineConfig wanted) throws ConfigException {
        try {
            Opened opened = opened(wanted);
            detectors = new DetectorSwitch(wanted.model(), wanted.threshold(), opened, metrics);
        } catch (ConfigException e) {
            if (wanted.backend().isGpu()) {
                throw CommandException.failed(e.mistakes());
            }
            throw e;
        }
        computing = wanted;
        tell();
    }

    /** What it was opened by; empty before {@link #open}. Any thread. */
    Optional<PipelineConfig> computing() {
        return Optional.ofNullable(computing);
    }

    /** What computes; after {@link #open}. */
    DetectorSwitch detectors() {
        return detectors;
    }

    /**
     * What {@code wanted} says, loaded and warm beside the model at work; empty where that one is wanted still.
     *
     * @throws ConfigException if it does not run; the model at work goes on
     */
    Optional<Opened> candidate(PipelineConfig wanted) throws ConfigException {
        if (computing.computesAs(wanted)) {
            return Optional.empty();
        }
        Opened opened = opened(wanted);
        if (!Models.isUnchanged(wanted.model())) {
            opened.now().close();
            throw wanted.modelPlace()
                    .mistake("expected a file that nobody writes, but "
                            + wanted.model().file()
                            + " changed while it was opened; put the new one beside it, rename it, and reload again");
        }
        return Optional.of(opened);
    }

    private Opened opened(PipelineConfig wanted) throws ConfigException {
        try {
            return backends.open(wanted.model(), wanted.backend(), metrics);
        } catch (InferenceException e) {
            throw wanted.devicePlace().mistake("expected a device that runs the model, but " + e.getMessage());
        }
    }

    /**
     * Lets a candidate compute from the next batch on, waits for the last batch of the model before and closes that.
     * Returns what changed, for the log.
     */
    String replace(PipelineConfig wanted, Opened candidate) throws InterruptedException {
        String before = title(computing.model());
        computing = wanted;
        detectors.replace(wanted.model(), wanted.threshold(), candidate);
        tell();
        return "model " + before + " replaced by " + title(wanted.model()) + "; ";
    }

    private static String title(ModelSpec model) {
        return model.name() + " " + model.version() + " (" + model.sha256().substring(0, HASH_SHOWN) + ")";
    }

    private void tell() {
        Detector detector = detectors.current();
        ModelSpec model = detector.model();
        InferenceBackend backend = detector.backend();
        LOG.info(
                "model {} {} ({}) on {}, {} lanes of batch {}",
                model.name(),
                model.version(),
                model.precision(),
                backend.name(),
                backend.lanes().size(),
                backend.maxBatch());
    }

    /** When no lane is in use. */
    @Override
    public void close() {
        if (detectors != null) {
            detectors.close();
        }
    }
}
