package io.ringsight.sinks.modbus;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The two blocks of holding registers in the controller, as {@code docs/outputs.md} lists them. A register has 16 bits, the
 * high byte first; a number of 32 bits has the high register first; a text has two characters a register.
 */
final class Registers {
    /** Registers of the block that the controller writes. */
    static final int CONTROL_SIZE = 54;
    /** Registers of the block that Ringsight writes. */
    static final int STATUS_SIZE = 65;
    /** Of those the first, which change by themselves: status word, heartbeat, version. */
    static final int HEAD_SIZE = 3;
    /** What the third register of the status says. */
    static final int VERSION = 1;

    static final int TRIGGER_READY = 1;
    static final int TRIGGER_ACK = 1 << 1;
    static final int MISSED_ACQUISITION = 1 << 3;
    static final int ONLINE = 1 << 7;
    static final int BUFFER_OVERRUN = 1 << 10;
    static final int RESULTS_VALID = 1 << 11;

    private static final int TRIGGER_ENABLE = 1;
    private static final int TRIGGER = 1 << 1;
    private static final int RESULTS_ACK = 1 << 3;
    private static final int CLEAR = 1 << 4;
    private static final int MAX_TEXT = 100;

    private Registers() {}

    /**
     * What the controller says.
     *
     * @param isEnabled whether triggers count
     * @param isTriggered a part comes; stays until it is acknowledged
     * @param isResultAcked it has taken the result; stays until the result is not valid any more
     * @param isClearing the marks of what was missed shall go
     * @param inspectionId the number it gave the part
     * @param partId the part's barcode or serial number; the inspection id if there is none
     */
    record Control(
            boolean isEnabled,
            boolean isTriggered,
            boolean isResultAcked,
            boolean isClearing,
            long inspectionId,
            String partId) {
        static Control of(byte[] registers) {
            ByteBuffer in = ByteBuffer.wrap(registers);
            int word = in.getShort();
            long inspectionId = Integer.toUnsignedLong(in.getInt());
            int length = Short.toUnsignedInt(in.getShort());
            String text =
                    length > MAX_TEXT ? "" : new String(registers, in.position(), length, StandardCharsets.ISO_8859_1);
            return new Control(
                    (word & TRIGGER_ENABLE) != 0,
                    (word & TRIGGER) != 0,
                    (word & RESULTS_ACK) != 0,
                    (word & CLEAR) != 0,
                    inspectionId,
                    length == 0 ? Long.toString(inspectionId) : text);
        }
    }

    /**
     * What is known of the last trigger.
     *
     * @param ackedId the number of the part that was acknowledged last
     * @param missed triggers that were not taken, of 16 bits
     */
    record Triggers(long ackedId, int missed) {}

    /** The first registers of the status. */
    static byte[] head(int word, int heartbeat) {
        return ByteBuffer.allocate(2 * HEAD_SIZE)
                .putShort((short) word)
                .putShort((short) heartbeat)
                .putShort((short) VERSION)
                .array();
    }

    /** The others, which change with a trigger or a result. */
    static byte[] data(Triggers triggers, long resultId, PartResult result) {
        byte[] whole = result.partId().getBytes(StandardCharsets.ISO_8859_1);
        byte[] text = Arrays.copyOf(whole, Math.min(MAX_TEXT, whole.length));
        return ByteBuffer.allocate(2 * (STATUS_SIZE - HEAD_SIZE))
                .putInt((int) triggers.ackedId())
                .putShort((short) triggers.missed())
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt((int) resultId)
                .putShort((short) result.code())
                .putShort((short) Math.min(0xFFFF, result.defects()))
                .putShort((short) result.reasons())
                .putShort((short) 0)
                .putShort((short) text.length)
                .put(text)
                .array();
    }

    /** Whether a status block that was read says that a trigger of this number was acknowledged and not taken back. */
    static boolean isAcked(byte[] status, long inspectionId) {
        ByteBuffer in = ByteBuffer.wrap(status);
        return (in.getShort(0) & TRIGGER_ACK) != 0 && Integer.toUnsignedLong(in.getInt(2 * HEAD_SIZE)) == inspectionId;
    }
}
