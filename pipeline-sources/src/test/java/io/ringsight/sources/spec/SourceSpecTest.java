package io.ringsight.sources.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSettings.Format;
import io.ringsight.sources.spec.SourceSettings.Limits;
import io.ringsight.sources.spec.SourceSettings.Login;
import io.ringsight.sources.spec.SourceSettings.Tls;
import io.ringsight.sources.spec.SourceSpec.Pace;
import io.ringsight.sources.spec.SourceSpec.Transport;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a source's URI and settings mean, and what is said of wrong ones. */
class SourceSpecTest {
    @Test
    void takesCredentialsOutOfAnRtspUri() {
        SourceSpec.Rtsp spec = (SourceSpec.Rtsp) SourceSpec.parse("RTSP://us%40er:p%3Aw%2F@cam.local:8554/a/b?x=1&y=2");
        assertThat(spec.url()).isEqualTo("rtsp://cam.local:8554/a/b?x=1&y=2");
        assertThat(spec.username()).isEqualTo("us@er");
        assertThat(spec.password()).isEqualTo("p:w/");
        assertThat(spec.transport()).isEqualTo(Transport.AUTO);
        assertThat(spec.tlsVerify()).isTrue();
        assertThat(spec.isTls()).isFalse();
        assertThat(spec.timeouts().stallMs()).isEqualTo(3000);
        assertThat(spec.toString()).isEqualTo("rtsp://***:***@cam.local:8554/a/b?x=1&y=2");
    }

    @Test
    void readsIpv6AndPlainHosts() {
        assertThat(((SourceSpec.Rtsp) SourceSpec.parse("rtsp://[fe80::1]:554/s")).url())
                .isEqualTo("rtsp://[fe80::1]:554/s");
        assertThat(((SourceSpec.Rtsp) SourceSpec.parse("rtsps://10.0.0.7")).isTls())
                .isTrue();
    }

    @Test
    void readsAllRtspSettings() {
        SourceSettings settings = new SourceSettings(
                "udp",
                new Login("admin", "secret"),
                new Tls(false, "ca.pem"),
                Format.NONE,
                new Limits(2000L, 700L, 9000L, 0L),
                Map.of("max_delay", "0"));
        SourceSpec.Rtsp spec = (SourceSpec.Rtsp) SourceSpec.parse("rtsps://cam/stream", settings);
        assertThat(spec.transport()).isEqualTo(Transport.UDP);
        assertThat(spec.username()).isEqualTo("admin");
        assertThat(spec.password()).isEqualTo("secret");
        assertThat(spec.tlsVerify()).isFalse();
        assertThat(spec.caFile()).isEqualTo(Path.of("ca.pem"));
        assertThat(spec.timeouts()).isEqualTo(new SourceSpec.Timeouts(2000, 700, 9000, 0));
        assertThat(spec.options()).containsExactly(Map.entry("max_delay", "0"));
        assertThat(spec.toString() + settings).doesNotContain("secret");
    }

    @Test
    void readsV4l2() {
        SourceSettings settings = SourceSettings.NONE.with(new Format("1280x720", "30000/1001", "mjpeg"));
        SourceSpec.V4l2 spec = (SourceSpec.V4l2) SourceSpec.parse("v4l2:/dev/v4l/by-id/usb-cam-index0", settings);
        assertThat(spec.device()).isEqualTo("/dev/v4l/by-id/usb-cam-index0");
        assertThat(spec.videoSize()).isEqualTo("1280x720");
        assertThat(spec.inputFormat()).isEqualTo("mjpeg");
        assertThat(SourceSpec.parse("/dev/video0").uri()).isEqualTo("v4l2:/dev/video0");
    }

    @ParameterizedTest
    @CsvSource({
        "file:clip.mp4, clip.mp4, false, ASAP",
        "file:clip.mp4?loop, clip.mp4, true, ASAP",
        "file:a b%20.mp4?loop=true&pace=realtime, a b%20.mp4, true, REALTIME",
        "file:/data/clip.mp4?pace=asap&loop=false, /data/clip.mp4, false, ASAP",
        "file:///data/a%20b.mp4, /data/a b.mp4, false, ASAP",
        "file://localhost/c.jpg?pace=realtime, /c.jpg, false, REALTIME",
    })
    void readsFiles(String uri, String path, boolean loop, Pace pace) {
        assertThat(SourceSpec.parse(uri)).isEqualTo(new SourceSpec.Recording(Path.of(path), loop, pace, Map.of()));
    }

    @Test
    void readsSyntheticScenesWithTheirParametersInOrder() {
        SourceSpec.Synthetic spec = (SourceSpec.Synthetic) SourceSpec.parse("synthetic:pcb?width=320&fps=2");
        assertThat(spec.scene()).isEqualTo("pcb");
        assertThat(spec.parameters()).containsExactly(Map.entry("width", "320"), Map.entry("fps", "2"));
    }

