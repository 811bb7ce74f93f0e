package io.ringsight.core.infer.tensorrt.lib;

import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes TensorRT's own log: at level debug into ours, and its last error for the message of the failure it belongs to.
 * Called by any thread. One a process, never freed, as TensorRT asks of loggers.
 */
public final class TensorRtLog extends ILogger {
    private static final Logger LOG = LoggerFactory.getLogger(TensorRtLog.class);
    private static final String NOTHING = "TensorRT gave no reason";

    private final transient AtomicReference<String> lastError = new AtomicReference<>(NOTHING);

    @Override
    public void log(Severity severity, String message) {
        switch (severity.intern()) {
            case kINTERNAL_ERROR, kERROR -> {
                lastError.set(message.replaceAll("\\s+", " ").strip());
                LOG.debug("error: {}", message);
            }
            case kWARNING, kINFO -> LOG.debug("{}", message);
            default -> LOG.trace("{}", message);
        }
    }

    /** The error logged last, once; a sentence that there is none else. */
    public String takeError() {
        return lastError.getAndSet(NOTHING);
    }
}
