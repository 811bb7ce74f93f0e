package io.ringsight.app.natives;

import java.util.Arrays;
import java.util.Optional;

/** The machines that Ringsight's native libraries are made for, and what each library calls them. */
public enum Platform {
    X86_64("amd64", "x86_64-linux-gnu", "linux-x86_64", "linux/amd64", "linux-x86-64", "x86_64", "linux-x64"),
    ARM64("aarch64", "aarch64-linux-gnu", "linux-arm64", "linux/aarch64", "linux-aarch64", "aarch64", "linux-aarch64");

    private final String java;
    private final String debian;
    private final String javaCpp;
    private final String zstd;
    private final String jna;
    private final String snappy;
    private final String onnxRuntime;

    Platform(String java, String debian, String javaCpp, String zstd, String jna, String snappy, String onnxRuntime) {
        this.java = java;
        this.debian = debian;
        this.javaCpp = javaCpp;
        this.zstd = zstd;
        this.jna = jna;
        this.snappy = snappy;
        this.onnxRuntime = onnxRuntime;
    }

    /** This machine; empty where nothing is made for it. */
    public static Optional<Platform> here() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static Optional<Platform> of(String system, String architecture) {
        return Arrays.stream(values())
                .filter(platform -> system.equals("Linux") && platform.java.equals(architecture))
                .findFirst();
    }

    /** Where Debian and Ubuntu keep its libraries. */
    public String systemDirectory() {
        return "/usr/lib/" + debian;
    }

    /** The folder in the jars of JavaCPP's presets, such as linux-x86_64. */
    public String javaCpp() {
        return javaCpp;
    }

    String zstdFolder() {
        return zstd + "/";
    }

    String jnaFolder() {
        return "com/sun/jna/" + jna + "/";
    }

    String snappyFolder() {
        return "org/xerial/snappy/native/Linux/" + snappy + "/";
    }

    String onnxRuntimeFolder() {
        return "ai/onnxruntime/native/" + onnxRuntime + "/";
    }
}
