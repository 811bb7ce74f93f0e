package io.ringsight.sources.libav;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.infer.cuda.Cuda;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;

/**
 * A GPU as FFmpeg opens it for its decoder: in the context the network computes in, so that addresses mean the same to
 * both. That is the primary context, made by the CUDA runtime. FFmpeg is told to take the thread's current one and not
 * {@code primary_ctx}: of that it demands flags of its own, and refuses it as the runtime made it.
 */
public record CudaContext(AVBufferRef reference, String problem) {
    /**
     * Opens it on the calling thread, whose current context it becomes.
     *
     * @return the open context, which the caller closes, or the problem
     */
    public static CudaContext open(int device, FfmpegLog log) {
        String problem = Cuda.enter(device);
        if (!problem.isEmpty()) {
            return new CudaContext(null, problem);
        }
        log.forgetErrors();
        AVBufferRef made = new AVBufferRef(null);
        AVDictionary options = new AVDictionary(null);
        av_dict_set(options, "current_ctx", "1", 0);
        int result = av_hwdevice_ctx_create(made, AV_HWDEVICE_TYPE_CUDA, Integer.toString(device), options, 0);
        av_dict_free(options);
        return result < 0
                ? new CudaContext(null, FfmpegErrors.detail(result, log.lastError()))
                : new CudaContext(made, "");
    }

    public void close() {
        if (reference != null) {
            av_buffer_unref(reference);
        }
    }
}
