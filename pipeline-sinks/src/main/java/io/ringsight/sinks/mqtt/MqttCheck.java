package io.ringsight.sinks.mqtt;

import io.ringsight.sinks.Remark;
import io.ringsight.sinks.Remark.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Asks a broker, without publishing anything, whether it lets us in. */
public final class MqttCheck {
    private MqttCheck() {}

    /**
     * Connects under a client id of its own, so that a daemon that runs is not driven out. Takes a few times {@code timeoutMs}
     * at most.
     */
    public static List<Remark> examine(MqttBroker broker, long timeoutMs) throws InterruptedException {
        MqttLink link = MqttLink.to(
                broker.as("ringsight-check-" + ProcessHandle.current().pid()), timeoutMs);
        CompletableFuture<?> connected = link.connect(Optional.empty());
        try {
            connected.get();
            return List.of(new Remark(Level.GOOD, "broker", "it lets us in, " + broker));
        } catch (ExecutionException e) {
            MqttFailure failure = MqttFailure.of(e);
            return List.of(new Remark(
                    Level.BAD,
                    "broker",
                    failure.state().wireName() + ": " + failure.state().sentence() + " (" + failure.detail() + ")"));
        } finally {
            connected.handle((any, failure) -> link.disconnect());
        }
    }
}
