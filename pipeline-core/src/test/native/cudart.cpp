// The CUDA runtime's functions that Ringsight calls, over the model of device.h. Names, order of parameters and codes
// are those of the runtime's C interface, which the JavaCPP library is bound to.
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include "device.h"
#include "kernels.h"

using namespace dbl;

#define API extern "C" __attribute__((visibility("default")))
typedef uint64_t Handle;
typedef std::unique_lock<std::mutex> Held;

static Machine &machine() { return Machine::get(); }

struct Dim3 {
    unsigned x, y, z;
};

// The beginning of the runtime's structure, as far as anything is set.
struct DeviceProperties {
    char name[256];
    char uuid[16];
    char luid[8];
    unsigned luidDeviceNodeMask;
    size_t totalGlobalMem, sharedMemPerBlock;
    int regsPerBlock, warpSize;
    size_t memPitch;
    int maxThreadsPerBlock, maxThreadsDim[3], maxGridSize[3];
    size_t totalConstMem;
    int major, minor;
    size_t textureAlignment, texturePitchAlignment;
    int multiProcessorCount, integrated, canMapHostMemory;
    int textures[39];
    size_t surfaceAlignment;
    int concurrentKernels, eccEnabled, pciBusId, pciDeviceId, pciDomainId, tccDriver, asyncEngineCount;
};

static int absence(const Machine &m) {
    return m.settings.devices < 0 ? INSUFFICIENT_DRIVER : m.settings.devices == 0 ? NO_DEVICE : SUCCESS;
}

#define ENTER_AS(name, fitting, asynchronous)                          \
    Machine &m = machine();                                            \
    Held held(m.lock);                                                 \
    if (int absent = absence(m)) return m.failed(absent);              \
    int entered = m.enter(name, true, fitting, asynchronous);          \
    (void) entered;
#define ENTER(name, fitting) \
    ENTER_AS(name, fitting, false) \
    if (entered != SUCCESS) return entered;

// ------------------------------------------------------------------------------------------- devices and errors

API int cudaGetDeviceCount(int *count) {
    Machine &m = machine();
    Held held(m.lock);
    if (m.settings.devices < 0) return m.failed(INSUFFICIENT_DRIVER);
    int code = m.enter("cudaGetDeviceCount", true, INITIALIZATION);
    if (code != SUCCESS) return code;
    *count = m.settings.devices;
    return m.failed(absence(m));
}

API int cudaGetDeviceProperties(DeviceProperties *out, int device) {
    ENTER("cudaGetDeviceProperties", INITIALIZATION)
    if (device < 0 || device >= m.settings.devices) return m.failed(INVALID_DEVICE);
    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "%s", m.settings.name.c_str());
    memcpy(out->uuid, "ringsightdouble", 15);
    out->uuid[15] = char(device);
    out->totalGlobalMem = m.settings.memory;
    out->sharedMemPerBlock = 49152;
    out->regsPerBlock = 65536;
    out->warpSize = 32;
    out->memPitch = 2147483647;
    out->maxThreadsPerBlock = 1024;
    out->maxThreadsDim[0] = out->maxThreadsDim[1] = 1024;
    out->maxThreadsDim[2] = 64;
    out->maxGridSize[0] = 2147483647;
    out->maxGridSize[1] = out->maxGridSize[2] = 65535;
    out->totalConstMem = 65536;
    bool last = m.settings.lastMajor > 0 && device == m.settings.devices - 1;
    out->major = last ? m.settings.lastMajor : m.settings.major;
    out->minor = last ? m.settings.lastMinor : m.settings.minor;
    out->multiProcessorCount = 1;
    out->canMapHostMemory = 1;
    out->concurrentKernels = 1;
    out->pciBusId = device + 1;
    out->asyncEngineCount = 1;
    return SUCCESS;
}

API int cudaDeviceGetAttribute(int *value, int attribute, int device) {
    ENTER("cudaDeviceGetAttribute", INITIALIZATION)
    if (device < 0 || device >= m.settings.devices) return m.failed(INVALID_DEVICE);
    switch (attribute) {
        case 10: *value = 32; break;                       // warp size
        case 1: *value = 1024; break;                      // threads per block
        case 15: case 31: case 41: *value = 1; break;      // overlap, concurrent kernels, unified addressing
        case 16: case 40: *value = 1; break;               // multiprocessors, copy engines
        case 75: *value = m.settings.major; break;
        case 76: *value = m.settings.minor; break;
        default: *value = 0;
    }
    return SUCCESS;
}

