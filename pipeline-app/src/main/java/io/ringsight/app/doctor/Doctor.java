package io.ringsight.app.doctor;

import io.ringsight.core.infer.cuda.CudaDevices;
import io.ringsight.core.infer.onnx.OnnxRuntimeVersion;
import io.ringsight.sources.FfmpegLibraries;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;

/** Looks what can run on this machine, by trying it. */
public final class Doctor {
    private Doctor() {}

    /** All there is to know, in the order to print it. */
    public static List<Finding> examine() {
        List<Finding> findings = new ArrayList<>();
        findings.add(Machine.processor());
        findings.add(Machine.memory());
        findings.add(Machine.java());
        findings.add(attempt("ONNX Runtime", OnnxRuntimeVersion::current));
        findings.add(attempt("FFmpeg", FfmpegLibraries::version));
        findings.add(attempt("OpenCV", Doctor::openCv));
        findings.add(Machine.scratch());
        findings.add(Cameras.v4l2());
        CudaDevices gpus = CudaDevices.probe();
        findings.add(Nvidia.cuda(gpus));
        findings.add(Nvidia.tensorRt(gpus));
        findings.add(Nvidia.decoder(gpus));
        return findings;
    }

    private static String openCv() {
        Loader.load(opencv_core.class);
        return opencv_core.CV_VERSION;
    }

    /** Loads a library; why it does not load is an answer, not a failure of this program. */
    private static Finding attempt(String name, Supplier<String> version) {
        try {
            return Finding.usable(name, version.get());
        } catch (LinkageError | RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return Finding.missing(
                    name,
                    "does not load: "
                            + String.valueOf(cause.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse(cause.toString()));
        }
    }
}
