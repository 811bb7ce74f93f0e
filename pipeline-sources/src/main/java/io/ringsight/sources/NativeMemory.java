package io.ringsight.sources;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A window on native memory that can be moved to any address, for fields that JavaCPP's own accessors would make an
 * object for. Owned by one thread; allocates nothing.
 */
final class NativeMemory extends BytePointer {
    NativeMemory() {
        super((Pointer) null);
    }

    byte byteAt(long where) {
        address = where;
        return get(0);
    }

    int intAt(long where) {
        address = where;
        return getInt(0);
    }

    long longAt(long where) {
        address = where;
        return getLong(0);
    }
}
