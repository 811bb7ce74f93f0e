// The letterbox kernel as a function for the host: the same source, run thread by thread of its grid.

struct Index {
    unsigned x, y, z;
};

static thread_local Index blockIdx, blockDim, threadIdx;

#define __global__
#define __device__
#include "letterbox.cu"

// static native void run(long arguments, int gridX, int gridY, int blockX, int blockY), without a need for jni.h.
extern "C" void Java_io_ringsight_core_infer_cuda_HostKernel_run(
    void *, void *, long long arguments, int gridX, int gridY, int blockX, int blockY) {
    const LetterboxRow row = *reinterpret_cast<const LetterboxRow *>(arguments);
    blockDim = {unsigned(blockX), unsigned(blockY), 1};
    for (blockIdx.y = 0; blockIdx.y < unsigned(gridY); blockIdx.y++) {
        for (blockIdx.x = 0; blockIdx.x < unsigned(gridX); blockIdx.x++) {
            for (threadIdx.y = 0; threadIdx.y < blockDim.y; threadIdx.y++) {
                for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++) {
                    letterbox(row);
                }
            }
        }
    }
}

extern "C" int Java_io_ringsight_core_infer_cuda_HostKernel_argumentBytes(void *, void *) {
    return sizeof(LetterboxRow);
}
