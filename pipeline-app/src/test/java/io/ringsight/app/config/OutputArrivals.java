package io.ringsight.app.config;

import static io.ringsight.app.config.ConfiguredValuesTest.RTSP;
import static io.ringsight.app.config.ConfiguredValuesTest.SPOOL;
import static io.ringsight.app.config.ConfiguredValuesTest.TOKEN;
import static io.ringsight.app.config.ConfiguredValuesTest.and;
import static io.ringsight.app.config.ConfiguredValuesTest.certificate;

import io.ringsight.app.config.ConfiguredValuesTest.Arrival;
import java.util.Map;
import java.util.stream.Stream;

/** Where the keys of brokers and controllers arrive. */
final class OutputArrivals {
    private static final Map<String, String> PARTS =
            and(and(RTSP, "frozenTimeoutMs", "10"), "parts", "{reject: [shade-1]}");

    private OutputArrivals() {}

    static Stream<Arrival> all() {
        return Stream.concat(ofMqtt(), ofModbus());
    }

    private static Stream<Arrival> ofMqtt() {
        return Stream.of(
                new Arrival("mqtt.url", RTSP, "sinks[0].spec.broker.url", "'mqtts://a:1'", "mqtts://a:1"),
                new Arrival("mqtt.topic", RTSP, "sinks[0].spec.topic", "a/b", "a/b"),
                new Arrival("mqtt.version", RTSP, "sinks[0].spec.broker.version", "3.1.1", "V3", "5", "V5"),
                new Arrival("mqtt.clientId", RTSP, "sinks[0].spec.broker.clientId", "me", "me"),
                new Arrival("mqtt.user", RTSP, "sinks[0].spec.broker.user", "me", "me"),
                new Arrival("mqtt.password", RTSP, "sinks[0].spec.broker.password", TOKEN, TOKEN),
                new Arrival("mqtt.caFile", RTSP, "sinks[0].spec.broker.caFile", certificate(), certificate()),
                new Arrival("mqtt.messages", RTSP, "sinks[0].messages[0]", "[event]", "EVENT"),
                new Arrival("mqtt.timeoutMs", RTSP, "sinks[0].spec.timeoutMs"),
                new Arrival("mqtt.queueMessages", RTSP, "sinks[0].spec.limits.messages"),
                new Arrival("mqtt.queueBytes", RTSP, "sinks[0].spec.limits.bytes"),
                new Arrival("mqtt.spool", RTSP, SPOOL + "syncMs", "{syncMs: 7}", "7"));
    }

    private static Stream<Arrival> ofModbus() {
        return Stream.of(
                new Arrival("modbus.address", PARTS, "sinks[0].spec.address", "'b:1'", "b:1"),
                new Arrival("modbus.source", PARTS, "sinks[0].spec.source.value", "a", "a"),
                new Arrival("modbus.unit", PARTS, "sinks[0].spec.unit"),
                new Arrival("modbus.controlAddress", PARTS, "sinks[0].spec.blocks.control", "300", "300"),
                new Arrival("modbus.statusAddress", PARTS, "sinks[0].spec.blocks.status", "200", "200"),
                new Arrival("modbus.pollMs", PARTS, "sinks[0].spec.timing.pollMs"),
                new Arrival("modbus.timeoutMs", PARTS, "sinks[0].spec.timing.timeoutMs"),
                new Arrival("modbus.queueMessages", PARTS, "sinks[0].spec.limits.messages"),
                new Arrival("modbus.queueBytes", PARTS, "sinks[0].spec.limits.bytes"),
                new Arrival("modbus.spool", PARTS, SPOOL + "syncMs", "{syncMs: 7}", "7"));
    }
}
