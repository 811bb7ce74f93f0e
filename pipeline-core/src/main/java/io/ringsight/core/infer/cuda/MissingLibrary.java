package io.ringsight.core.infer.cuda;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a person must do about a native library that cannot be loaded. */
public final class MissingLibrary {
    private static final Pattern NAME = Pattern.compile("(lib[\\w.+-]*\\.so[\\d.]*): cannot open shared object file");

    private MissingLibrary() {}

    /** One sentence: what is missing and the cure. The linker's own words are often in the error's cause only. */
    public static String sentence(LinkageError error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            Matcher matcher = NAME.matcher(String.valueOf(cause.getMessage()));
            if (matcher.find()) {
                return matcher.group(1) + " is not on this machine: " + cure(matcher.group(1));
            }
        }
        return "CUDA's libraries cannot be loaded: "
                + String.valueOf(error.getMessage()).replaceAll("\\s+", " ");
    }

    private static String cure(String library) {
        if (library.startsWith("libcuda.") || library.startsWith("libnvidia-ml.")) {
            return "install the NVIDIA driver (580 or newer)";
        }
        return "build with 'mvn -Pgpu package', or install CUDA 13 and TensorRT 10";
    }
}
