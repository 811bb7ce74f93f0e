package io.ringsight.sinks.modbus;

import com.ghgande.j2mod.modbus.ModbusException;
import com.ghgande.j2mod.modbus.ModbusSlaveException;
import com.ghgande.j2mod.modbus.facade.ModbusTCPMaster;
import com.ghgande.j2mod.modbus.procimg.Register;
import com.ghgande.j2mod.modbus.procimg.SimpleRegister;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/** One connection to a controller; once it fails a new one takes its place. One thread, which waits for each answer. */
final class ModbusLink {
    private static final int ILLEGAL_ADDRESS = 2;
    private static final int MAX_DETAIL = 300;

    private final ModbusTCPMaster client;
    private final ModbusSpec spec;

    private ModbusLink(ModbusTCPMaster client, ModbusSpec spec) {
        this.client = client;
        this.spec = spec;
    }

    /** @throws IOException if nobody answers there; one line */
    static ModbusLink open(ModbusSpec spec) throws IOException {
        ModbusTCPMaster client = new ModbusTCPMaster(
                spec.host(), spec.port(), (int) spec.timing().timeoutMs(), false);
        client.setRetries(0);
        ModbusLink link = new ModbusLink(client, spec);
        try {
            client.connect();
            return link;
        } catch (Exception e) {
            // j2mod declares no less
            throw link.failed(e);
        }
    }

    /** Holding registers (function 3), two bytes each. */
    byte[] read(int first, int count) throws IOException {
        try {
            Register[] registers = client.readMultipleRegisters(spec.unit(), first, count);
            ByteBuffer bytes = ByteBuffer.allocate(2 * count);
            for (Register register : registers) {
                bytes.putShort(register.toShort());
            }
            return bytes.array();
        } catch (ModbusException e) {
            throw failed(e);
        }
    }

    /** Holding registers (function 16), all at a time. */
    void write(int first, byte[] bytes) throws IOException {
        Register[] registers = new Register[bytes.length / 2];
        for (int i = 0; i < registers.length; i++) {
            registers[i] = new SimpleRegister(bytes[2 * i], bytes[2 * i + 1]);
        }
        try {
            client.writeMultipleRegisters(spec.unit(), first, registers);
        } catch (ModbusException e) {
            throw failed(e);
        }
    }

    void close() {
        client.disconnect();
    }

    private IOException failed(Exception e) {
        if (e instanceof ModbusSlaveException refused) {
            return new IOException("the controller answered exception " + refused.getType()
                    + (refused.isType(ILLEGAL_ADDRESS)
                            ? " (illegal data address): it needs holding registers for " + spec
                            : ""));
        }
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof SocketTimeoutException) {
            return new IOException("no answer within " + spec.timing().timeoutMs() + " ms");
        }
        String text = cause.getClass().getSimpleName() + ": " + cause.getMessage();
        return new IOException(
                text.substring(0, Math.min(MAX_DETAIL, text.length())).replaceAll("\\s+", " "));
    }
}
