package io.ringsight.sources;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Makes UDP packets to some ports of this machine's loopback get lost, by the kernel's packet filter. */
final class LossyLine implements AutoCloseable {
    private final List<String> rule;

    private final int firstPort;
    private final int lastPort;

    /** Packets to the ports from {@code firstPort} to {@code lastPort} are lost with probability {@code share}. */
    LossyLine(int firstPort, int lastPort, double share) {
        this.firstPort = firstPort;
        this.lastPort = lastPort;
        rule = List.of(
                "INPUT",
                "-i",
                "lo",
                "-p",
                "udp",
                "--dport",
                firstPort + ":" + lastPort,
                "-m",
                "statistic",
                "--mode",
                "random",
                "--probability",
                Double.toString(share),
                "-j",
                "DROP");
        iptables("-I");
    }

    /** Skips the test where the kernel's packet filter may not be changed. */
    static void need() {
        boolean allowed;
        try {
            allowed = new ProcessBuilder(
                                    "iptables",
                                    "-w",
                                    "-C",
                                    "INPUT",
                                    "-p",
                                    "udp",
                                    "-m",
                                    "statistic",
                                    "--mode",
                                    "random",
                                    "--probability",
                                    "0.5",
                                    "-j",
                                    "DROP")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    <= 1;
        } catch (IOException | InterruptedException e) {
            allowed = false;
        }
        assumeTrue(allowed, "iptables may not be used here; run scripts/rig/setup.sh rtsp, as root");
    }

    /** The options that make FFmpeg listen on these ports. */
    Map<String, String> options() {
        return Map.of("min_port", Integer.toString(firstPort), "max_port", Integer.toString(lastPort));
    }

    private void iptables(String action) {
        Clips.run(Stream.concat(Stream.of("iptables", "-w", action), rule.stream())
                .toList());
    }

    @Override
    public void close() {
        iptables("-D");
    }
}
