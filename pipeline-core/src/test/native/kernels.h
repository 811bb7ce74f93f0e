// What lies between the double's runtime and the kernels compiled for the host.
#pragma once
#include <cstdint>

struct Kernel {
    const char *name;
    int parameters;
    const unsigned *sizes;      // bytes of each parameter
    const bool *readOnly;       // parameters through which nothing is written
    void (*run)(void **arguments, const unsigned sizes[6]);  // grid x, y, z, block x, y, z
};

struct KernelTable {
    uint64_t sourceHash;        // FNV-1a of the .cu file's text
    int count;
    const Kernel *kernels;
};

static const char CUBIN_MAGIC[8] = {'D', 'B', 'L', 'C', 'U', 'B', 'I', 'N'};

// What the double's NVRTC makes.
struct Cubin {
    char magic[8];
    uint64_t source;
    int32_t architecture;       // 90: sm_90
    int32_t reserved;
};

inline uint64_t fnv1a(const char *text, uint64_t bytes) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (uint64_t i = 0; i < bytes; i++) hash = (hash ^ static_cast<unsigned char>(text[i])) * 0x100000001B3u;
    return hash;
}
