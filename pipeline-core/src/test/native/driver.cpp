// The driver's functions by which FFmpeg opens a GPU: contexts and their rules. There is no decoder behind it. Those it
// only looks for end the process.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>
#include "device.h"

using namespace dbl;

#define API extern "C" __attribute__((visibility("default")))
typedef std::unique_lock<std::mutex> Held;

static const int INVALID_CONTEXT = 201;
static thread_local std::vector<uint64_t> pushed;  // those below the current one

static Machine &called(const char *name) {
    Machine &m = Machine::get();
    Held held(m.lock);
    m.calls[name]++;
    return m;
}

API int cuInit(unsigned) { return called("cuInit").settings.devices > 0 ? 0 : NO_DEVICE; }

API int cuDriverGetVersion(int *version) {
    *version = 13030;
    return 0;
}

API int cuDeviceGetCount(int *count) {
    *count = std::max(0, Machine::get().settings.devices);
    return 0;
}

API int cuDeviceGet(int *device, int ordinal) {
    *device = ordinal;
    return ordinal >= 0 && ordinal < Machine::get().settings.devices ? 0 : INVALID_DEVICE;
}

API int cuDeviceGetAttribute(int *value, int, int) {
    *value = 512;  // FFmpeg asks for the alignment of textures
    return 0;
}

API int cuDeviceGetName(char *name, int bytes, int) {
    snprintf(name, size_t(bytes), "%s", Machine::get().settings.name.c_str());
    return 0;
}

API int cuDeviceComputeCapability(int *major, int *minor, int) {
    *major = Machine::get().settings.major;
    *minor = Machine::get().settings.minor;
    return 0;
}

API int cuDevicePrimaryCtxGetState(int device, unsigned *flags, int *active) {
    Machine &m = called("cuDevicePrimaryCtxGetState");
    Held held(m.lock);
    *flags = m.primaries[device].flags;
    *active = m.primaries[device].active;
    return 0;
}

API int cuDevicePrimaryCtxSetFlags(int device, unsigned flags) {
    Machine &m = called("cuDevicePrimaryCtxSetFlags");
    Held held(m.lock);
    m.primaries[device].flags = flags;
    return 0;
}

API int cuDevicePrimaryCtxRetain(uint64_t *context, int device) {
    Machine &m = called("cuDevicePrimaryCtxRetain");
    Held held(m.lock);
    m.primaries[device].active = true;
    *context = Machine::primaryHandle(device);
    return 0;
}

API int cuDevicePrimaryCtxRelease(int) { return 0; }

API int cuCtxCreate_v2(uint64_t *context, unsigned, int) {
    Machine &m = called("cuCtxCreate");
    Held held(m.lock);
    m.born("context of the driver");
    *context = m.nextHandle();
    pushed.push_back(Machine::currentContext());
    Machine::currentContext() = *context;
    return 0;
}

API int cuCtxDestroy_v2(uint64_t) {
    Machine &m = called("cuCtxDestroy");
    Held held(m.lock);
    m.died("context of the driver");
    return 0;
}

API int cuCtxGetCurrent(uint64_t *context) {
    called("cuCtxGetCurrent");
    *context = Machine::currentContext();
    return 0;
}

API int cuCtxPushCurrent_v2(uint64_t context) {
    if (context == 0) return INVALID_VALUE;
    pushed.push_back(Machine::currentContext());
    Machine::currentContext() = context;
    return 0;
}

API int cuCtxPopCurrent_v2(uint64_t *context) {
    if (pushed.empty()) return INVALID_CONTEXT;
    if (context != nullptr) *context = Machine::currentContext();
    Machine::currentContext() = pushed.back();
    pushed.pop_back();
    return 0;
}

API int cuGetErrorName(int code, const char **text) {
    *text = code == NO_DEVICE ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR";
    return 0;
}

API int cuGetErrorString(int code, const char **text) {
    *text = code == NO_DEVICE ? "no CUDA-capable device is detected" : "an error";
    return 0;
}

