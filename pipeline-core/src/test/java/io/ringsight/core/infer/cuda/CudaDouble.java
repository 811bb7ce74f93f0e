package io.ringsight.core.infer.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BytePointer;
import org.opentest4j.TestAbortedException;

/**
 * The CPU double of CUDA and TensorRT in {@code src/test/native}: builds it with g++, loads it into this JVM below the
 * unmodified JavaCPP libraries, and steers it. There is one in a JVM, loaded for good.
 *
 * <p>Takes effect only where no class of the presets has been used before. A child process gets it by
 * {@link #environment}.
 */
public final class CudaDouble {
    /** Why a test cannot run: names the part to set up. */
    private static final String NO_COMPILER = "no g++ on this machine: run scripts/rig/setup.sh gpu-double";

    /** The builder's kernels, without which no engine can be built. */
    public static final String BUILDER_RESOURCE = "builder/libnvinfer_builder_resource.so.10.6.0";

    private static final List<String> LIBRARIES = List.of(
            "libcuda.so.1",
            "libcudart.so.13",
            "libnvrtc.so.13",
            BUILDER_RESOURCE,
            "libnvinfer.so.10",
            "libnvinfer_plugin.so.10",
            "libnvonnxparser.so.10");

    /**
     * One operation a device carried out.
     *
     * @param kind copy-in, copy-out, copy-device, set, kernel or network
     * @param queuedNs when it was enqueued, began and ended, on {@code System.nanoTime}'s clock
     * @param rows rows of a network's batch, else 0
     * @param sequence place within its stream
     */
    public record Span(
            int device,
            int stream,
            String kind,
            long queuedNs,
            long startNs,
            long endNs,
            long bytes,
            int rows,
            long sequence,
            String name) {
        boolean is(String wanted) {
            return kind.equals(wanted);
        }
    }

    private static final class Holder {
        static final CudaDouble LOADED = new CudaDouble();
    }

    private CudaDouble() {
        Path folder = build();
        for (String library : LIBRARIES) {
            System.load(folder.resolve(library).toString());
        }
    }

    /**
     * The double of this JVM, loaded at the first call, as it is at the start: one device, no delays, nothing recorded.
     *
     * @throws TestAbortedException where it cannot be built on this machine
     */
    public static CudaDouble load() {
        CudaDouble loaded = Holder.LOADED;
        String problem = loaded.command("set devices=1 delay=0 memory=8589934592 memo=1 sticky=0 trt=100600 buildms=0"
                + " network=0 shuffle=1 timeline=1 cc=90 lastcc=0 hang=0 check=1 fail=0 name=");
        if (!problem.isEmpty()) {
            throw new IllegalStateException(problem);
        }
        loaded.reset();
        return loaded;
    }

    /** Builds the libraries where they are not up to date, and says where they are. */
    public static synchronized Path build() {
        Path core = Path.of(System.getProperty("ringsight.root"), "pipeline-core");
        Path folder = core.resolve("target/cuda-double");
        if (!onPath("g++")) {
            throw new TestAbortedException(NO_COMPILER);
        }
        try {
            Files.createDirectories(folder);
            run(List.of(
                    "bash",
                    core.resolve("src/test/native/build.sh").toString(),
                    folder.toString(),
                    core.resolve("src/main/resources/io/ringsight/core/infer/cuda/letterbox.cu")
                            .toString()));
            extractOnnxRuntime(folder.resolve("libonnxruntime.so"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    /**
     * What a child process needs in its environment to run on the double.
     *
     * @param report file that the child writes at its end: seed, number of calls, reports, leaks, calls by name
     */
    public static Map<String, String> environment(Path report) {
        Path folder = build();
        StringBuilder preload = new StringBuilder();
        for (String library : LIBRARIES) {
            preload.append(preload.length() == 0 ? "" : ":").append(folder.resolve(library));
        }
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("LD_PRELOAD", preload.toString());
        environment.put("RINGSIGHT_CUDA_DOUBLE_REPORT", report.toString());
        return environment;
    }

    /** Sets {@code key=value ...}; the keys stand in {@code src/test/native/README.md}. */
    public CudaDouble set(String settings) {
        String problem = command("set " + settings);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(problem);
        }
        return this;
    }

    /** Forgets reports, calls, timeline, sticky errors and planned failures; begins the seed's delays again. */
    public void reset() {
        command("reset");
    }

    /** What was done wrong, as {@code kind: sentence}. */
    public List<String> reports() {
        return command("reports").lines().toList();
    }

    /** What lives now, by kind; empty where everything was given back. */
    public List<String> leaks() {
        return command("leaks").lines().toList();
    }

    /** Calls by function since the last {@link #reset}. */
    public Map<String, Long> calls() {
        return numbers("calls");
    }

    /** Live bytes of device and pinned memory, and live objects. */
    public Map<String, Long> totals() {
        return numbers("totals");
    }

    /** Calls since the last {@link #reset} that could have been made to fail. */
    public long callNumber() {
        return Long.parseLong(command("number"));
    }

    /** The call that was made to fail; empty where none was. */
    public String failedCall() {
        return command("failed");
    }

    /** Puts a device into an error it does not recover from. */
    public void breakDevice(int device, int code) {
        command("sticky " + device + " " + code);
    }

    /** What the devices did since the last {@link #reset}, in the order it ended. */
    public List<Span> timeline() {
        List<Span> spans = new ArrayList<>();
        for (String line : command("timeline").lines().toList()) {
            String[] f = line.split(" ", 10);
            spans.add(new Span(
                    Integer.parseInt(f[0]),
                    Integer.parseInt(f[1]),
                    f[2],
                    Long.parseLong(f[3]),
                    Long.parseLong(f[4]),
                    Long.parseLong(f[5]),
                    Long.parseLong(f[6]),
                    Integer.parseInt(f[7]),
                    Long.parseLong(f[8]),
                    f[9]));
        }
        return spans;
    }

    private Map<String, Long> numbers(String verb) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (String line : command(verb).lines().toList()) {
            int space = line.lastIndexOf(' ');
            numbers.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        }
        return numbers;
    }

    private synchronized String command(String text) {
        try (BytePointer request = new BytePointer(text, StandardCharsets.UTF_8)) {
            BytePointer answer = new BytePointer(1 << 16);
            long bytes = command(request.address(), answer.address(), answer.capacity());
            if (bytes < 0) {
                answer.close();
                answer = new BytePointer(-bytes);
                bytes = command(0, answer.address(), answer.capacity());
            }
            byte[] copy = new byte[(int) bytes];
            answer.get(copy);
            answer.close();
            return new String(copy, StandardCharsets.UTF_8);
        }
    }

    private static native long command(long request, long answer, long capacity);

    private static boolean onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException("the CUDA double does not build:\n" + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void extractOnnxRuntime(Path to) throws IOException {
        if (Files.exists(to)) {
            return;
        }
        String resource = "/ai/onnxruntime/native/linux-x64/libonnxruntime.so";
        Path part = Files.createTempFile(to.getParent(), "onnxruntime", ".part");
        try (InputStream in = CudaDouble.class.getResourceAsStream(resource)) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
    }
}
