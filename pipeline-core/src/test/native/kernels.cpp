// Compiles the CUDA source for the host. The build writes kernels_source.inc (the .cu file), kernels_table.inc (one
// line `KERNEL(name)` a kernel) and defines KERNEL_SOURCE, the path of the .cu file.
#include "kernels.h"

#include <cmath>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#define __global__ static
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

struct uint3 {
    unsigned x, y, z;
};
static thread_local uint3 threadIdx, blockIdx, blockDim, gridDim;

template <class T> static inline T __ldg(const T *at) { return *at; }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __saturatef(float a) { return a < 0 ? 0 : a > 1 ? 1 : a; }
static inline int __float2int_rn(float a) { return int(lrintf(a)); }
static inline float __uint_as_float(unsigned a) { float f; memcpy(&f, &a, 4); return f; }
static inline unsigned __float_as_uint(float a) { unsigned u; memcpy(&u, &a, 4); return u; }
template <class T> static inline T min(T a, T b) { return b < a ? b : a; }
template <class T> static inline T max(T a, T b) { return a < b ? b : a; }

// The source without its `extern "C"`, which does not go with `static`: names are found through the table below.
#include "kernels_source.inc"

template <auto F> struct Host;
template <class... A, void (*F)(A...)> struct Host<F> {
    static constexpr int parameters = sizeof...(A);
    static constexpr unsigned sizes[sizeof...(A)] = {sizeof(A)...};
    static constexpr bool readOnly[sizeof...(A)] = {
            (std::is_pointer_v<A> && std::is_const_v<std::remove_pointer_t<A>>)...};

    template <size_t... I> static void loop(void **arguments, const unsigned *sizes6, std::index_sequence<I...>) {
        gridDim = {sizes6[0], sizes6[1], sizes6[2]};
        blockDim = {sizes6[3], sizes6[4], sizes6[5]};
        for (blockIdx.z = 0; blockIdx.z < sizes6[2]; blockIdx.z++)
            for (blockIdx.y = 0; blockIdx.y < sizes6[1]; blockIdx.y++)
                for (blockIdx.x = 0; blockIdx.x < sizes6[0]; blockIdx.x++)
                    for (threadIdx.z = 0; threadIdx.z < sizes6[5]; threadIdx.z++)
                        for (threadIdx.y = 0; threadIdx.y < sizes6[4]; threadIdx.y++)
                            for (threadIdx.x = 0; threadIdx.x < sizes6[3]; threadIdx.x++)
                                F(*static_cast<std::decay_t<A> *>(arguments[I])...);
    }

    static void run(void **arguments, const unsigned *sizes6) {
        loop(arguments, sizes6, std::index_sequence_for<A...>{});
    }
};

// The source's very bytes, to tell whether the program compiles the same ones.
asm(".pushsection .rodata\n"
    ".globl ringsightSource\n.hidden ringsightSource\nringsightSource: .incbin \"" KERNEL_SOURCE "\"\n"
    ".globl ringsightSourceEnd\n.hidden ringsightSourceEnd\nringsightSourceEnd: .byte 0\n"
    ".popsection\n");
extern "C" const char ringsightSource[], ringsightSourceEnd[];

#define KERNEL(name) {#name, Host<&name>::parameters, Host<&name>::sizes, Host<&name>::readOnly, &Host<&name>::run},
static const Kernel KERNELS[] = {
#include "kernels_table.inc"
};

extern "C" __attribute__((visibility("default"))) const KernelTable *ringsightKernels() {
    static const KernelTable table{fnv1a(ringsightSource, uint64_t(ringsightSourceEnd - ringsightSource)), int(sizeof KERNELS / sizeof KERNELS[0]), KERNELS};
    return &table;
}
