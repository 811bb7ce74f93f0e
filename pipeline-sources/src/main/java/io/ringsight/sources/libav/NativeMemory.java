package io.ringsight.sources.libav;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A window on native memory that can be moved to any address, for fields that JavaCPP's own accessors would make an
 * object for. Owned by one thread; allocates nothing.
 */
public final class NativeMemory extends BytePointer {
    public NativeMemory() {
        super((Pointer) null);
    }

    public byte byteAt(long where) {
        address = where;
        return get(0);
    }

    public int intAt(long where) {
        address = where;
        return getInt(0);
    }

    public long longAt(long where) {
        address = where;
        return getLong(0);
    }
}
