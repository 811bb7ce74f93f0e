package io.ringsight.app.tools.doctor;

import io.ringsight.app.natives.NativeLibraries;
import io.ringsight.app.tools.detect.PaintingTrial;
import io.ringsight.core.infer.cuda.CudaDevices;
import io.ringsight.core.infer.onnx.OnnxRuntimeVersion;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.FfmpegLibraries;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Looks what can run on this machine, by trying it. */
public final class Doctor {
    private Doctor() {}

    /** All there is to know, in the order to print it. */
    public static List<Finding> examine() {
        List<Finding> findings = new ArrayList<>();
        findings.add(Machine.processor());
        findings.add(Machine.memory());
        findings.add(Machine.java());
        findings.add(libraryCache());
        findings.add(attempt("ONNX Runtime", OnnxRuntimeVersion::current));
        findings.add(attempt("FFmpeg", FfmpegLibraries::version));
        findings.add(attempt("RTSP", Doctor::rtsp));
        findings.add(attempt("OpenCV", PaintingTrial::run));
        findings.add(Cameras.v4l2());
        CudaDevices gpus = CudaDevices.probe();
        findings.add(Nvidia.cuda(gpus));
        findings.add(Nvidia.tensorRt(gpus));
        findings.add(Nvidia.decoder(gpus));
        return findings;
    }

    /** Native libraries are unpacked before they are loaded, so this comes before all that load one. */
    private static Finding libraryCache() {
        try {
            return Machine.libraryCache(NativeLibraries.prepare());
        } catch (IOException e) {
            return Finding.missing("library cache", e.getMessage());
        }
    }

    private static String rtsp() {
        try {
            return FfmpegLibraries.rtsp(Clock.system());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Tries something; why it does not work is an answer, not a failure of this program. */
    private static Finding attempt(String name, Supplier<String> trial) {
        try {
            return Finding.usable(name, trial.get());
        } catch (IllegalStateException e) {
            return Finding.missing(name, e.getMessage());
        } catch (LinkageError | RuntimeException e) {
            return Finding.missing(name, "does not load: " + Packages.advise(why(e)));
        }
    }

    private static String why(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null && inner.getCause() != inner) {
            inner = inner.getCause();
        }
        return String.valueOf(inner.getMessage()).lines().findFirst().orElse(inner.toString());
    }
}
