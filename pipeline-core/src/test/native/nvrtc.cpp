// NVRTC's functions: "compiles" to a record that names the source by its hash and the architecture.
#include <cstdlib>
#include <cstring>
#include <map>
#include "device.h"
#include "kernels.h"

using namespace dbl;

#define API extern "C" __attribute__((visibility("default")))

enum { OK = 0, OUT_OF_MEMORY = 1, INVALID_INPUT = 3, INVALID_PROGRAM = 4, INVALID_OPTION = 5, COMPILATION = 6 };

struct Program {
    std::string source, log;
    Cubin cubin;
    bool compiled = false;
};
static std::map<uint64_t, Program> programs;
static uint64_t next = 0x6E00;

#define ENTER(name, fitting)                             \
    Machine &m = Machine::get();                         \
    std::unique_lock<std::mutex> held(m.lock);           \
    m.calls[name]++;                                     \
    if (m.injected(name)) return fitting;

API int nvrtcVersion(int *major, int *minor) {
    ENTER("nvrtcVersion", OUT_OF_MEMORY)
    *major = 13;
    *minor = 3;
    return OK;
}

API const char *nvrtcGetErrorString(int code) {
    switch (code) {
        case OK: return "NVRTC_SUCCESS";
        case OUT_OF_MEMORY: return "NVRTC_ERROR_OUT_OF_MEMORY";
        case INVALID_INPUT: return "NVRTC_ERROR_INVALID_INPUT";
        case INVALID_PROGRAM: return "NVRTC_ERROR_INVALID_PROGRAM";
        case INVALID_OPTION: return "NVRTC_ERROR_INVALID_OPTION";
        case COMPILATION: return "NVRTC_ERROR_COMPILATION";
        default: return "NVRTC_ERROR unknown";
    }
}

API int nvrtcCreateProgram(uint64_t *out, const char *source, const char *, int, const char *const *, const char *const *) {
    ENTER("nvrtcCreateProgram", OUT_OF_MEMORY)
    programs[++next].source = source;
    *out = next;
    m.born("NVRTC program");
    return OK;
}

API int nvrtcDestroyProgram(uint64_t *program) {
    Machine &m = Machine::get();
    std::unique_lock<std::mutex> held(m.lock);
    m.calls["nvrtcDestroyProgram"]++;
    bool fail = m.injected("nvrtcDestroyProgram");
    if (programs.erase(*program) == 0) {
        m.report("double-free", "nvrtcDestroyProgram of a program that does not exist (any more)");
        return INVALID_PROGRAM;
    }
    *program = 0;
    m.died("NVRTC program");
    return fail ? INVALID_PROGRAM : OK;
}

API int nvrtcCompileProgram(uint64_t program, int count, const char *const *options) {
    ENTER("nvrtcCompileProgram", COMPILATION)
    auto entry = programs.find(program);
    if (entry == programs.end()) return INVALID_PROGRAM;
    Program &one = entry->second;
    int architecture = 0;
    for (int i = 0; i < count; i++) {
        const char *sm = strstr(options[i], "sm_");
        if (sm != nullptr) architecture = atoi(sm + 3);
    }
    if (architecture == 0) {
        one.log = "double: name the architecture as sm_NN: only CUBINs are made";
        return INVALID_OPTION;
    }
    if (architecture < 75 || architecture > 121) {
        one.log = "nvrtc: error: invalid value for --gpu-architecture (-arch)";
        return INVALID_OPTION;
    }
    if (one.source.find("__global__") == std::string::npos) {
        one.log = "double: no __global__ function in the source";
        return COMPILATION;
    }
    memset(&one.cubin, 0, sizeof one.cubin);
    memcpy(one.cubin.magic, CUBIN_MAGIC, sizeof one.cubin.magic);
    one.cubin.source = fnv1a(one.source.data(), one.source.size());
    one.cubin.architecture = architecture;
    one.compiled = true;
    one.log = "";
    return OK;
}

API int nvrtcGetCUBINSize(uint64_t program, size_t *size) {
    ENTER("nvrtcGetCUBINSize", INVALID_PROGRAM)
    auto entry = programs.find(program);
    if (entry == programs.end()) return INVALID_PROGRAM;
    *size = entry->second.compiled ? sizeof(Cubin) : 0;
    return OK;
}

API int nvrtcGetCUBIN(uint64_t program, char *out) {
    ENTER("nvrtcGetCUBIN", INVALID_PROGRAM)
    auto entry = programs.find(program);
    if (entry == programs.end() || !entry->second.compiled) return INVALID_PROGRAM;
    memcpy(out, &entry->second.cubin, sizeof(Cubin));
    return OK;
}

API int nvrtcGetProgramLogSize(uint64_t program, size_t *size) {
    ENTER("nvrtcGetProgramLogSize", INVALID_PROGRAM)
    auto entry = programs.find(program);
    if (entry == programs.end()) return INVALID_PROGRAM;
    *size = entry->second.log.size() + 1;
    return OK;
}

API int nvrtcGetProgramLog(uint64_t program, char *out) {
    ENTER("nvrtcGetProgramLog", INVALID_PROGRAM)
    auto entry = programs.find(program);
    if (entry == programs.end()) return INVALID_PROGRAM;
    memcpy(out, entry->second.log.c_str(), entry->second.log.size() + 1);
    return OK;
}
