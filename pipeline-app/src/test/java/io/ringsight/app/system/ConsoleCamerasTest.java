package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.console.Chromium;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that begins without a camera gets one by the console: a real RTSP camera, in a real browser. */
@Tag("browser")
@Tag("rtsp")
@Timeout(1200)
class ConsoleCamerasTest {
    private static final String FRAME = "document.querySelector('.frame')?.dataset.frameSeq";
    /** Configurations are read by a thread that gets what others leave. */
    private static final Duration CHANGED = Duration.ofMinutes(4);

    private static final String STATUS = "document.querySelector('.side [role=status]')?.innerText";
    /** Told: an answer of the daemon says that the camera is not live. Shown: the page does. */
    private static final String WATCH = """
            (() => {
                const ask = window.fetch;
                window.later = 0;
                window.fetch = async (...request) => {
                    const answer = await ask(...request);
                    if (String(request[0]).endsWith('/sources') && answer.ok) {
                        if (window.told && !window.shown) window.later++;
                        const {sources} = await answer.clone().json();
                        if (sources[0]?.state !== 'live') window.told ??= Date.now();
                    }
                    return answer;
                };
                const notice = document.querySelector('.notice-over');
                const look = () => { if (!notice.hidden) window.shown ??= Date.now(); };
                new MutationObserver(look).observe(notice, {attributes: true});
                return 0;
            })()""";

    @TempDir
    private Path dir;

    private int port;

    @BeforeAll
    static void need() {
        Rig.needCameras();
    }

    private Child start() {
        port = FreePort.take();
        return Ringsight.daemon(dir, """
                # Kept.
                pipeline: {model: "%s", threshold: 0.3, stopTimeoutMs: 4000}
                sources: []   # one by the console
                sinks: [{jsonl: {path: "%s"}}]
                http: {port: %d}
                """.formatted(Rig.MODEL, dir.resolve("out.jsonl"), port));
    }

    private String file() throws Exception {
        return Files.readString(dir.resolve("pipeline.yaml"));
    }

    /** Screenshots are kept where this names a folder. */
    private static void keep(Chromium browser, String name) throws Exception {
        String folder = System.getProperty("ringsight.screenshots");
        if (folder != null) {
            browser.keepPicture(Path.of(folder, name + ".png"));
        }
    }

    @Test
    void aCameraIsAddedZonedKilledAndRemovedByThePage() throws Exception {
        try (Child daemon = start();
                RigCamera camera = new RigCamera(dir, "--cam", "h264:/cam1");
                Chromium browser = new Chromium(dir)) {
            Await.until(
                    "the daemon has started",
                    () -> Ringsight.get(port, "/started").equals("started\n"));
            add(browser, camera.uri("/cam1"));
            zones(browser);
            killed(browser, camera);
            pausedAndRemoved(browser);
            assertThat(browser.complaints()).isEmpty();
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    private void add(Chromium browser, String uri) throws Exception {
        browser.open("http://localhost:" + port + "/", 1400, 900);
        browser.await("document.querySelector('.first-run')?.textContent.includes('no camera yet')");
        keep(browser, "first-run");
        browser.type("[name=uri]", "rtsp://127.0.0.1:1/none");
        browser.click(".add form button[type=button]");
        browser.await("document.querySelector('.trial')?.innerText.includes('RTSP switched on')");
        keep(browser, "add-fails");
        browser.type("[name=uri]", uri);
        browser.type("[name=id]", "gate");
        browser.click(".add form button[type=button]");
        browser.await("document.querySelector('.trial img')?.naturalWidth === 640");
        keep(browser, "add-works");
        browser.click(".add .primary");
        browser.await("location.hash === '#/camera/gate'", CHANGED);
        browser.await(FRAME);
        assertThat(file()).startsWith("# Kept.\n").contains("  - id: gate\n    uri: \"rtsp://");
        keep(browser, "camera-new");
    }

    private void zones(Chromium browser) throws Exception {
        browser.click("a[href='#/zones/gate']");
        browser.await(FRAME);
        browser.click(".side .switches button:nth-child(1)");
        browser.type(".shapes li:nth-child(1) input", "bay 3");
        browser.drag("[data-key='0/2']", 60, 40);
        browser.value("document.querySelector(\"[data-key='0/0']\").focus()");
        browser.press("ArrowLeft");
        browser.press("ArrowLeft");
        browser.press("ArrowRight");
        browser.value("document.querySelector(\"[data-key='0/3']\").focus()");
        browser.press("Delete");
        browser.await("document.querySelectorAll('.editor .point').length === 3");
        browser.click(".side .switches:last-of-type button:nth-child(1)");
        browser.await("document.querySelectorAll('.editor .point').length === 4");
        browser.click(".side .switches button:nth-child(2)");
        browser.type(".shapes li:nth-child(2) input", "gate line");
        browser.click(".shapes li:nth-child(2) button");
        keep(browser, "zones");
        browser.click(".side .primary");
        browser.await(STATUS + ".startsWith('Saved')", CHANGED);
        Matcher zone = Pattern.compile("- \\{name: bay 3, polygon: \"(\\S+) (\\S+) (\\S+) (\\S+)\"}")
                .matcher(file());
        assertThat(zone.find()).as(file()).isTrue();
        assertThat(zone.group(1)).isEqualTo("0.34,0.35");
        String[] dragged = zone.group(3).split(",");
        assertThat(Double.parseDouble(dragged[0])).as("by 60 pixels").isBetween(0.67, 0.8);
        assertThat(Double.parseDouble(dragged[1])).as("by 40 pixels").isBetween(0.67, 0.8);
        assertThat(zone.group(4)).isEqualTo("0.35,0.65");
        assertThat(file())
                .contains("- {name: gate line, from: \"0.7,0.5\", to: \"0.3,0.5\"}", "tracking: {enabled: true}");
        assertThat(Ringsight.get(port, "/api/v1/configuration")).contains("\"name\":\"bay 3\"");
    }

    private void killed(Chromium browser, RigCamera camera) throws Exception {
        browser.click("a[href='#/camera/gate']");
        browser.await(FRAME + " && document.querySelector('.notice-over').hidden");
        browser.value(WATCH);
        camera.kill();
        browser.await("window.shown");
        browser.await("document.querySelector('.notice-over').innerText.match(/refuses|lost|ended/i)");
        browser.await("document.querySelector('.side .state').innerText.includes('RTSP switched on')");
        System.out.println("shown after the daemon said so: " + browser.value("window.shown - window.told") + " ms");
        assertThat(browser.value("window.later"))
                .as("answers before it was shown")
                .isEqualTo(0);
        keep(browser, "killed");
        camera.start();
        browser.await("document.querySelector('.notice-over').hidden");
    }

    private void pausedAndRemoved(Chromium browser) throws Exception {
        browser.click(".side .switches button:not(.danger)");
        browser.await("document.querySelector('.notice-over').innerText.includes('Paused')", CHANGED);
        assertThat(file()).contains("    paused: true\n");
        keep(browser, "paused");
        browser.click(".side .danger");
        keep(browser, "remove");
        browser.click("dialog .danger");
        browser.await("document.querySelector('.first-run')", CHANGED);
        assertThat(file()).contains("sources: []   # one by the console\n").doesNotContain("gate");
    }
}
