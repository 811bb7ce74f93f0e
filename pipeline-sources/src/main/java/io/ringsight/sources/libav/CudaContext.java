package io.ringsight.sources.libav;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.infer.cuda.Cuda;
import io.ringsight.core.infer.cuda.CudaFailure;
import io.ringsight.core.infer.cuda.Stream;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVHWDeviceContext;
import org.bytedeco.javacpp.LongPointer;

/**
 * A GPU as FFmpeg opens it for one source's decoder: in the context the network computes in, so that addresses mean the same
 * to both, on a stream of its own, so that no camera waits for another's pictures. That is the primary context, made by the
 * CUDA runtime. FFmpeg is told to take the thread's current one and not {@code primary_ctx}: of that it demands flags of its
 * own, and refuses it as the runtime made it.
 */
public record CudaContext(AVBufferRef reference, Stream stream, int device, String problem) {
    /** Place of the stream in FFmpeg's {@code AVCUDADeviceContext}, behind the context. */
    private static final int STREAM = 1;

    /**
     * Opens it on the calling thread, whose current context it becomes.
     *
     * @return the open context, which the caller closes, or the problem
     */
    public static CudaContext open(int device, FfmpegLog log) {
        String problem = Cuda.enter(device);
        if (!problem.isEmpty()) {
            return unusable(problem);
        }
        log.forgetErrors();
        AVBufferRef made = new AVBufferRef(null);
        AVDictionary options = new AVDictionary(null);
        av_dict_set(options, "current_ctx", "1", 0);
        int result = av_hwdevice_ctx_create(made, AV_HWDEVICE_TYPE_CUDA, Integer.toString(device), options, 0);
        av_dict_free(options);
        if (result < 0) {
            return unusable(FfmpegErrors.detail(result, log.lastError()));
        }
        try {
            Stream stream = Stream.open();
            new LongPointer(new AVHWDeviceContext(made.data()).hwctx()).put(STREAM, stream.address());
            return new CudaContext(made, stream, device, "");
        } catch (CudaFailure e) {
            av_buffer_unref(made);
            return unusable(e.getMessage());
        }
    }

    private static CudaContext unusable(String problem) {
        return new CudaContext(null, null, 0, problem);
    }

    /** Waits, asleep, until all pictures decoded so far are there; returns why that cannot be, or nothing. */
    public String await() {
        try {
            Cuda.use(device);
            stream.synchronize();
            return "";
        } catch (CudaFailure e) {
            return e.getMessage();
        }
    }

    /** The decoder must be closed. */
    public void close() {
        if (reference == null) {
            return;
        }
        av_buffer_unref(reference);
        try {
            Cuda.use(device);
            stream.close();
        } catch (CudaFailure e) {
            // A GPU that failed keeps what it has until the process ends; that it failed was told where it was used.
            return;
        }
    }
}
