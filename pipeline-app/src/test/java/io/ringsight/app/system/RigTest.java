package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts that stand in for the world work by themselves: who fails here need not look at the daemon. */
class RigTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);

    @TempDir
    private Path folder;

    @Test
    @Tag("rtsp")
    void cameraServesPicturesAfterItIsFrozenAndThawed() {
        Rig.needCameras();
        try (RigCamera camera = new RigCamera(folder, "--cam", "h264:/cam1", "--size", "320x240")) {
            camera.freeze();
            camera.thaw();
            assertThat(Child.output(
                            List.of(
                                    Rig.ffprobe(),
                                    "-v",
                                    "error",
                                    "-rtsp_transport",
                                    "tcp",
                                    "-show_entries",
                                    "stream=codec_name,width,height",
                                    "-of",
                                    "csv=p=0",
                                    camera.uri("/cam1")),
                            LIMIT))
                    .contains("h264,320,240");
        }
    }

    @Test
    @Tag("kafka")
    void brokerKeepsItsRecordsWhenItIsKilled() {
        Rig.needBrokers();
        try (RigBroker broker = new RigBroker().start()) {
            Child.output(
                    List.of("bash", "-c", "echo hello | kcat -P -b " + broker.bootstrapServers() + " -t greetings"),
                    LIMIT);
            broker.kill();
            broker.start();
            assertThat(broker.read("greetings")).containsExactly("hello");
        }
    }

    @Test
    @Tag("v4l2")
    void machineWithUsbCamerasGivesPictures() {
        Rig.needVm();
        Child.Finished job =
                Child.run(List.of(Rig.file("run-vm.sh"), Rig.file("jobs/hello.sh")), Duration.ofMinutes(3));
        assertThat(job.succeeded()).as(job.out()).isTrue();
        assertThat(job.out()).contains("30 frames");
    }
}
