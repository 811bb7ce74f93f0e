package io.ringsight.sinks.modbus;

import com.digitalpetri.modbus.server.ModbusTcpServer;
import com.digitalpetri.modbus.server.ProcessImage;
import com.digitalpetri.modbus.server.ReadWriteModbusServices;
import com.digitalpetri.modbus.tcp.server.NettyTcpServerTransport;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.FreePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * A controller: a library has its registers and speaks Modbus, and this is the program that would run in it, as
 * {@code docs/outputs.md} tells its programmer. Its thread is that of the test.
 */
public final class Plc implements AutoCloseable {
    private static final int UNIT = 1;
    private static final int STATUS = 100;

    private final int port = FreePort.take();
    private final ProcessImage registers = new ProcessImage();
    private ModbusTcpServer server;
    private long heartbeatSeenNs;
    private int heartbeat;

    public int port() {
        return port;
    }

    /** Answers, again after {@link #close}, with its registers kept. */
    public Plc start() throws ExecutionException, InterruptedException {
        server = ModbusTcpServer.create(
                NettyTcpServerTransport.create(
                        config -> config.setBindAddress("127.0.0.1").setPort(port)),
                new ReadWriteModbusServices() {
                    @Override
                    protected Optional<ProcessImage> getProcessImage(int unit) {
                        return unit == UNIT ? Optional.of(registers) : Optional.empty();
                    }
                });
        server.start();
        return this;
    }

    @Override
    public void close() {
        if (server != null) {
            try {
                server.stop();
            } catch (ExecutionException | InterruptedException e) {
                throw new AssertionError("the controller does not stop", e);
            }
            server = null;
        }
    }

    private int get(int register) {
        byte[] both =
                registers.get(image -> image.readHoldingRegisters(all -> all.getOrDefault(register, new byte[2])));
        return (both[0] & 0xFF) << 8 | both[1] & 0xFF;
    }

    private void set(int register, int value) {
        registers.with(image ->
                image.writeHoldingRegisters(all -> all.put(register, new byte[] {(byte) (value >> 8), (byte) value})));
    }

    public void control(int bit, boolean isOn) {
        set(0, isOn ? get(0) | 1 << bit : get(0) & ~(1 << bit));
    }

    public void enable() {
        control(0, true);
    }

    public boolean status(int bit) {
        return (get(STATUS) & 1 << bit) != 0;
    }

    public int register(int ofStatus) {
        return get(STATUS + ofStatus);
    }

    public long number(int ofStatus) {
        return (long) register(ofStatus) << 16 | register(ofStatus + 1);
    }

    /** Announces a part without waiting. */
    public void trigger(long inspectionId, String partId) {
        set(1, (int) (inspectionId >> 16));
        set(2, (int) (inspectionId & 0xFFFF));
        set(3, partId.length());
        for (int i = 0; i < partId.length(); i += 2) {
            int low = i + 1 < partId.length() ? partId.charAt(i + 1) : 0;
            set(4 + i / 2, partId.charAt(i) << 8 | low);
        }
        control(1, true);
    }

    /** The whole handshake of a trigger: ready, trigger, acknowledged, taken back. */
    public void announce(long inspectionId, String partId) {
        Await.until("trigger ready", () -> status(0));
        trigger(inspectionId, partId);
        Await.until("trigger acknowledged", () -> status(1) && number(3) == inspectionId);
        control(1, false);
        Await.until("acknowledgement taken back", () -> !status(1));
    }

    /** A result. */
    public record Result(long inspectionId, int code, int defects, int reasons, String partId) {}

    /** What the result registers hold. */
    public Result shown() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < register(14); i++) {
            int both = register(15 + i / 2);
            text.append((char) (i % 2 == 0 ? both >> 8 : both & 0xFF));
        }
        return new Result(number(8), register(10), register(11), register(12), text.toString());
    }

    /** The whole handshake of a result: valid, acknowledged, not valid, taken back. */
    public Result take() {
        Await.until("results valid", () -> status(11));
        Result result = shown();
        control(3, true);
        Await.until("results not valid any more", () -> !status(11));
        control(3, false);
        return result;
    }

    /** Takes so many results. */
    public List<Result> take(int count) {
        List<Result> all = new ArrayList<>();
        while (all.size() < count) {
            all.add(take());
        }
        return all;
    }

    /** One scan of its watch: whether the gate must be safe, because the heartbeat stood still for {@code ms}. */
    public boolean isSafe(long ms) {
        if (register(1) != heartbeat) {
            heartbeat = register(1);
            heartbeatSeenNs = System.nanoTime();
        }
        return !status(7) || System.nanoTime() - heartbeatSeenNs > ms * 1_000_000;
    }
}
