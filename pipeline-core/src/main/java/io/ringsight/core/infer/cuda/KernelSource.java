package io.ringsight.core.infer.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A CUDA source file of the class path, compiled by NVRTC to machine code (a CUBIN) for one architecture. Never to PTX:
 * a driver older than NVRTC refuses PTX, but runs a CUBIN of its own GPU.
 */
final class KernelSource {
    private static final Logger LOG = LoggerFactory.getLogger(KernelSource.class);
    private static final int DIGEST_BYTES = 32;

    private final String name;
    private final String text;

    private KernelSource(String name, String text) {
        this.name = name;
        this.text = text;
    }

    /** Reads {@code name} beside this class. */
    static KernelSource of(String name) {
        try (InputStream stream = KernelSource.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return new KernelSource(name, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The machine code: from {@code cache} if it was compiled before from the same source by the same NVRTC, else
     * compiled and kept there. A file that is cut off or was written by others is compiled again.
     *
     * @param architecture e.g. {@code sm_75}
     * @param cache a directory, made when missing
     * @throws CudaFailure if it does not compile
     */
    byte[] cubin(String architecture, Path cache) {
        String version = version();
        String key = HexFormat.of()
                .formatHex(
                        sha256((text + '\0' + architecture + '\0' + version).getBytes(StandardCharsets.UTF_8)), 0, 8);
        Path file = cache.resolve(name.replace(".cu", "") + "-" + architecture + "-" + key + ".cubin");
        byte[] kept = read(file);
        if (kept != null) {
            return kept;
        }
        byte[] made = compile(architecture);
        write(file, made);
        return made;
    }

    /** NVRTC's version, e.g. {@code 13.3}. */
    static String version() {
        int[] major = new int[1];
        int[] minor = new int[1];
        check(nvrtc.nvrtcVersion(major, minor), "nvrtcVersion", "");
        return major[0] + "." + minor[0];
    }

    /** The code behind its own digest, or null if the file is not there or not as it was written. */
    private static byte[] read(Path file) {
        try {
            byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
            if (bytes.length <= DIGEST_BYTES) {
                return null;
            }
            byte[] code = Arrays.copyOfRange(bytes, DIGEST_BYTES, bytes.length);
            return Arrays.equals(sha256(code), Arrays.copyOf(bytes, DIGEST_BYTES)) ? code : null;
        } catch (IOException e) {
            return null; // compiled again, and the next write says what is wrong
        }
    }

    private static void write(Path file, byte[] code) {
        try {
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), "letterbox", ".part");
            byte[] bytes = Arrays.copyOf(sha256(code), DIGEST_BYTES + code.length);
            System.arraycopy(code, 0, bytes, DIGEST_BYTES, code.length);
            Files.write(part, bytes);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("{} cannot be kept and will be compiled again at the next start: {}", file, e.toString());
        }
    }

    private byte[] compile(String architecture) {
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer source = new BytePointer(text);
                BytePointer sourceName = new BytePointer(name);
                BytePointer target = new BytePointer("--gpu-architecture=" + architecture);
                PointerPointer<BytePointer> options = new PointerPointer<BytePointer>(1).put(0, target)) {
            check(
                    nvrtc.nvrtcCreateProgram(
                            program, source, sourceName, 0, (PointerPointer<?>) null, (PointerPointer<?>) null),
                    "nvrtcCreateProgram",
                    "");
            try {
                int result = nvrtc.nvrtcCompileProgram(program, 1, options);
                check(
                        result,
                        "nvrtcCompileProgram",
                        result == 0 ? "" : name + " for " + architecture + ": " + log(program));
                return code(program);
            } finally {
                nvrtc.nvrtcDestroyProgram(program);
            }
        }
    }

    private static byte[] code(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check(nvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize", "");
            byte[] code = new byte[Math.toIntExact(size.get())];
            check(nvrtc.nvrtcGetCUBIN(program, code), "nvrtcGetCUBIN", "");
            return code;
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            if (nvrtc.nvrtcGetProgramLogSize(program, size) != nvrtc.NVRTC_SUCCESS || size.get() < 1) {
                return "";
            }
            byte[] text = new byte[Math.toIntExact(size.get())];
            nvrtc.nvrtcGetProgramLog(program, text);
            return new String(text, StandardCharsets.UTF_8).replace('\0', ' ').strip();
        }
    }

    /** NVRTC has codes of its own: they are negative in the failure. */
    private static void check(int code, String call, String detail) {
        if (code == nvrtc.NVRTC_SUCCESS) {
            return;
        }
        try (BytePointer text = nvrtc.nvrtcGetErrorString(code)) {
            String error = text == null || text.isNull() ? "error " + code : text.getString();
            throw new CudaFailure(call, -code, detail.isEmpty() ? error : error + ": " + detail);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