API int cudaSetDevice(int device) {
    ENTER("cudaSetDevice", INVALID_DEVICE)
    return m.useDevice(device);
}

API int cudaSetDeviceFlags(unsigned flags) {
    ENTER("cudaSetDeviceFlags", UNKNOWN)
    m.primaries[m.currentDevice()].flags = flags;
    return SUCCESS;
}

API int cudaGetDeviceFlags(unsigned *flags) {
    ENTER("cudaGetDeviceFlags", UNKNOWN)
    *flags = m.primaries[m.currentDevice()].flags;
    return SUCCESS;
}

API int cudaGetDevice(int *device) {
    ENTER("cudaGetDevice", INITIALIZATION)
    *device = m.currentDevice();
    return SUCCESS;
}

API int cudaDriverGetVersion(int *version) {
    Machine &m = machine();
    Held held(m.lock);
    int code = m.enter("cudaDriverGetVersion", true, INITIALIZATION);
    *version = m.settings.devices < 0 ? 0 : 13030;
    return m.settings.devices < 0 ? SUCCESS : code;
}

API int cudaRuntimeGetVersion(int *version) {
    Machine &m = machine();
    Held held(m.lock);
    int code = m.enter("cudaRuntimeGetVersion", true, INITIALIZATION);
    *version = 13030;
    return m.settings.devices < 0 ? SUCCESS : code;
}

