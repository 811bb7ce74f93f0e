package io.ringsight.core.infer.tensorrt.lib;

import io.ringsight.core.memory.NativeMemory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.cuda.cudart.cudaHostFn_t;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TensorRT object that is ours: closing deletes it.
 *
 * <p>The presets have no way to delete one: its constructors are not public, so they generate no deallocator. This does
 * what C++'s {@code delete} compiles to with the ABI TensorRT for Linux has: it calls the deleting destructor, found
 * in the object's table of virtual functions. We know the places in the version that the bindings were made of. With any
 * other, a call could end in another function: so the object is left where it is, and the log says so once.
 */
public final class Owned<T extends Pointer> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Owned.class);
    private static final AtomicBoolean LEAK_TOLD = new AtomicBoolean();
    /** Place of the deleting destructor in classes that declare their destructor first: all but the parser. */
    private static final int FIRST = 1;
    /** Its place in the ONNX parser's table, behind eight other functions. */
    private static final int OF_PARSER = 9;

    private final T object;
    private final int destructor;
    private boolean closed;

    private Owned(T object, int destructor) {
        this.object = object;
        this.destructor = destructor;
    }

    /**
     * Takes over what a native call returned.
     *
     * @throws TensorRtFailure if that is nothing
     */
    public static <T extends Pointer> Owned<T> of(T object, String call) {
        TensorRtFailure.check(object != null && !object.isNull(), call, TensorRt.log());
        return new Owned<>(object, FIRST);
    }

    /** As {@link #of} for the ONNX parser. */
    public static <T extends Pointer> Owned<T> parser(T object, String call) {
        TensorRtFailure.check(object != null && !object.isNull(), call, TensorRt.log());
        return new Owned<>(object, OF_PARSER);
    }

    /** For native calls. */
    public T object() {
        return object;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (TensorRt.isAsBound()) {
            delete();
        } else if (LEAK_TOLD.compareAndSet(false, true)) {
            LOG.warn(
                    "expected TensorRT {} to free its objects, got {}: they stay in memory until Ringsight ends, some more"
                            + " with each model that is replaced",
                    TensorRt.boundVersion(),
                    TensorRt.version());
        }
        object.setNull();
    }

    private void delete() {
        long table = new LongPointer(object).get(0);
        long function = new NativeMemory().longAt(table + (long) destructor * Long.BYTES);
        // JavaCPP's function pointers are structures whose first word is the function's address.
        try (LongPointer structure = new LongPointer(function, 0)) {
            new cudaHostFn_t(structure).call(object);
        }
    }
}
