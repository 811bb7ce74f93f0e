package io.ringsight.core.infer.tensorrt.lib;

import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.infer.cuda.CudaDevices;
import io.ringsight.core.infer.cuda.MissingLibrary;
import java.io.IOException;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvonnxparser;

/** The process's one TensorRT. */
public final class TensorRt {
    private static final int MAJOR = 10_000;
    private static final int MINOR = 100;
    /** JavaCPP's switch, asked whenever one of its classes is initialised. */
    private static final String LOAD_LIBRARIES = "org.bytedeco.javacpp.loadLibraries";

    private TensorRt() {}

    /**
     * Why TensorRT cannot be used, in one sentence with the cure; empty if it can. Only to be asked when
     * {@link CudaDevices#probe()} found a device: without one TensorRT hands out pointers that end the process.
     */
    public static String problem() {
        return Library.PROBLEM;
    }

    /** Version of the library, e.g. {@code 10.6.0}. */
    public static String version() {
        return text(nvinfer.getInferLibVersion());
    }

    /**
     * Why no engine can be built for {@code device}, in one sentence with the cure; empty if one can. Only to be asked
     * when there is no {@link #problem()}.
     */
    public static String builderProblem(CudaDevice device) {
        return BuilderResource.problem(device, nvinfer.getInferLibVersion());
    }

    /**
     * Whether the library is exactly of the version whose headers the bindings were made of: what we know of the layout of
     * its objects, we know of that version alone.
     */
    static boolean isAsBound() {
        return nvinfer.getInferLibVersion() == nvinfer.NV_TENSORRT_VERSION();
    }

    /** The version the bindings were made of, e.g. {@code 10.6.0}. */
    static String boundVersion() {
        return text(nvinfer.NV_TENSORRT_VERSION());
    }

    /** Where TensorRT logs to. */
    public static TensorRtLog log() {
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
                BuilderResource.prepare();
                initialize("cublas", "cudnn");
                int found = nvinfer.getInferLibVersion();
                int wanted = nvinfer.NV_TENSORRT_VERSION();
                if (found / MAJOR != wanted / MAJOR || found / MINOR < wanted / MINOR) {
                    return "TensorRT " + wanted / MAJOR + ", from " + text(wanted)
                            + " on, is needed, but libnvinfer is of" + " version " + text(found)
                            + ": build with 'mvn -Pgpu package', or install that";
                }
                nvonnxparser.getNvOnnxParserVersion();
                return "";
            } catch (LinkageError e) {
                return MissingLibrary.sentence(e);
            } catch (IOException e) {
                return "TensorRT's libraries cannot be unpacked: " + e.getMessage();
            }
        }

        /**
         * Initialises classes the binding of TensorRT names without their libraries, which TensorRT 10 does not use: so
         * nobody needs to have these. Other libraries must not be loaded meanwhile: this runs while the backend is
         * opened, before there are cameras.
         */
        private static void initialize(String... classes) {
            String before = System.setProperty(LOAD_LIBRARIES, "false");
            try {
                for (String name : classes) {
                    Class.forName("org.bytedeco.cuda.global." + name);
                }
            } catch (ClassNotFoundException e) {
                throw new NoClassDefFoundError(e.getMessage());
            } finally {
                if (before == null) {
                    System.clearProperty(LOAD_LIBRARIES);
                } else {
                    System.setProperty(LOAD_LIBRARIES, before);
                }
            }
        }
    }
}
