package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file read as fast as possible gives exactly one message for each frame that {@code ffprobe} counts, in order: all
 * files of a test at the same time, as sources of one daemon.
 */
class EveryFrameOfAFileTest {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration ENCODING = Duration.ofSeconds(240);
    private static final int FRAMES = 50;

    @TempDir
    private Path folder;

    @Test
    void ofTheCodecsOurOwnFfmpegWrites() throws IOException {
        List<Path> clips = List.of(
                encode(Rig.ffmpeg(), "h264.mp4", "-c:v libopenh264 -pix_fmt yuv420p"),
                encode(Rig.ffmpeg(), "av1.mkv", "-c:v libsvtav1 -preset 10 -pix_fmt yuv420p"),
                encode(Rig.ffmpeg(), "av1-10bit.mkv", "-c:v libsvtav1 -preset 10 -pix_fmt yuv420p10le"),
                encode(Rig.ffmpeg(), "mjpeg.avi", "-c:v mjpeg -pix_fmt yuvj422p"),
                encode(Rig.ffmpeg(), "yuyv.avi", "-c:v rawvideo -pix_fmt yuyv422"));
        everyFrameIsInAMessage(clips);
    }

    @Test
    void ofTheCodecsCamerasUse() throws IOException {
        Rig.needObservers();
        List<Path> clips = List.of(
                encode("ffmpeg", "h264-b-frames.mp4", "-c:v libx264 -bf 3 -pix_fmt yuv420p"),
                encode("ffmpeg", "h264-10bit.mkv", "-c:v libx264 -pix_fmt yuv420p10le"),
                encode("ffmpeg", "h265.mp4", "-c:v libx265 -preset fast -pix_fmt yuv420p -x265-params log-level=none"),
                encode("ffmpeg", "h265-10bit.mkv", "-c:v libx265 -preset fast -pix_fmt yuv420p10le"));
        everyFrameIsInAMessage(clips);
    }

    @Test
    @Tag("shared")
    void ofAStreetCamera() throws IOException {
        everyFrameIsInAMessage(List.of(Rig.needShared().resolve("data/clips/street-vehicles.mp4")));
    }

    private void everyFrameIsInAMessage(List<Path> clips) throws IOException {
        Path messages = folder.resolve("messages.jsonl");
        try (Child daemon = Ringsight.daemon(folder, configuration(clips, messages))) {
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
        List<String> lines = Files.readAllLines(messages);
        for (Path clip : clips) {
            String id = idOf(clip);
            Account account = Account.of(lines, id);
            assertThat(account.frames()).as(id).hasSize(framesOf(clip));
            assertThat(account.lost()).as("lost of " + id).isEmpty();
            List<Long> times = account.frames().stream()
                    .map(frame -> frame.integer("ptsNs"))
                    .toList();
            assertThat(times).as("times of " + id).isSorted().doesNotHaveDuplicates();
        }
    }

    private static String configuration(List<Path> clips, Path messages) {
        Yaml yaml = new Yaml().jsonl(messages);
        clips.forEach(clip -> yaml.source(idOf(clip), "file:" + clip, ""));
        return yaml.text();
    }

    private Path encode(String ffmpeg, String name, String how) {
        Path clip = folder.resolve(name);
        List<String> command = new ArrayList<>(List.of(ffmpeg, "-nostdin", "-v", "error", "-f", "lavfi"));
        command.addAll(List.of("-i", "testsrc2=size=322x242:rate=25", "-frames:v", Integer.toString(FRAMES)));
        command.addAll(Stream.of(how.split(" ")).toList());
        command.add(clip.toString());
        Child.output(command, ENCODING);
        return clip;
    }

    private static int framesOf(Path clip) {
        String counted = Child.output(
                List.of(
                        Rig.ffprobe(),
                        "-v",
                        "error",
                        "-count_frames",
                        "-select_streams",
                        "v:0",
                        "-show_entries",
                        "stream=nb_read_frames",
                        "-of",
                        "csv=p=0",
                        clip.toString()),
                ENCODING);
        return Integer.parseInt(counted.strip());
    }

    private static String idOf(Path clip) {
        return clip.getFileName().toString();
    }
}