struct CodeName {
    int code;
    const char *name, *sentence;
};
static const CodeName CODES[] = {
    {SUCCESS, "cudaSuccess", "no error"},
    {INVALID_VALUE, "cudaErrorInvalidValue", "invalid argument"},
    {MEMORY_ALLOCATION, "cudaErrorMemoryAllocation", "out of memory"},
    {INITIALIZATION, "cudaErrorInitializationError", "initialization error"},
    {INSUFFICIENT_DRIVER, "cudaErrorInsufficientDriver", "CUDA driver version is insufficient for CUDA runtime version"},
    {NO_DEVICE, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {INVALID_DEVICE, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {INVALID_KERNEL_IMAGE, "cudaErrorInvalidKernelImage", "device kernel image is invalid"},
    {NO_BINARY_FOR_GPU, "cudaErrorNoKernelImageForDevice", "no kernel image is available for execution on the device"},
    {226, "cudaErrorContained", "an exception occurred on the device that is contained by it"},
    {INVALID_HANDLE, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {SYMBOL_NOT_FOUND, "cudaErrorSymbolNotFound", "named symbol not found"},
    {NOT_READY, "cudaErrorNotReady", "device not ready"},
    {ILLEGAL_ADDRESS, "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    {LAUNCH_FAILURE, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {CAPTURE_UNSUPPORTED, "cudaErrorStreamCaptureUnsupported", "operation not permitted when stream is capturing"},
    {CAPTURE_INVALIDATED, "cudaErrorStreamCaptureInvalidated", "operation failed due to a previous error during capture"},
    {CAPTURE_UNMATCHED, "cudaErrorStreamCaptureUnmatched", "capture was not initiated in this stream"},
    {CAPTURE_UNJOINED, "cudaErrorStreamCaptureUnjoined", "capturing stream has unjoined work"},
    {CAPTURE_ISOLATION, "cudaErrorStreamCaptureIsolation", "dependency created on uncaptured work in another stream"},
    {CAPTURED_EVENT, "cudaErrorCapturedEvent", "operation not permitted on an event last recorded in a capturing stream"},
    {CAPTURE_WRONG_THREAD, "cudaErrorStreamCaptureWrongThread", "attempt to terminate a thread-local capture sequence from another thread"},
    {UNKNOWN, "cudaErrorUnknown", "unknown error"},
};

API const char *cudaGetErrorName(int code) {
    for (const CodeName &one : CODES) {
        if (one.code == code) return one.name;
    }
    return "unrecognized error code";
}

API const char *cudaGetErrorString(int code) {
    for (const CodeName &one : CODES) {
        if (one.code == code) return one.sentence;
    }
    return "unrecognized error code";
}

API int cudaGetLastError() {
    Machine &m = machine();
    Held held(m.lock);
    return m.lastError(true);
}

API int cudaPeekAtLastError() {
    Machine &m = machine();
    Held held(m.lock);
    return m.lastError(false);
}

// ------------------------------------------------------------------------------------------- memory

API int cudaMemGetInfo(size_t *free, size_t *total) {
    ENTER("cudaMemGetInfo", INITIALIZATION)
    *total = m.settings.memory;
    *free = m.settings.memory - m.used(m.currentDevice());
    return SUCCESS;
}

API int cudaMalloc(void **out, size_t bytes) {
    ENTER("cudaMalloc", MEMORY_ALLOCATION)
    if (int code = m.unsafeWhileCapturing("cudaMalloc")) return code;
    uintptr_t base = 0;
    int code = m.allocate(bytes, m.currentDevice(), "cudaMalloc", &base);
    if (code == SUCCESS) *out = reinterpret_cast<void *>(base);
    return m.failed(code);
}

API int cudaFree(void *address) {
    ENTER_AS("cudaFree", LAUNCH_FAILURE, true)
    if (int code = m.unsafeWhileCapturing("cudaFree")) return code;
    m.settle(held, reinterpret_cast<uintptr_t>(address));
    int code = m.release(reinterpret_cast<uintptr_t>(address), false, "cudaFree");
    return entered != SUCCESS ? entered : code;
}

API int cudaHostAlloc(void **out, size_t bytes, unsigned) {
    ENTER("cudaHostAlloc", MEMORY_ALLOCATION)
    if (int code = m.unsafeWhileCapturing("cudaHostAlloc")) return code;
    uintptr_t base = 0;
    int code = m.allocate(bytes, -1, "cudaHostAlloc", &base);
    if (code == SUCCESS) *out = reinterpret_cast<void *>(base);
    return m.failed(code);
}

API int cudaFreeHost(void *address) {
    ENTER_AS("cudaFreeHost", LAUNCH_FAILURE, true)
    if (int code = m.unsafeWhileCapturing("cudaFreeHost")) return code;
    m.settle(held, reinterpret_cast<uintptr_t>(address));
    int code = m.release(reinterpret_cast<uintptr_t>(address), true, "cudaFreeHost");
    return entered != SUCCESS ? entered : code;
}

// What one end of a copy is; SUCCESS, or why it cannot be.
static int classify(Machine &m, const char *call, uintptr_t from, size_t bytes, bool mustBeDevice, bool &device, bool &pinned) {
    device = m.inWindow(from);
    pinned = m.isPinnedAddress(from);
    if (device != mustBeDevice) {
        m.report("wrong-memory", text("%s: 0x%lx is %s memory, its kind of copy says %s", call, static_cast<unsigned long>(from),
                                      device ? "device" : "host", mustBeDevice ? "device" : "host"));
        return INVALID_VALUE;
    }
    if (!device && !pinned) return from == 0 ? INVALID_VALUE : SUCCESS;
    Block *block = m.find(from);
    if (block == nullptr) {
        m.report("use-after-free", text("%s: no live memory at 0x%lx", call, static_cast<unsigned long>(from)));
        return INVALID_VALUE;
    }
    if (from + bytes > block->base + block->bytes) {
        m.report("out-of-range", text("%s: %zu bytes from offset %lu of a block of %zu bytes", call, bytes,
                                      static_cast<unsigned long>(from - block->base), block->bytes));
        return INVALID_VALUE;
    }
    return SUCCESS;
}

struct Rows {
    size_t width, height, toPitch, fromPitch;
    size_t toSpan() const { return height == 0 ? 0 : toPitch * (height - 1) + width; }
    size_t fromSpan() const { return height == 0 ? 0 : fromPitch * (height - 1) + width; }
};

static void copyRows(char *to, const char *from, const Rows &rows) {
    for (size_t y = 0; y < rows.height; y++) memcpy(to + y * rows.toPitch, from + y * rows.fromPitch, rows.width);
}

static int copy(const char *call, void *to, const void *from, Rows rows, int kind, Handle handle) {
    ENTER_AS(call, LAUNCH_FAILURE, true)
    if (entered != SUCCESS) return entered;
    std::shared_ptr<Stream> stream = m.stream(handle);
    if (!stream) return m.failed(INVALID_HANDLE);
    uintptr_t target = reinterpret_cast<uintptr_t>(to), source = reinterpret_cast<uintptr_t>(from);
    if (kind < 0 || kind > 4 || rows.toPitch < rows.width || rows.fromPitch < rows.width) return m.failed(INVALID_VALUE);
    if (kind == 4) kind = (m.inWindow(target) ? 1 : 0) + (m.inWindow(source) ? 2 : 0);
    if (rows.width == 0 || rows.height == 0) return SUCCESS;
    bool toDevice, toPinned, fromDevice, fromPinned;
    if (int code = classify(m, call, target, rows.toSpan(), kind == 1 || kind == 3, toDevice, toPinned)) return m.failed(code);
    if (int code = classify(m, call, source, rows.fromSpan(), kind == 2 || kind == 3, fromDevice, fromPinned)) return m.failed(code);

    Op op;
    op.kind = fromDevice && toDevice ? Kind::COPY_DEVICE : toDevice ? Kind::COPY_IN : Kind::COPY_OUT;
    op.name = call;
    op.bytes = int64_t(rows.width * rows.height);
    op.contiguous = rows.height == 1;
    if (toDevice) op.device.push_back({target, target + rows.toSpan(), true});
    if (fromDevice) op.device.push_back({source, source + rows.fromSpan(), false});
    if (toPinned) op.pinned.push_back({target, target + rows.toSpan(), true});
    if (fromPinned) op.pinned.push_back({source, source + rows.fromSpan(), false});
    const char *origin = static_cast<const char *>(m.alias(source));
    bool pageable = (!fromDevice && !fromPinned) || (!toDevice && !toPinned);
    if (pageable) {
        m.calls["(pageable copy)"]++;
        if (stream->capture) {
            stream->captureBroken = true;
            m.report("capture", text("%s of pageable memory while stream %d is being captured", call, stream->id));
            return m.failed(CAPTURE_UNSUPPORTED);
        }
    }
    if (!fromDevice && !fromPinned) {  // pageable: taken before the call returns
        auto staged = std::make_shared<std::vector<char>>(rows.width * rows.height);
        Rows pack{rows.width, rows.height, rows.width, rows.fromPitch};
        copyRows(staged->data(), origin, pack);
        origin = staged->data();
        rows.fromPitch = rows.width;
        op.keep = staged;
    }
    char *destination = static_cast<char *>(m.alias(target));
    op.run = [destination, origin, rows, call] {
        return shielded([&] { copyRows(destination, origin, rows); }, call);
    };
    int code = m.enqueue(*stream, std::move(op));
    if (code == SUCCESS && !toDevice && !toPinned) code = m.waitStream(held, stream);  // pageable: written before it returns
    return m.failed(code);
}

API int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, Handle stream) {
    return copy("cudaMemcpyAsync", to, from, {bytes, 1, bytes, bytes}, kind, stream);
}

API int cudaMemcpy2DAsync(void *to, size_t toPitch, const void *from, size_t fromPitch, size_t width, size_t height, int kind,
                          Handle stream) {
    return copy("cudaMemcpy2DAsync", to, from, {width, height, toPitch, fromPitch}, kind, stream);
}

API int cudaMemsetAsync(void *to, int value, size_t bytes, Handle handle) {
    ENTER_AS("cudaMemsetAsync", LAUNCH_FAILURE, true)
    if (entered != SUCCESS) return entered;
    std::shared_ptr<Stream> stream = m.stream(handle);
    if (!stream) return m.failed(INVALID_HANDLE);
    if (bytes == 0) return SUCCESS;
    uintptr_t target = reinterpret_cast<uintptr_t>(to);
    bool device, pinned;
    if (int code = classify(m, "cudaMemsetAsync", target, bytes, !m.isPinnedAddress(target), device, pinned)) return m.failed(code);
    Op op;
    op.kind = Kind::SET;
    op.name = "cudaMemsetAsync";
    op.bytes = int64_t(bytes);
    (device ? op.device : op.pinned).push_back({target, target + bytes, true});
    void *destination = m.alias(target);
    op.run = [destination, value, bytes] { return shielded([&] { memset(destination, value, bytes); }, "cudaMemsetAsync"); };
    return m.enqueue(*stream, std::move(op));
}

// ------------------------------------------------------------------------------------------- streams and events

API int cudaStreamCreateWithFlags(Handle *out, unsigned) {
    ENTER("cudaStreamCreateWithFlags", MEMORY_ALLOCATION)
    std::shared_ptr<Stream> stream = m.newStream(m.currentDevice());
    m.streams[stream->handle] = stream;
    *out = stream->handle;
    return SUCCESS;
}

API int cudaStreamDestroy(Handle handle) {
    ENTER_AS("cudaStreamDestroy", LAUNCH_FAILURE, true)
    std::shared_ptr<Stream> stream = m.stream(handle);
    if (!stream) return m.failed(INVALID_HANDLE);
    if (stream->capture) m.report("destroy-in-use", text("stream %d was destroyed while being captured", stream->id));
    m.drop(stream);
    return entered;
}

API int cudaStreamSynchronize(Handle handle) {
    ENTER_AS("cudaStreamSynchronize", LAUNCH_FAILURE, true)
    std::shared_ptr<Stream> stream = m.stream(handle);
    if (!stream) return m.failed(INVALID_HANDLE);
    if (stream->capture) {
        stream->captureBroken = true;
        return m.failed(CAPTURE_UNSUPPORTED);
    }
    if (int code = m.unsafeWhileCapturing("cudaStreamSynchronize")) return code;
    int code = m.waitStream(held, stream);
    return entered != SUCCESS ? entered : code;
}

API int cudaStreamQuery(Handle handle) {
    ENTER_AS("cudaStreamQuery", LAUNCH_FAILURE, true)
    if (entered != SUCCESS) return entered;
    std::shared_ptr<Stream> stream = m.stream(handle);
    if (!stream) return m.failed(INVALID_HANDLE);
    if (stream->capture) {
        stream->captureBroken = true;
        return m.failed(CAPTURE_UNSUPPORTED);
    }
    if (int code = m.unsafeWhileCapturing("cudaStreamQuery")) return code;
    if (stream->finished < stream->sequence) return NOT_READY;
    return m.waitStream(held, stream);
}

API int cudaStreamWaitEvent(Handle handle, Handle eventHandle, unsigned) {
    ENTER_AS("cudaStreamWaitEvent", LAUNCH_FAILURE, true)
    if (entered != SUCCESS) return entered;
    std::shared_ptr<Stream> stream = m.stream(handle);
    std::shared_ptr<Event> event = m.event(eventHandle);
    if (!stream || !event) return m.failed(INVALID_HANDLE);
    if (event->captured) {
        if (stream->capture) return SUCCESS;  // within one capture: nodes keep the order of the calls
        for (auto &entry : m.streams) {
            if (entry.second->capture && event->device == stream->device) {  // a fork: this stream joins the capture
                stream->capture = entry.second->capture;
                stream->captureMode = entry.second->captureMode;
                stream->captureThread = entry.second->captureThread;
                stream->captureForked = true;
                return SUCCESS;
            }
        }
        return m.failed(CAPTURED_EVENT);
    }
    if (stream->capture) {
        if (event->recorded == 0) return SUCCESS;
        stream->captureBroken = true;
        return m.failed(CAPTURE_ISOLATION);
    }
    if (event->recorded == 0) return SUCCESS;
    Op op;
    op.kind = Kind::WAIT;
    op.name = "cudaStreamWaitEvent";
    op.event = event;
    op.generation = event->recorded;
    join(stream->clock, event->clock);
    return m.enqueue(*stream, std::move(op));
}

API int cudaEventCreateWithFlags(Handle *out, unsigned flags) {
    ENTER("cudaEventCreateWithFlags", MEMORY_ALLOCATION)
    auto event = std::make_shared<Event>();
    event->handle = m.nextHandle();
    event->device = m.currentDevice();
    event->flags = flags;
    m.events[event->handle] = event;
    *out = event->handle;
    return SUCCESS;
}

API int cudaEventDestroy(Handle handle) {
    ENTER_AS("cudaEventDestroy", LAUNCH_FAILURE, true)
    std::shared_ptr<Event> event = m.event(handle);
    if (!event) return m.failed(INVALID_HANDLE);
    if (event->completed < event->recorded) {
        m.report("destroy-in-use", "an event was destroyed before what it records had ended");
    }
    m.events.erase(handle);
    return entered;
}

API int cudaEventRecord(Handle handle, Handle streamHandle) {
    ENTER_AS("cudaEventRecord", LAUNCH_FAILURE, true)
    if (entered != SUCCESS) return entered;
    std::shared_ptr<Event> event = m.event(handle);
    std::shared_ptr<Stream> stream = m.stream(streamHandle);
    if (!stream || !event) return m.failed(INVALID_HANDLE);
    if (stream->device != event->device) {
        m.report("wrong-device", text("an event of device %d recorded on a stream of device %d", event->device, stream->device));
        return m.failed(INVALID_HANDLE);
    }
    event->captured = stream->capture != nullptr;
    if (event->captured) return SUCCESS;
    event->recorded++;
    Op op;
    op.kind = Kind::RECORD;
    op.name = "cudaEventRecord";
    op.event = event;
    op.generation = event->recorded;
    int code = m.enqueue(*stream, std::move(op));
    event->clock = stream->clock;
    return code;
}

API int cudaEventQuery(Handle handle) {
    ENTER_AS("cudaEventQuery", LAUNCH_FAILURE, true)
    if (entered != SUCCESS) return entered;
    std::shared_ptr<Event> event = m.event(handle);
    if (!event) return m.failed(INVALID_HANDLE);
    if (event->captured) return m.failed(CAPTURED_EVENT);
    if (int code = m.unsafeWhileCapturing("cudaEventQuery")) return code;
    if (event->completed < event->recorded) return NOT_READY;
    return m.waitEvent(held, event);
}

API int cudaEventSynchronize(Handle handle) {
    ENTER_AS("cudaEventSynchronize", LAUNCH_FAILURE, true)
    std::shared_ptr<Event> event = m.event(handle);
    if (!event) return m.failed(INVALID_HANDLE);
    if (event->captured) return m.failed(CAPTURED_EVENT);
    if (int code = m.unsafeWhileCapturing("cudaEventSynchronize")) return code;
    int code = m.waitEvent(held, event);
    return entered != SUCCESS ? entered : code;
}

API int cudaEventElapsedTime(float *ms, Handle startHandle, Handle endHandle) {
    ENTER_AS("cudaEventElapsedTime", LAUNCH_FAILURE, true)
    if (entered != SUCCESS) return entered;
    std::shared_ptr<Event> start = m.event(startHandle), end = m.event(endHandle);
    if (!start || !end) return m.failed(INVALID_HANDLE);
    if ((start->flags | end->flags) & 2) return m.failed(INVALID_HANDLE);  // made without timing
    if (start->recorded == 0 || end->recorded == 0) return m.failed(INVALID_HANDLE);
    if (start->completed < start->recorded || end->completed < end->recorded) return NOT_READY;
    *ms = float(double(end->completedNs - start->completedNs) / 1e6);
    return SUCCESS;
}

API int cudaDeviceSynchronize() {
    ENTER_AS("cudaDeviceSynchronize", LAUNCH_FAILURE, true)
    if (int code = m.unsafeWhileCapturing("cudaDeviceSynchronize")) return code;
    int code = m.waitDevice(held, m.currentDevice());
    return entered != SUCCESS ? entered : code;
}

// ------------------------------------------------------------------------------------------- graphs

API int cudaStreamBeginCapture(Handle handle, int mode) {
    ENTER("cudaStreamBeginCapture", CAPTURE_UNSUPPORTED)
    std::shared_ptr<Stream> stream = m.stream(handle);
    if (!stream) return m.failed(INVALID_HANDLE);
    if (handle <= 2 || mode < 0 || mode > 2) return m.failed(handle <= 2 ? CAPTURE_UNSUPPORTED : INVALID_VALUE);
    if (stream->capture) return m.failed(INVALID_VALUE);
    stream->capture = std::make_shared<Graph>();
    stream->capture->device = stream->device;
    stream->captureMode = mode;
    stream->captureThread = uint64_t(pthread_self());
    stream->captureBroken = stream->captureForked = false;
    return SUCCESS;
}

API int cudaStreamEndCapture(Handle handle, Handle *out) {
    ENTER_AS("cudaStreamEndCapture", CAPTURE_INVALIDATED, false)
    *out = 0;
    std::shared_ptr<Stream> stream = m.stream(handle);
    if (!stream) return m.failed(INVALID_HANDLE);
    if (!stream->capture || stream->captureForked) return m.failed(CAPTURE_UNMATCHED);
    if (stream->captureMode != 2 && stream->captureThread != uint64_t(pthread_self())) return m.failed(CAPTURE_WRONG_THREAD);
    std::shared_ptr<Graph> graph = stream->capture;
    bool broken = false;
    for (auto &entry : m.streams) {
        if (entry.second->capture != graph) continue;
        broken |= entry.second->captureBroken;
        entry.second->capture = nullptr;
        entry.second->captureForked = false;
    }
    if (entered != SUCCESS) return entered;
    if (broken) return m.failed(CAPTURE_INVALIDATED);
    *out = m.nextHandle();
    m.graphs[*out] = graph;
    return SUCCESS;
}

API int cudaGraphInstantiate(Handle *out, Handle graph, unsigned long long) {
    ENTER("cudaGraphInstantiate", MEMORY_ALLOCATION)
    auto entry = m.graphs.find(graph);
    if (entry == m.graphs.end()) return m.failed(INVALID_VALUE);
    *out = m.nextHandle();
    m.executables[*out] = std::make_shared<Graph>(*entry->second);
    return SUCCESS;
}

API int cudaGraphLaunch(Handle executable, Handle handle) {
    ENTER_AS("cudaGraphLaunch", LAUNCH_FAILURE, true)
    if (entered != SUCCESS) return entered;
    auto entry = m.executables.find(executable);
    std::shared_ptr<Stream> stream = m.stream(handle);
    if (entry == m.executables.end() || !stream) {
        m.report("use-after-destroy", "a graph that does not exist (any more) was launched");
        return m.failed(INVALID_HANDLE);
    }
    if (stream->capture) return m.failed(CAPTURE_UNSUPPORTED);
    for (const Op &node : entry->second->nodes) {
        for (const auto *all : {&node.device, &node.pinned}) {
            for (const Access &access : *all) {
                Block *block = m.find(access.from);
                if (block == nullptr || access.to > block->base + block->bytes) {
                    m.report("use-after-free", text("a graph's %s uses memory that is free: 0x%lx", node.name.c_str(),
                                                    static_cast<unsigned long>(access.from)));
                    return m.failed(ILLEGAL_ADDRESS);
                }
            }
        }
    }
    return m.enqueueGraph(*stream, *entry->second);
}

API int cudaGraphExecDestroy(Handle executable) {
    ENTER_AS("cudaGraphExecDestroy", LAUNCH_FAILURE, true)
    if (m.executables.erase(executable) == 0) {
        m.report("double-free", "cudaGraphExecDestroy of a graph that does not exist (any more)");
        return m.failed(INVALID_VALUE);
    }
    return entered;
}

API int cudaGraphDestroy(Handle graph) {
    ENTER_AS("cudaGraphDestroy", LAUNCH_FAILURE, true)
    if (m.graphs.erase(graph) == 0) {
        m.report("double-free", "cudaGraphDestroy of a graph that does not exist (any more)");
        return m.failed(INVALID_VALUE);
    }
    return entered;
}

// ------------------------------------------------------------------------------------------- kernels

static const KernelTable *kernels() {
    static const KernelTable *table = [] {
        Dl_info here;
        dladdr(reinterpret_cast<void *>(&cudaGetErrorName), &here);
        std::string path = here.dli_fname;
        path = path.substr(0, path.rfind('/') + 1) + "libkernels.so";
        void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) {
            fprintf(stderr, "CUDA double: %s\n", dlerror());
            return static_cast<const KernelTable *>(nullptr);
        }
        auto function = reinterpret_cast<const KernelTable *(*)()>(dlsym(library, "ringsightKernels"));
        return function();
    }();
    return table;
}

API int cudaLibraryLoadData(Handle *out, const void *code, int *, void **, unsigned, int *, void **, unsigned) {
    ENTER("cudaLibraryLoadData", MEMORY_ALLOCATION)
    const KernelTable *table = kernels();
    Cubin cubin;
    memcpy(&cubin, code, sizeof cubin);
    if (table == nullptr || memcmp(cubin.magic, CUBIN_MAGIC, sizeof cubin.magic) != 0) return m.failed(INVALID_KERNEL_IMAGE);
    if (cubin.architecture / 10 != m.settings.major || cubin.architecture > m.settings.major * 10 + m.settings.minor) {
        m.report("wrong-architecture", text("code for sm_%d on a device of %d.%d", cubin.architecture, m.settings.major, m.settings.minor));
        return m.failed(NO_BINARY_FOR_GPU);
    }
    if (cubin.source != table->sourceHash) {
        m.report("wrong-kernel", "the kernel's source is not the one the double was built from");
        return m.failed(INVALID_KERNEL_IMAGE);
    }
    *out = m.nextHandle();
    m.libraries[*out] = nullptr;
    return SUCCESS;
}

API int cudaLibraryUnload(Handle library) {
    ENTER_AS("cudaLibraryUnload", LAUNCH_FAILURE, true)
    if (m.libraries.erase(library) == 0) {
        m.report("double-free", "cudaLibraryUnload of a library that does not exist (any more)");
        return m.failed(INVALID_HANDLE);
    }
    return entered;
}

API int cudaLibraryGetKernel(const void **out, Handle library, const char *name) {
    ENTER("cudaLibraryGetKernel", SYMBOL_NOT_FOUND)
    if (m.libraries.count(library) == 0) return m.failed(INVALID_HANDLE);
    const KernelTable *table = kernels();
    for (int i = 0; i < table->count; i++) {
        if (strcmp(table->kernels[i].name, name) == 0) {
            *out = &table->kernels[i];
            return SUCCESS;
        }
    }
    return m.failed(SYMBOL_NOT_FOUND);
}

API int cudaLaunchKernel(const void *function, Dim3 grid, Dim3 block, void **arguments, size_t, Handle handle) {
    ENTER_AS("cudaLaunchKernel", LAUNCH_FAILURE, true)
    if (entered != SUCCESS) return entered;
    std::shared_ptr<Stream> stream = m.stream(handle);
    if (!stream) return m.failed(INVALID_HANDLE);
    if (stream->device != m.currentDevice()) {
        m.report("wrong-device", text("a kernel on a stream of device %d while device %d is current", stream->device, m.currentDevice()));
        return m.failed(INVALID_HANDLE);
    }
    const KernelTable *table = kernels();
    const Kernel *kernel = static_cast<const Kernel *>(function);
    if (table == nullptr || kernel < table->kernels || kernel >= table->kernels + table->count || m.libraries.empty()) {
        return m.failed(INVALID_HANDLE);
    }
    uint64_t threads = uint64_t(block.x) * block.y * block.z;
    if (threads == 0 || threads > 1024 || grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.y > 65535 || grid.z > 65535) {
        return m.failed(9);  // cudaErrorInvalidConfiguration
    }
    Op op;
    op.kind = Kind::KERNEL;
    op.name = kernel->name;
    // The arguments are copied now. Addresses of device memory in them, wherever they stand, are made the engine's.
    auto copied = std::make_shared<std::vector<std::vector<uint64_t>>>();
    for (int i = 0; i < kernel->parameters; i++) {
        std::vector<uint64_t> words((kernel->sizes[i] + 7) / 8);
        memcpy(words.data(), arguments[i], kernel->sizes[i]);
        for (uint64_t &word : words) {
            if (m.isPinnedAddress(word)) {
                m.report("wrong-memory", text("%s was given an address of pinned memory", kernel->name));
            }
            if (!m.inWindow(word)) continue;
            Block *memory = m.find(word);
            if (memory == nullptr) {
                m.report("use-after-free", text("%s was given 0x%lx, which is no live memory", kernel->name, static_cast<unsigned long>(word)));
            } else if (memory->device != stream->device) {
                m.report("wrong-device", text("%s of device %d was given memory of device %d", kernel->name, stream->device, memory->device));
                return m.failed(ILLEGAL_ADDRESS);
            } else {
                op.device.push_back({word, memory->base + memory->bytes, !kernel->readOnly[i]});
            }
            word = reinterpret_cast<uint64_t>(m.alias(word));
        }
        copied->push_back(std::move(words));
    }
    op.keep = copied;
    op.run = [kernel, copied, grid, block] {
        std::vector<void *> pointers;
        for (auto &words : *copied) pointers.push_back(words.data());
        unsigned sizes[6] = {grid.x, grid.y, grid.z, block.x, block.y, block.z};
        return shielded([&] { kernel->run(pointers.data(), sizes); }, kernel->name);
    };
    return m.enqueue(*stream, std::move(op));
}
