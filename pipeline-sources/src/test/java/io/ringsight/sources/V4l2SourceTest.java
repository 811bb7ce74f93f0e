package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** USB cameras: {@link V4l2Scenario} in the rig's virtual machine, with a real kernel and its test driver. */
@Tag("v4l2")
class V4l2SourceTest {
    private static final long LIMIT_S = 760;

    @TempDir
    Path job;

    @Test
    @Timeout(LIMIT_S + 30)
    void livesThroughAllThatUsbCamerasDo() throws IOException, InterruptedException {
        Path rig = Path.of(System.getProperty("ringsight.root"), "scripts/rig");
        String named = System.getenv("RIG_WORK");
        Path work = named != null ? Path.of(named) : Path.of(System.getProperty("java.io.tmpdir"), "rig");
        assumeTrue(Files.exists(work.resolve("vm/initrd.gz")), "no VM in " + work + "; run scripts/rig/setup.sh vm");

        Files.copy(rig.resolve("jobs/ringsight-v4l2.sh"), job.resolve("run.sh"));
        Files.write(job.resolve("class-path.txt"), classPath());
        Process vm = new ProcessBuilder(rig.resolve("run-vm.sh").toString(), job.toString())
                .redirectErrorStream(true)
                .redirectOutput(job.resolve("output.txt").toFile())
                .start();
        boolean ended = vm.waitFor(LIMIT_S, TimeUnit.SECONDS);
        vm.descendants().forEach(ProcessHandle::destroyForcibly);
        vm.destroyForcibly();
        String output = Files.readString(job.resolve("output.txt"));
        System.out.println(output);
        assertThat(ended).as(output).isTrue();
        assertThat(output).contains("SCENARIO PASSED");
        assertThat(vm.exitValue()).as(output).isZero();
    }

    /** What the scenario needs; the rest is large and slow to copy into the machine. */
    private static List<String> classPath() {
        return List.of(System.getProperty("java.class.path").split(":")).stream()
                .filter(entry -> entry.contains("pipeline-")
                        || entry.matches(
                                ".*/(javacpp|ffmpeg|jna|slf4j-api|logback-[a-z]+|HdrHistogram|assertj-core)-.*")
                        || entry.matches(".*/(byte-buddy|opentest4j|junit-jupiter-api|apiguardian-api).*"))
                .toList();
    }
}
