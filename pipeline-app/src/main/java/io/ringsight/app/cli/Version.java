package io.ringsight.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The program's version and what it was built from, as the build wrote it down. */
public final class Version implements IVersionProvider {
    /** The version, e.g. {@code 0.1.0}. */
    public static String current() {
        return read().getProperty("version");
    }

    private static Properties read() {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    @Override
    public String[] getVersion() {
        Properties built = read();
        return new String[] {
            "ringsight " + built.getProperty("version") + " (commit " + built.getProperty("commit") + ")",
            "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            "FFmpeg " + library(built, "ffmpeg") + " (LGPL), ONNX Runtime " + library(built, "onnxruntime")
                    + ", OpenCV " + library(built, "opencv") + ", binding of TensorRT " + library(built, "tensorrt")
        };
    }

    /** The library's own version: JavaCPP's artifacts add their release to it, {@code 8.1.2-1.5.14}. */
    private static String library(Properties built, String name) {
        return built.getProperty(name).replaceFirst("-.*", "");
    }
}
