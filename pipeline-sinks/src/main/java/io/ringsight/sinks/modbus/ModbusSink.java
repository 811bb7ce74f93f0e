package io.ringsight.sinks.modbus;

import io.ringsight.core.analyse.verdict.Announcing;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.SelectedMessages;
import io.ringsight.sinks.open.Sinks;
import io.ringsight.sinks.spool.SpoolException;
import java.util.Map;

/**
 * Gives the verdicts of one source to a controller, one after the other, each until the controller has acknowledged it; and
 * announces the parts that the controller triggers.
 */
public final class ModbusSink {
    private ModbusSink() {}

    /**
     * Opens the sink; it connects at once, on a thread of its own.
     *
     * @param announcing takes the parts that the controller triggers
     * @throws IllegalArgumentException if {@link ModbusSpec#problems()} finds any
     * @throws SpoolException if the spool's directory cannot be used
     */
    public static MessageSink open(ModbusSpec spec, Announcing announcing, Clock clock) {
        Map<String, String> problems = spec.problems();
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("modbus sink: " + problems);
        }
        SinkMetrics metrics = new SinkMetrics(spec.name());
        MessageSink all = Sinks.open(
                metrics,
                spec.limits(),
                spec.spool(),
                clock,
                (queue, status) -> new ModbusDelivery(queue, new PlcLine(spec, announcing, metrics, status, clock)));
        return SelectedMessages.ofSource(spec.source(), all);
    }
}
