#include "onnx.h"

#include <cstdlib>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <link.h>
#include <map>
#include <mutex>

#include "device.h"

// Places of the functions used in ONNX Runtime's table, which only ever grows at its end.
enum Slot {
    ERROR_MESSAGE = 2, CREATE_ENV = 3, DISABLE_TELEMETRY = 6, SESSION_FROM_ARRAY = 8, RUN = 9, CREATE_OPTIONS = 10,
    LOG_SEVERITY = 22, INTRA_THREADS = 24, INTER_THREADS = 25, INPUT_COUNT = 30, OUTPUT_COUNT = 31, INPUT_TYPE = 33,
    OUTPUT_TYPE = 34, INPUT_NAME = 36, OUTPUT_NAME = 37, TENSOR_WITH_DATA = 49, TENSOR_DATA = 51, TYPE_TO_TENSOR = 55,
    ELEMENT_TYPE = 60, DIMENSION_COUNT = 61, DIMENSIONS = 62, TENSOR_SHAPE = 65, CPU_MEMORY = 69, ALLOCATOR_FREE = 76,
    DEFAULT_ALLOCATOR = 78, RELEASE_STATUS = 93, RELEASE_SESSION = 95, RELEASE_VALUE = 96, RELEASE_TYPE = 98,
    RELEASE_SHAPE = 99, RELEASE_OPTIONS = 100
};

namespace {

struct Api {
    void **table = nullptr;
    void *env = nullptr, *cpu = nullptr, *allocator = nullptr;
    std::string problem;

    // A status, or null. ONNX Runtime's functions take pointers and integers only.
    template <class... A> void *call(Slot slot, A... arguments) const {
        return reinterpret_cast<void *(*)(A...)>(table[slot])(arguments...);
    }

    // True where it worked.
    bool ok(void *status, std::string &error) const {
        if (status == nullptr) return true;
        error = reinterpret_cast<const char *(*)(void *)>(table[ERROR_MESSAGE])(status);
        call(RELEASE_STATUS, status);
        return false;
    }
};

int findLoaded(dl_phdr_info *info, size_t, void *out) {
    if (strstr(info->dlpi_name, "libonnxruntime.so") != nullptr) *static_cast<std::string *>(out) = info->dlpi_name;
    return 0;
}

Api open() {
    Api api;
    setenv("ORT_DISABLE_TELEMETRY", "1", 0);  // ONNX Runtime reports to its maker otherwise
    std::string path;
    dl_iterate_phdr(findLoaded, &path);  // the one that the JVM has loaded already, if it has
    if (path.empty()) path = dbl::Machine::get().settings.ort;
    if (path.empty()) {
        Dl_info here;
        dladdr(reinterpret_cast<void *>(&findLoaded), &here);
        path = here.dli_fname;
        path = path.substr(0, path.rfind('/') + 1) + "libonnxruntime.so";
    }
    void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        api.problem = dlerror();
        return api;
    }
    struct Base {
        void **(*api)(uint32_t);
        const char *(*version)();
    };
    auto base = reinterpret_cast<const Base *(*)()>(dlsym(library, "OrtGetApiBase"));
    api.table = base != nullptr ? base()->api(13) : nullptr;
    if (api.table == nullptr) {
        api.problem = "no OrtApi in " + path;
        return api;
    }
    std::string error;
    if (!api.ok(api.call(CREATE_ENV, 3, "cuda-double", &api.env), error) ||
        !api.ok(api.call(CPU_MEMORY, 1, 0, &api.cpu), error) ||
        !api.ok(api.call(DEFAULT_ALLOCATOR, &api.allocator), error)) {
        api.problem = error;
        return api;
    }
    api.ok(api.call(DISABLE_TELEMETRY, api.env), error);
    return api;
}

const Api &api() {
    static const Api opened = open();
    return opened;
}

struct Memory {
    std::mutex lock;
    std::map<std::pair<uint64_t, uint64_t>, std::shared_ptr<std::vector<TensorData>>> results;
    std::deque<std::pair<uint64_t, uint64_t>> order;
    size_t bytes = 0;
};
Memory &memory() {
    static Memory *made = new Memory();
    return *made;
}
const size_t MEMORY_LIMIT = size_t(512) << 20;

