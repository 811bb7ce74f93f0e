package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.Await;
import io.ringsight.sinks.modbus.Plc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A controller and a daemon as its users start it, which is killed. */
class ControllerTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final Pattern PAGES = Pattern.compile("pages on http://[^ ]*:(\\d+)");
    /** How long the controller of this test waits for a heartbeat. */
    private static final long SAFE_MS = 1_000;
    /** A busy machine runs neither side for a while. */
    private static final long BUSY_MS = 4_000;
    /** A busy machine needs seconds to kill a daemon: the part must be without a verdict then. */
    private static final long LONG_WINDOW_MS = 9_000;

    private static final long SHORT_WINDOW_MS = 150;

    private static final int UNKNOWN = 4;
    private static final int DOWN = 1 << 15;

    @TempDir
    private Path folder;

    private final Plc plc = new Plc();

    @AfterEach
    void stop() {
        plc.close();
    }

    /** Each part is looked at for so long; its verdict comes afterwards. */
    private String yaml(long windowMs) {
        return """
                pipeline: {model: %s}
                sources:
                  - id: line
                    uri: "synthetic:pcb?fps=15"
                    parts: {trigger: modbus, window: {fromMs: 0, toMs: %d}, deadlineMs: %d, reject: [open, short], dir: %s}
                sinks: [{modbus: {address: "127.0.0.1:%d", source: line, spool: {dir: %s}}}]
                http: {port: 0}
                """.formatted(
                        Rig.ROOT.resolve("conf/models/pcb-defect.yaml"),
                        windowMs,
                        windowMs + 500,
                        folder.resolve("parts"),
                        plc.port(),
                        folder.resolve("spool"));
    }

    private void awaitLive(Child daemon) {
        int[] port = new int[1];
        daemon.await("its pages", LIMIT, () -> {
            Matcher pages = PAGES.matcher(daemon.err());
            port[0] = pages.find() ? Integer.parseInt(pages.group(1)) : 0;
            return port[0] > 0;
        });
        Await.until("the source", () -> Ringsight.state(port[0], "line").equals("live"));
    }

    @Test
    void eachPartThatTheControllerTriggersHasItsVerdictAndAKilledDaemonMakesTheGateSafe() throws Exception {
        plc.start().enable();
        List<Plc.Result> results = new ArrayList<>();
        try (Child daemon = Ringsight.daemon(folder, yaml(LONG_WINDOW_MS))) {
            awaitLive(daemon);
            for (int part = 1; part <= 5; part++) {
                plc.announce(part, "SN-" + part);
            }
            results.addAll(plc.take(5));
            assertThat(plc.isSafe(BUSY_MS)).isFalse();
            plc.announce(6, "SN-6");
            daemon.signal("KILL");
            daemon.waitFor(LIMIT);
        }
        plc.isSafe(SAFE_MS);
        Await.until("the gate is safe", Duration.ofMillis(SAFE_MS + BUSY_MS), () -> plc.isSafe(SAFE_MS));
        try (Child daemon = Ringsight.daemon(folder, yaml(SHORT_WINDOW_MS))) {
            awaitLive(daemon);
            plc.enable();
            Plc.Result left = plc.take();
            while (!left.partId().equals("SN-6")) {
                // what was taken before the kill comes once more: the same verdict on the same part
                Plc.Result again = left;
                assertThat(results).anySatisfy(before -> {
                    assertThat(before.partId()).isEqualTo(again.partId());
                    assertThat(before.code()).isEqualTo(again.code());
                });
                left = plc.take();
            }
            assertThat(left.code()).isEqualTo(UNKNOWN);
            assertThat(left.reasons() & DOWN).isEqualTo(DOWN);
            plc.announce(7, "SN-7");
            results.add(plc.take());
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
        assertThat(plc.status(7)).as("online after the goodbye").isFalse();
        assertThat(results).extracting(Plc.Result::inspectionId).containsExactly(1L, 2L, 3L, 4L, 5L, 7L);
        assertThat(results).extracting(Plc.Result::partId).doesNotHaveDuplicates();
        assertThat(results).allSatisfy(result -> assertThat(result.code()).isBetween(1, UNKNOWN));
    }
}
