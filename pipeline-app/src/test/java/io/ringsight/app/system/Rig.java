package io.ringsight.app.system;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * Where the real parts that whole-system tests need are ({@code scripts/rig}, {@code ../shared}), and whether they are
 * there. A test whose part is missing is skipped; the reason names what would bring it.
 */
final class Rig {
    /** The repository. */
    static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    /** The model that is in the repository. */
    static final Path MODEL = ROOT.resolve("conf/models/pcb-defect.yaml");
    /** Where the rig's scripts keep what they fetched and what they write. */
    static final Path WORK = workFolder();

    private static final Path SCRIPTS = ROOT.resolve("scripts/rig");
    private static final String DEBIAN_PYTHON = "/usr/bin/python3";
    private static final Duration ASKING = Duration.ofSeconds(240);

    private Rig() {}

    /** Skips the test unless the RTSP cameras can be started. */
    static void needCameras() {
        assumeTrue(
                Files.isExecutable(Path.of(DEBIAN_PYTHON))
                        && Child.run(
                                        List.of(
                                                DEBIAN_PYTHON,
                                                "-c",
                                                "import gi; gi.require_version('GstRtspServer', '1.0');"
                                                        + " from gi.repository import GstRtspServer"),
                                        ASKING)
                                .succeeded(),
                "no GstRtspServer for " + DEBIAN_PYTHON + "; run scripts/rig/setup.sh rtsp");
    }

    /** Skips the test unless Kafka brokers and kcat are there. */
    static void needBrokers() {
        assumeTrue(
                Files.exists(WORK.resolve("kafka/lib/.complete")),
                "no Kafka broker in " + WORK + "; run scripts/rig/setup.sh kafka");
        needProgram("kcat", "kafka");
    }

    /** Skips the test unless Debian's ffmpeg (with x264 and x265), kcat and jq are there. */
    static void needObservers() {
        needProgram("kcat", "observers");
        needProgram("jq", "observers");
        needProgram("ffmpeg", "observers");
    }

    /** Skips the test unless there is a C compiler. */
    static void needCompiler() {
        needProgram("cc", "observers");
    }

    /** The Python that has what {@code scripts/model/requirements.txt} names; skips the test without it. */
    static Path needPython() {
        String named = System.getenv("RINGSIGHT_PYTHON");
        Path python = named == null ? WORK.resolve("python/bin/python") : Path.of(named);
        assumeTrue(Files.isExecutable(python), "no " + python + "; run scripts/rig/setup.sh python");
        return python;
    }

    /** Skips the test unless the machine with USB cameras is there. */
    static void needVm() {
        assumeTrue(Files.exists(WORK.resolve("vm/initrd.gz")), "no VM in " + WORK + "; run scripts/rig/setup.sh vm");
        needProgram("qemu-system-x86_64", "vm");
    }

    /** The folder of pictures, clips and models beside the repository; skips the test without it. */
    static Path needShared() {
        String named = System.getenv("RINGSIGHT_SHARED");
        Path shared = named == null ? ROOT.resolveSibling("shared") : Path.of(named);
        assumeTrue(Files.isDirectory(shared), "no ../shared beside the repository (RINGSIGHT_SHARED names another)");
        return shared;
    }

    /** A script or other file of the rig. */
    static String file(String name) {
        return SCRIPTS.resolve(name).toString();
    }

    /** FFmpeg's own {@code ffmpeg} program as the product carries it (no x264, no x265). */
    static String ffmpeg() {
        return Loader.load(org.bytedeco.ffmpeg.ffmpeg.class);
    }

    /** FFmpeg's own {@code ffprobe} program as the product carries it. */
    static String ffprobe() {
        return Loader.load(org.bytedeco.ffmpeg.ffprobe.class);
    }

    private static void needProgram(String name, String part) {
        boolean found = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        assumeTrue(found, "no " + name + " on the PATH; run scripts/rig/setup.sh " + part);
    }

    private static Path workFolder() {
        String named = System.getenv("RIG_WORK");
        String temporary = System.getenv().getOrDefault("TMPDIR", "/tmp");
        return named == null ? Path.of(temporary, "rig") : Path.of(named);
    }
}
