package io.ringsight.sources.decode;

import io.ringsight.core.memory.NativeMemory;

/**
 * Recognises a JPEG picture in cyan, magenta, yellow and black that does not say whether 0 is no ink or all of it: no
 * marker of Adobe's (APP14; ITU-T T.872, 6.5.3). Programs guess either way, and FFmpeg decodes it as YUV with
 * transparency, which shows another picture than was taken.
 *
 * <p>Owned by the source's thread; allocates nothing.
 */
final class FourInks {
    private static final int START_OF_SCAN = 0xda;
    private static final int APP14 = 0xee;
    /** From a frame header's marker to its number of components: marker, length, precision, height, width. */
    private static final int COMPONENTS_AT = 9;

    private final NativeMemory memory = new NativeMemory();

    boolean areUnexplained(long data, long end) {
        boolean four = false;
        long at = data + 2; // the marker of the start has no length
        while (end - at > COMPONENTS_AT && byteAt(at) == 0xff) {
            int marker = byteAt(at + 1);
            if (marker == START_OF_SCAN || marker == APP14) {
                return four && marker == START_OF_SCAN;
            }
            four |= isFrameHeader(marker) && byteAt(at + COMPONENTS_AT) == 4;
            at += 2 + (byteAt(at + 2) << 8 | byteAt(at + 3));
        }
        return false;
    }

    /** SOF0 to SOF15 but for DHT, JPG and DAC, which lie between them. */
    private static boolean isFrameHeader(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private int byteAt(long address) {
        return memory.byteAt(address) & 0xff;
    }
}