bool describe(void *session, bool input, std::vector<TensorInfo> &out, std::string &error) {
    const Api &a = api();
    size_t count = 0;
    if (!a.ok(a.call(input ? INPUT_COUNT : OUTPUT_COUNT, session, &count), error)) return false;
    for (size_t i = 0; i < count; i++) {
        TensorInfo info;
        char *name = nullptr;
        void *type = nullptr;
        const void *tensor = nullptr;
        if (!a.ok(a.call(input ? INPUT_NAME : OUTPUT_NAME, session, i, a.allocator, &name), error)) return false;
        info.name = name;
        a.call(ALLOCATOR_FREE, a.allocator, static_cast<void *>(name));
        if (!a.ok(a.call(input ? INPUT_TYPE : OUTPUT_TYPE, session, i, &type), error)) return false;
        a.ok(a.call(TYPE_TO_TENSOR, type, &tensor), error);
        if (tensor == nullptr) {
            error = info.name + " is no tensor";
            a.call(RELEASE_TYPE, type);
            return false;
        }
        size_t rank = 0;
        a.ok(a.call(ELEMENT_TYPE, tensor, &info.type), error);
        a.ok(a.call(DIMENSION_COUNT, tensor, &rank), error);
        info.dims.resize(rank);
        a.ok(a.call(DIMENSIONS, tensor, info.dims.data(), rank), error);
        a.call(RELEASE_TYPE, type);
        out.push_back(info);
    }
    return true;
}

}  // namespace

int Network::elementBytes(int type) {
    switch (type) {
        case 1: case 6: case 12: return 4;
        case 2: case 3: case 9: return 1;
        case 4: case 5: case 10: case 16: return 2;
        case 7: case 11: case 13: return 8;
        default: return 0;
    }
}

std::shared_ptr<Network> Network::load(const void *model, size_t bytes, std::string &error) {
    const Api &a = api();
    if (a.table == nullptr || a.allocator == nullptr) {
        error = "ONNX Runtime: " + a.problem;
        return nullptr;
    }
    void *options = nullptr;
    if (!a.ok(a.call(CREATE_OPTIONS, &options), error)) return nullptr;
    a.ok(a.call(INTRA_THREADS, options, 1), error);
    a.ok(a.call(INTER_THREADS, options, 1), error);
    a.ok(a.call(LOG_SEVERITY, options, 3), error);
    auto made = std::make_shared<Network>();
    bool loaded = a.ok(a.call(SESSION_FROM_ARRAY, a.env, model, bytes, options, &made->session), error);
    a.call(RELEASE_OPTIONS, options);
    if (!loaded || !describe(made->session, true, made->inputs, error) || !describe(made->session, false, made->outputs, error)) {
        return nullptr;
    }
    made->model.assign(static_cast<const char *>(model), bytes);
    made->modelHash = dbl::hash64(model, bytes);
    return made;
}

Network::~Network() {
    if (session != nullptr) api().call(RELEASE_SESSION, session);
}