#define UNMADE(NAME)                                                                      \
    API int NAME() {                                                                      \
        fprintf(stderr, "CUDA double: the driver's %s is not implemented\n", #NAME);      \
        abort();                                                                          \
    }
UNMADE(cuArray3DCreate_v2) UNMADE(cuArray3DGetDescriptor_v2) UNMADE(cuArrayCreate_v2) UNMADE(cuArrayDestroy)
UNMADE(cuArrayGetPlane) UNMADE(cuCtxGetDevice) UNMADE(cuCtxGetStreamPriorityRange) UNMADE(cuCtxSetLimit)
UNMADE(cuCtxSynchronize) UNMADE(cuDestroyExternalMemory) UNMADE(cuDestroyExternalSemaphore)
UNMADE(cuDeviceGetByPCIBusId) UNMADE(cuDeviceGetLuid) UNMADE(cuDeviceGetPCIBusId) UNMADE(cuDeviceGetUuid)
UNMADE(cuDeviceGetUuid_v2) UNMADE(cuDevicePrimaryCtxReset) UNMADE(cuEventCreate) UNMADE(cuEventDestroy_v2)
UNMADE(cuEventQuery) UNMADE(cuEventRecord) UNMADE(cuEventSynchronize) UNMADE(cuExternalMemoryGetMappedBuffer)
UNMADE(cuExternalMemoryGetMappedMipmappedArray) UNMADE(cuImportExternalMemory) UNMADE(cuImportExternalSemaphore)
UNMADE(cuLaunchHostFunc) UNMADE(cuLaunchKernel) UNMADE(cuLinkAddData) UNMADE(cuLinkComplete) UNMADE(cuLinkCreate)
UNMADE(cuLinkDestroy) UNMADE(cuMemAllocAsync) UNMADE(cuMemAllocManaged) UNMADE(cuMemAllocPitch_v2)
UNMADE(cuMemAlloc_v2) UNMADE(cuMemFreeAsync) UNMADE(cuMemFreeHost) UNMADE(cuMemFree_v2) UNMADE(cuMemHostAlloc)
UNMADE(cuMemcpy) UNMADE(cuMemcpy2DAsync_v2) UNMADE(cuMemcpy2D_v2) UNMADE(cuMemcpyAsync) UNMADE(cuMemcpyDtoDAsync_v2)
UNMADE(cuMemcpyDtoD_v2) UNMADE(cuMemcpyDtoHAsync_v2) UNMADE(cuMemcpyDtoH_v2) UNMADE(cuMemcpyHtoDAsync_v2)
UNMADE(cuMemcpyHtoD_v2) UNMADE(cuMemsetD16Async) UNMADE(cuMemsetD2D16Async) UNMADE(cuMemsetD2D32Async)
UNMADE(cuMemsetD2D8Async) UNMADE(cuMemsetD32Async) UNMADE(cuMemsetD8Async) UNMADE(cuMipmappedArrayDestroy)
UNMADE(cuMipmappedArrayGetLevel) UNMADE(cuModuleGetFunction) UNMADE(cuModuleGetGlobal) UNMADE(cuModuleLoadData)
UNMADE(cuModuleUnload) UNMADE(cuSignalExternalSemaphoresAsync) UNMADE(cuStreamAddCallback) UNMADE(cuStreamCreate)
UNMADE(cuStreamCreateWithPriority) UNMADE(cuStreamDestroy_v2) UNMADE(cuStreamQuery) UNMADE(cuStreamSynchronize)
UNMADE(cuStreamWaitEvent) UNMADE(cuTexObjectCreate) UNMADE(cuTexObjectDestroy) UNMADE(cuWaitExternalSemaphoresAsync)
UNMADE(cuGLGetDevices_v2) UNMADE(cuGraphicsGLRegisterImage) UNMADE(cuGraphicsMapResources)
UNMADE(cuGraphicsResourceGetMappedPointer_v2) UNMADE(cuGraphicsSubResourceGetMappedArray)
UNMADE(cuGraphicsUnmapResources) UNMADE(cuGraphicsUnregisterResource)