    @Test
    void namesTheKindsItKnows() {
        assertThatThrownBy(() -> SourceSpec.parse(""))
                .hasMessage(
                        "expected rtsp://, rtsps://, http://, https://, rtmp://, rtmps://, srt://, udp://, rtp://, v4l2:/dev/…, file:… or synthetic:pcb|road|boxes, got nothing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://cam/stream",
                "clip.mp4",
                "rtsp:/cam/stream",
                "rtsp://",
                "rtsp:///stream",
                "rtsp://cam:0/s",
                "rtsp://cam:99999/s",
                "rtsp://cam:port/s",
                "rtsp://cam/my stream",
                "rtsp://u%zz:p@cam/",
                "rtsp://:pw@cam/",
                "v4l2:",
                "v4l2:video0",
                "file:",
                "file:?loop",
                "file://server/clip.mp4",
                "file:a.mp4?speed=2",
                "file:a.mp4?pace=slow",
                "file:a.mp4?loop=perhaps",
                "file:a.mp4?track=0",
                "file:a.mp4?track",
                "file:a.mp4?track=100",
                "file:a.mp4?track=-1",
                "file:a.mp4?loop&loop",
                "synthetic:",
                "synthetic:cats",
            })
    void refusesWrongUrisInOneSentence(String uri) {
        SourceSpecException wrong = catchThrowableOfType(SourceSpecException.class, () -> SourceSpec.parse(uri));
        assertThat(wrong).as(uri).isNotNull();
        assertThat(wrong.key()).isIn("uri", "username");
        assertThat(wrong.getMessage()).isNotBlank().doesNotContain("\n").doesNotContain("pw");
    }

    @Test
    void refusesSettingsWithoutMeaning() {
        refused(
                "file:a.mp4",
                "transport",
                new SourceSettings("tcp", Login.NONE, Tls.NONE, Format.NONE, Limits.NONE, null));
        refused("file:a.mp4", "stallTimeoutMs", SourceSettings.NONE.with(new Limits(null, 5L, null, null)));
        refused("v4l2:/dev/video0", "password", SourceSettings.NONE.with(new Login(null, "x")));
        refused("rtsp://cam/", "videoSize", SourceSettings.NONE.with(new Format("1x1", null, null)));
        refused("rtsp://cam/", "tlsVerify", SourceSettings.NONE.with(new Tls(false, null)));
        refused("rtsp://cam/", "password", SourceSettings.NONE.with(new Login(null, "x")));
        refused("rtsp://u:p@cam/", "username", SourceSettings.NONE.with(new Login("u", null)));
        refused(
                "rtsp://cam/",
                "transport",
                new SourceSettings("http", Login.NONE, Tls.NONE, Format.NONE, Limits.NONE, null));
        refused("rtsp://cam/", "openTimeoutMs", SourceSettings.NONE.with(new Limits(0L, null, null, null)));
        refused("rtsp://cam/", "password", SourceSettings.NONE.with(new Login("u", "p".repeat(200))));
        refused("v4l2:/dev/video0", "videoSize", SourceSettings.NONE.with(new Format("720p", null, null)));
        refused("v4l2:/dev/video0", "framerate", SourceSettings.NONE.with(new Format(null, "fast", null)));
        refused(
                "synthetic:pcb",
                "options",
                new SourceSettings(null, Login.NONE, Tls.NONE, Format.NONE, Limits.NONE, Map.of("a", "b")));
    }

    private static void refused(String uri, String key, SourceSettings settings) {
        SourceSpecException wrong =
                catchThrowableOfType(SourceSpecException.class, () -> SourceSpec.parse(uri, settings));
        assertThat(wrong).as(uri + " " + settings).isNotNull();
        assertThat(wrong.key()).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rtsp://user:hunter2/x@cam/s", "rtsp://user:hunter2#@cam/s", "rtsp://user:hunter2?@cam/s",
                "rtsp://user:hunter2%zz@cam/s", "rtsp://user:hunter2@cam:port/s", "ftp://user:hunter2@cam/s",
                "rtsp://user:hunter2@cam /s", "rtsp://user:hunter2@hunter2@/s",
            })
    void neverShowsAPasswordInAnError(String uri) {
        assertThatThrownBy(() -> SourceSpec.parse(uri))
                .isInstanceOf(SourceSpecException.class)
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void onlyItsOwnExceptionComesOutOfAnyText() {
        long seed = 20261122;
        Random random = new Random(seed);
        String[] parts = {
            "rtsp://",
            "rtsps://",
            "file:",
            "v4l2:",
            "synthetic:",
            "pcb",
            "?",
            "&",
            "=",
            "%",
            "%4",
            "@",
            ":",
            "/",
            "[",
            "]",
            "::",
            "\0",
            " ",
            "loop",
            "pace=",
            "é",
            "65536",
            "#",
            "\\"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder uri = new StringBuilder();
            for (int n = random.nextInt(8); n >= 0; n--) {
                uri.append(parts[random.nextInt(parts.length)]);
            }
            try {
                SourceSpec.parse(uri.toString());
            } catch (SourceSpecException expected) {
                assertThat(expected.getMessage()).as("seed %d: %s", seed, uri).isNotBlank();
            }
        }
    }

    @Test
    void knowsFfmpegsOptionsByName() {
        SourceSpec right = SourceSpec.parse(
                "rtsp://cam/", options(Map.of("max_delay", "1", "buffer_size", "1", "skip_frame", "nokey")));
        Sources.checkOptions(right);
        assertThatThrownBy(
                        () -> Sources.checkOptions(SourceSpec.parse("rtsp://cam/", options(Map.of("stimeout", "1")))))
                .isInstanceOf(SourceSpecException.class)
                .hasMessageContaining("'stimeout'");
    }

    private static SourceSettings options(Map<String, String> options) {
        return new SourceSettings(null, Login.NONE, Tls.NONE, Format.NONE, Limits.NONE, options);
    }
}
