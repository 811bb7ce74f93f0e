package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;

/** The process's one ONNX Runtime and the options our sessions run with. */
final class OnnxRuntime {
    private OnnxRuntime() {}

    /** Made by the first call, never closed: ONNX Runtime allows one a process. Its own log stays silent. */
    static OrtEnvironment environment() {
        return Holder.ENVIRONMENT;
    }

    /** Made when first asked for. */
    private static final class Holder {
        static final OrtEnvironment ENVIRONMENT = make();

        private static OrtEnvironment make() {
            Telemetry.switchOff();
            // Every failure reaches us as an exception; what the runtime prints besides would only repeat it.
            return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "ringsight");
        }
    }

    /**
     * Options of a lane's session. One thread: lanes beside each other use the cores better than threads within one.
     * No spinning: a waiting thread must not take a core from a decoder.
     */
    static SessionOptions laneOptions() throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        options.setExecutionMode(ExecutionMode.SEQUENTIAL);
        options.setOptimizationLevel(OptLevel.ALL_OPT);
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
        options.addConfigEntry("session.inter_op.allow_spinning", "0");
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        return options;
    }

    /** Options for looking into a file: nothing is optimised, so opening is quick. */
    static SessionOptions readerOptions() throws OrtException {
        SessionOptions options = laneOptions();
        options.setOptimizationLevel(OptLevel.NO_OPT);
        return options;
    }
}
