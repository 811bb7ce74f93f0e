package io.ringsight.core.infer.cuda;

import io.ringsight.core.model.ModelInput;
import java.nio.file.Path;
import org.bytedeco.cuda.cudart.CUkern_st;
import org.bytedeco.cuda.cudart.CUlib_st;
import org.bytedeco.cuda.cudart.dim3;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The letterbox kernel on one device: pictures in the device's memory become rows of an input tensor there. What
 * {@link io.ringsight.core.preprocess.HostLetterbox} does on the CPU, to within three grey steps of 255.
 *
 * <p><b>Threads.</b> {@link #launch} by any, each with arguments of its own and the device in use; it allocates nothing.
 * Whoever made it closes it, after the launched work is done.
 */
public final class CudaLetterbox implements AutoCloseable {
    private static final String KERNEL = "letterbox";
    /** Threads of a block: a warp writes one stretch of a line. */
    private static final int BLOCK_X = 32;

    private static final int BLOCK_Y = 8;

    private final CUlib_st library = new CUlib_st();
    private final CUkern_st kernel = new CUkern_st();
    private final dim3 grid;
    private final dim3 block = new dim3(BLOCK_X, BLOCK_Y, 1);
    private boolean closed;

    private CudaLetterbox(ModelInput input) {
        grid = new dim3((input.width() + BLOCK_X - 1) / BLOCK_X, (input.height() + BLOCK_Y - 1) / BLOCK_Y, 1);
    }

    /**
     * Compiles the kernel for {@code device}, which the calling thread must be using, and loads it.
     *
     * @param input what all pictures become
     * @param cache directory for the compiled code
     * @throws CudaFailure if it does not compile or the device refuses it
     */
    public static CudaLetterbox open(CudaDevice device, ModelInput input, Path cache) {
        byte[] code = KernelSource.of(KERNEL + ".cu").cubin(device.architecture(), cache);
        CudaLetterbox letterbox = new CudaLetterbox(input);
        boolean open = false;
        try (BytePointer machineCode = new BytePointer(code)) {
            letterbox.load(machineCode);
            open = true;
            return letterbox;
        } finally {
            if (!open) {
                letterbox.free();
            }
        }
    }

    private void load(BytePointer code) {
        Cuda.check(
                cudart.cudaLibraryLoadData(
                        library,
                        code,
                        (IntPointer) null,
                        (PointerPointer<?>) null,
                        0,
                        (IntPointer) null,
                        (PointerPointer<?>) null,
                        0),
                "cudaLibraryLoadData");
        int result = cudart.cudaLibraryGetKernel(kernel, library, KERNEL);
        if (result != cudart.cudaSuccess) {
            cudart.cudaLibraryUnload(library);
            Cuda.check(result, "cudaLibraryGetKernel");
        }
    }

    /**
     * Queues the kernel for one picture. The arguments are copied by the call; the picture's memory must stay until the
     * stream is past it.
     */
    public void launch(LetterboxArguments arguments, Stream stream) {
        Cuda.check(
                cudart.cudaLaunchKernel(kernel, grid, block, arguments.list(), 0, stream.pointer()),
                "cudaLaunchKernel");
    }

    /** Unloads the kernel. */
    @Override
    public void close() {
        if (!closed) {
            free();
            Cuda.check(cudart.cudaLibraryUnload(library), "cudaLibraryUnload");
        }
    }

    private void free() {
        closed = true;
        grid.close();
        block.close();
    }
}
