package io.ringsight.sinks.modbus;

import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.queue.SinkSpec;
import io.ringsight.sinks.spool.SpoolSpec;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A controller that gets the verdicts of one source, and may announce its parts.
 *
 * @param address {@code HOST:PORT}; without a port 502
 * @param unit its unit identifier
 * @param source whose parts
 * @param blocks where its registers are
 * @param timing how often they are looked at, and how long an answer may take
 * @param limits what the queue in memory holds
 * @param spool where what is not acknowledged outlives the process, if at all
 */
public record ModbusSpec(
        String address,
        int unit,
        SourceId source,
        Blocks blocks,
        Timing timing,
        QueueLimits limits,
        Optional<SpoolSpec> spool)
        implements SinkSpec {
    /** The highest first register of a block of any kind. */
    public static final int MAX_ADDRESS = 65_535;

    public static final int MAX_UNIT = 255;
    public static final int DEFAULT_STATUS = 100;
    public static final long DEFAULT_POLL_MS = 20;
    public static final long DEFAULT_TIMEOUT_MS = 500;

    private static final int PORT = 502;
    private static final int MAX_PORT = 65_535;
    private static final Pattern ADDRESS = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::(\\d{1,5}))?");

    /**
     * The first holding register of each block, counted from 0 as on the wire.
     *
     * @param control what the controller writes
     * @param status what Ringsight writes
     */
    public record Blocks(int control, int status) {}

    /**
     * Milliseconds.
     *
     * @param pollMs from one look to the next
     * @param timeoutMs how long an answer may take
     */
    public record Timing(long pollMs, long timeoutMs) {}

    /** What is wrong with it: a sentence for each mistake, by the configuration key it belongs to. */
    public Map<String, String> problems() {
        Map<String, String> problems = new TreeMap<>();
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            problems.put("address", "expected HOST:PORT as in plc.example:502, got another");
        } else if (port() < 1 || port() > MAX_PORT) {
            problems.put("address", "expected a port from 1 to " + MAX_PORT + ", got " + parts.group(2));
        }
        if (blocks.control() + Registers.CONTROL_SIZE > MAX_ADDRESS + 1) {
            problems.put("controlAddress", beyond(Registers.CONTROL_SIZE, blocks.control()));
        }
        if (blocks.status() + Registers.STATUS_SIZE > MAX_ADDRESS + 1) {
            problems.put("statusAddress", beyond(Registers.STATUS_SIZE, blocks.status()));
        } else if (blocks.control() < blocks.status() + Registers.STATUS_SIZE
                && blocks.status() < blocks.control() + Registers.CONTROL_SIZE) {
            problems.put(
                    "statusAddress",
                    "expected blocks that do not overlap: control has " + Registers.CONTROL_SIZE + " registers from "
                            + blocks.control() + ", status " + Registers.STATUS_SIZE + "; got " + blocks.status());
        }
        return problems;
    }

    private static String beyond(int size, int first) {
        return "expected " + size + " registers from there on up to " + MAX_ADDRESS + ", got " + first;
    }

    String host() {
        Matcher parts = ADDRESS.matcher(address);
        String host = parts.matches() ? parts.group(1) : "";
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        Matcher parts = ADDRESS.matcher(address);
        return parts.matches() && parts.group(2) != null ? Integer.parseInt(parts.group(2)) : PORT;
    }

    /** {@code modbus:HOST:PORT/UNIT/REGISTER}. */
    @Override
    public String name() {
        return "modbus:" + host() + ":" + port() + "/" + unit + "/" + blocks.status();
    }

    @Override
    public String toString() {
        return name() + ", verdicts of " + source + " to the registers " + last(blocks.status(), Registers.STATUS_SIZE)
                + ", control from " + last(blocks.control(), Registers.CONTROL_SIZE);
    }

    private static String last(int first, int size) {
        return first + " to " + (first + size - 1);
    }
}
