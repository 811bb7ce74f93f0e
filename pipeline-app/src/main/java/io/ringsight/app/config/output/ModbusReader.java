package io.ringsight.app.config.output;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.modbus.ModbusSpec;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import java.util.Optional;

/** Reads a controller that is reached by Modbus TCP. */
public final class ModbusReader {
    private static final String ADDRESS = "address";
    private static final String SOURCE = "source";

    private ModbusReader() {}

    /** What is wrong with it is said; empty if nobody can tell whose parts it is about. */
    public static Optional<ModbusSpec> sink(YamlObject yaml) {
        String address = yaml.text(ADDRESS);
        String source = yaml.text(SOURCE);
        int unit = yaml.integer("unit", 0, ModbusSpec.MAX_UNIT, 1);
        ModbusSpec.Blocks blocks = new ModbusSpec.Blocks(
                yaml.integer("controlAddress", 0, ModbusSpec.MAX_ADDRESS, 0),
                yaml.integer("statusAddress", 0, ModbusSpec.MAX_ADDRESS, ModbusSpec.DEFAULT_STATUS));
        ModbusSpec.Timing timing = new ModbusSpec.Timing(
                yaml.longInteger("pollMs", 1, 1_000, ModbusSpec.DEFAULT_POLL_MS),
                yaml.longInteger("timeoutMs", 50, 10_000, ModbusSpec.DEFAULT_TIMEOUT_MS));
        QueueLimits limits = SharedKeys.limits(yaml);
        Optional<SpoolSpec> spool = SharedKeys.spool(yaml, "modbus-" + address + "-" + unit + "-" + blocks.status());
        yaml.finish();
        if (!SourceId.isValid(source)) {
            if (!source.isBlank()) {
                yaml.mistake(SOURCE, "expected the id of a source, got " + YamlObject.quoted(source));
            }
            return Optional.empty();
        }
        ModbusSpec spec = new ModbusSpec(address, unit, new SourceId(source), blocks, timing, limits, spool);
        spec.problems().forEach((key, sentence) -> {
            if (!key.equals(ADDRESS) || !address.isBlank()) {
                yaml.mistake(key, sentence);
            }
        });
        return Optional.of(spec);
    }
}
