package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.cuda.CudaDevices;
import io.ringsight.core.infer.cuda.MissingLibrary;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvonnxparser;

/** The process's one TensorRT. */
public final class TensorRt {
    private static final int MAJOR = 10_000;
    private static final int MINOR = 100;

    private TensorRt() {}

    /**
     * Why TensorRT cannot be used, in one sentence with the cure; empty if it can. Only to be asked when
     * {@link CudaDevices#probe()} found a device: without one TensorRT hands out pointers that end the process.
     */
    public static String problem() {
        return Library.PROBLEM;
    }

    /** Version of the library, e.g. {@code 11.2.1}. */
    public static String version() {
        return text(nvinfer.getInferLibVersion());
    }

    /** Where TensorRT logs to. */
    static TensorRtLog log() {
        return Library.LOG;
    }

    static String text(int version) {
        return version / MAJOR + "." + version % MAJOR / MINOR + "." + version % MINOR;
    }

    /** The libraries, loaded once. */
    private static final class Library {
        /** Why they cannot be used, empty if they can. */
        static final String PROBLEM = load();

        static final TensorRtLog LOG = PROBLEM.isEmpty() ? new TensorRtLog() : null;

        private static String load() {
            try {
                int found = nvinfer.getInferLibVersion();
                int wanted = nvinfer.NV_TENSORRT_VERSION();
                if (found / MAJOR != wanted / MAJOR) {
                    return "TensorRT " + wanted / MAJOR + " is needed, but libnvinfer is of version " + text(found)
                            + ": build with 'mvn -Pgpu package', or install TensorRT " + wanted / MAJOR;
                }
                nvonnxparser.getNvOnnxParserVersion();
                return "";
            } catch (LinkageError e) {
                return MissingLibrary.sentence(e);
            }
        }
    }
}
