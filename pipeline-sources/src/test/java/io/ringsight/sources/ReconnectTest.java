package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link ReconnectScenario} in a process of its own, whose heap is as large from the start as it gets. */
@Tag("fault")
class ReconnectTest {
    private static final long LIMIT_S = 240;

    @TempDir
    Path folder;

    @Test
    @Timeout(LIMIT_S + 30)
    void leavesNothingBehindInAThousandReconnectsAndAThousandCameras() throws Exception {
        Path video = Clips.encode(folder.resolve("video.h264"), 5, "160x120", "-c:v", "libopenh264", "-f", "h264");
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        // the JVM's own compiler threads come and go otherwise, and are counted with ours
                        "-XX:-UseDynamicNumberOfCompilerThreads",
                        "-Xms64m",
                        "-Xmx64m",
                        "-XX:+AlwaysPreTouch",
                        "-Dlogback.configurationFile=" + quiet(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ReconnectScenario.class.getName(),
                        video.toString()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // with an arena a thread, which thread met which arena moves the process's size by as much as is tested for
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        Process scenario = builder.start();
        boolean ended = scenario.waitFor(LIMIT_S, TimeUnit.SECONDS);
        scenario.destroyForcibly();
        String text = Files.readString(output);
        System.out.println(text);
        assertThat(ended).as(text).isTrue();
        assertThat(text).contains("SCENARIO PASSED");
    }

    private Path quiet() throws java.io.IOException {
        return Files.writeString(folder.resolve("quiet.xml"), "<configuration><root level=\"OFF\"/></configuration>");
    }
}
