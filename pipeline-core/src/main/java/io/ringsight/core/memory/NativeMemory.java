package io.ringsight.core.memory;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A window on native memory that somebody else owns; it can be moved to any address. For what JavaCPP would make an object
 * for, or cannot name. Owned by one thread; allocates nothing once it is made.
 */
public final class NativeMemory extends BytePointer {
    /** On nothing: move it first. */
    public NativeMemory() {
        super((Pointer) null);
    }

    /** Moves it. Returns itself. */
    public NativeMemory at(long where) {
        address = where;
        return this;
    }

    public byte byteAt(long where) {
        return at(where).get(0);
    }

    public int intAt(long where) {
        return at(where).getInt(0);
    }

    public long longAt(long where) {
        return at(where).getLong(0);
    }
}