bool Network::compute(const std::vector<TensorData> &in, std::vector<TensorData> &out, std::string &error) {
    const Api &a = api();
    std::vector<void *> values(in.size()), results(outputs.size(), nullptr);
    std::vector<const char *> inputNames, outputNames;
    for (auto &one : inputs) inputNames.push_back(one.name.c_str());
    for (auto &one : outputs) outputNames.push_back(one.name.c_str());
    bool good = true;
    for (size_t i = 0; i < in.size() && good; i++) {
        good = a.ok(a.call(TENSOR_WITH_DATA, a.cpu, const_cast<char *>(in[i].bytes.data()), in[i].bytes.size(), in[i].dims.data(),
                           in[i].dims.size(), inputs[i].type, &values[i]), error);
    }
    good = good && a.ok(a.call(RUN, session, static_cast<void *>(nullptr), inputNames.data(), values.data(), values.size(),
                               outputNames.data(), outputNames.size(), results.data()), error);
    out.assign(outputs.size(), {});
    for (size_t i = 0; i < results.size() && good; i++) {
        void *shape = nullptr, *data = nullptr;
        size_t rank = 0;
        good = a.ok(a.call(TENSOR_SHAPE, results[i], &shape), error) && a.ok(a.call(DIMENSION_COUNT, shape, &rank), error);
        if (!good) break;
        out[i].dims.resize(rank);
        good = a.ok(a.call(DIMENSIONS, shape, out[i].dims.data(), rank), error) && a.ok(a.call(TENSOR_DATA, results[i], &data), error);
        a.call(RELEASE_SHAPE, shape);
        size_t bytes = size_t(elementBytes(outputs[i].type));
        for (int64_t d : out[i].dims) bytes *= size_t(d);
        if (good) out[i].bytes.assign(static_cast<char *>(data), static_cast<char *>(data) + bytes);
    }
    for (void *value : values) {
        if (value != nullptr) a.call(RELEASE_VALUE, value);
    }
    for (void *value : results) {
        if (value != nullptr) a.call(RELEASE_VALUE, value);
    }
    return good;
}

bool Network::remembered(const std::vector<TensorData> &in, std::vector<TensorData> &out, std::string &error) {
    std::pair<uint64_t, uint64_t> key{modelHash, ~modelHash};
    for (const TensorData &one : in) {
        for (int64_t d : one.dims) key.first = key.first * 1000003 + uint64_t(d);
        key.first = dbl::hash64(one.bytes.data(), one.bytes.size(), key.first);
        key.second = dbl::hash64(one.bytes.data(), one.bytes.size(), key.second);
    }
    Memory &m = memory();
    {
        std::lock_guard<std::mutex> held(m.lock);
        auto found = m.results.find(key);
        if (found != m.results.end()) {
            out = *found->second;
            return true;
        }
    }
    if (!compute(in, out, error)) return false;
    size_t bytes = 0;
    for (const TensorData &one : out) bytes += one.bytes.size() + 200;
    std::lock_guard<std::mutex> held(m.lock);
    if (m.results.emplace(key, std::make_shared<std::vector<TensorData>>(out)).second) {
        m.order.push_back(key);
        m.bytes += bytes;
    }
    while (m.bytes > MEMORY_LIMIT && !m.order.empty()) {
        auto oldest = m.results.find(m.order.front());
        m.order.pop_front();
        for (const TensorData &one : *oldest->second) m.bytes -= one.bytes.size() + 200;
        m.results.erase(oldest);
    }
    return true;
}

bool Network::run(const std::vector<TensorData> &in, std::vector<TensorData> &out, bool remember, std::string &error) {
    if (!remember) return compute(in, out, error);
    int64_t rows = in.empty() || in[0].dims.empty() ? 1 : in[0].dims[0];
    bool byRow = rows > 1;
    for (size_t i = 0; i < in.size(); i++) {
        byRow &= !inputs[i].dims.empty() && inputs[i].dims[0] < 0 && in[i].dims[0] == rows;
    }
    for (const TensorInfo &one : outputs) byRow &= !one.dims.empty() && one.dims[0] < 0;
    if (!byRow) return remembered(in, out, error);
    for (int64_t row = 0; row < rows; row++) {
        std::vector<TensorData> one(in.size()), result;
        for (size_t i = 0; i < in.size(); i++) {
            size_t bytes = in[i].bytes.size() / size_t(rows);
            one[i].dims = in[i].dims;
            one[i].dims[0] = 1;
            one[i].bytes.assign(in[i].bytes.begin() + long(bytes * size_t(row)), in[i].bytes.begin() + long(bytes * size_t(row + 1)));
        }
        if (!remembered(one, result, error)) return false;
        if (row == 0) out = result;
        for (size_t i = 0; i < result.size(); i++) {
            if (result[i].dims.empty() || result[i].dims[0] != 1) return remembered(in, out, error);
            if (row > 0) out[i].bytes.insert(out[i].bytes.end(), result[i].bytes.begin(), result[i].bytes.end());
        }
    }
    for (TensorData &one : out) one.dims[0] = rows;
    return true;
}
