// TensorRT's runtime and builder. An "engine" is a header (version, device, profiles) and the ONNX file; running it
// computes the network by ONNX Runtime on the device's compute thread.
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fstream>
#include <link.h>
#include <map>
#include <memory>
#include <thread>
#include <chrono>
#include "device.h"
#include "onnx.h"
#include "tables.h"

namespace dbl {

struct Dims {
    int32_t count;
    int64_t d[8];
};

static Dims dimsOf(const std::vector<int64_t> &from) {
    Dims dims{int32_t(from.size()), {}};
    for (size_t i = 0; i < from.size() && i < 8; i++) dims.d[i] = from[i];
    return dims;
}

static std::vector<int64_t> vectorOf(const Dims &dims) { return {dims.d, dims.d + std::max(0, std::min(8, dims.count))}; }

static std::string shown(const std::vector<int64_t> &dims) {
    std::string out;
    for (int64_t d : dims) out += (out.empty() ? "" : "x") + std::to_string(d);
    return out;
}

static int typeOf(int onnx) {
    switch (onnx) {
        case 10: return 1;
        case 3: return 2;
        case 6: return 3;
        case 9: return 4;
        case 2: return 5;
        case 16: return 7;
        case 7: return 8;
        default: return 0;
    }
}

struct Profile {
    std::map<std::string, std::vector<int64_t>> bounds[3];  // smallest, best, largest
};

static const Dims NO_DIMS{-1, {}};

static const size_t ACTIVATION_BYTES = size_t(1) << 20;

// Counts the call; true where it shall fail, which is then in the log.
static bool fails(void *logger, const char *name) {
    Machine &m = Machine::get();
    bool fail;
    int sticky;
    {
        std::lock_guard<std::mutex> held(m.lock);
        m.calls[name]++;
        fail = m.injected(name);
        sticky = m.stickyOf[size_t(m.currentDevice())];
    }
    if (fail) logTo(logger, ERROR, std::string("CUDA double: ") + name + " was made to fail");
    else if (sticky != 0) logTo(logger, ERROR, std::string(name) + ": CUDA error " + std::to_string(sticky));
    return fail || sticky != 0;
}

static void counted(const char *name) {
    Machine &m = Machine::get();
    std::lock_guard<std::mutex> held(m.lock);
    m.calls[name]++;
}

void logTo(void *logger, int severity, const std::string &message) {
    if (logger == nullptr) return;
    // ILogger's table begins with log.
    auto log = reinterpret_cast<void (*)(void *, int, const char *)>((*static_cast<void ***>(logger))[0]);
    log(logger, severity, message.c_str());
}

void missingPlace(const char *className, int place) {
    fprintf(stderr, "CUDA double: %s, place %d of its table, is not implemented by the double (NvInferImpl.h names it)\n", className, place);
    fflush(stderr);
    Machine &m = Machine::get();
    {
        std::lock_guard<std::mutex> held(m.lock);
        m.report("missing", text("%s, place %d", className, place));
    }
    m.writeReport();
    abort();
}

static const char *const DEAD = "an object that was destroyed";
static void **deadTable() {
    static Table<&DEAD> table;
    return table.start();
}

#define CLASS(ID, TEXT)                                  \
    static const char *const ID##Name = TEXT;            \
    static const char *const ID##Public = TEXT " (the object itself)";

template <class Data> static Object<Data> *make(const char *kind, void **outside, void **inside, Data &&data) {
    auto *made = new Object<Data>{outside, nullptr, inside, std::move(data)};
    made->implementation = &made->inner;
    Machine &m = Machine::get();
    std::lock_guard<std::mutex> held(m.lock);
    m.born(kind);
    return made;
}

// The object's memory stays, so that a use after this is found.
template <class Data> static void destroy(Object<Data> *object, const char *kind) {
    Machine &m = Machine::get();
    object->data.~Data();
    object->table = deadTable();
    object->inner = deadTable();
    std::lock_guard<std::mutex> held(m.lock);
    m.calls[std::string("~") + kind]++;
    m.died(kind);
}

#define DESTRUCTORS(TABLE, DATA, KIND)                                                               \
    TABLE.set(0, +[](Object<DATA> *self) { destroy(self, KIND); });                                  \
    TABLE.set(1, +[](Object<DATA> *self) { destroy(self, KIND); });

// ------------------------------------------------------------------------------------------- memory of the host

CLASS(HostMemory, "IHostMemory")
struct HostMemory {
    std::string bytes;
};

static Object<HostMemory> *newHostMemory(std::string bytes) {
    static Table<&HostMemoryPublic> outside;
    static Table<&HostMemoryName> inside;
    static bool filled = [] {
        DESTRUCTORS(outside, HostMemory, "IHostMemory")
        inside.set(2, +[](void *self) -> void * { return const_cast<char *>(Object<HostMemory>::of(self).bytes.data()); });
        inside.set(3, +[](void *self) -> size_t { return Object<HostMemory>::of(self).bytes.size(); });
        inside.set(4, +[](void *) -> int { return 2; });
        return true;
    }();
    (void) filled;
    return make("IHostMemory", outside.start(), inside.start(), HostMemory{std::move(bytes)});
}

// ------------------------------------------------------------------------------------------- what an engine is

struct Blueprint {
    int version = 0, capability = 0;
    std::string device;
    std::vector<Profile> profiles;
    std::map<std::string, std::vector<int64_t>> fixed;  // dimensions given to the network's inputs
    std::string model;
};

static const char ENGINE_MAGIC[] = "RSDBLENG";

struct Writer {
    std::string out;
    void number(int64_t value) { out.append(reinterpret_cast<const char *>(&value), 8); }
    void string(const std::string &value) { number(int64_t(value.size())); out += value; }
    void dims(const std::map<std::string, std::vector<int64_t>> &all) {
        number(int64_t(all.size()));
        for (auto &one : all) {
            string(one.first);
            number(int64_t(one.second.size()));
            for (int64_t d : one.second) number(d);
        }
    }
};

struct Reader {
    const char *at, *end;
    bool bad = false;
    int64_t number() {
        int64_t value = 0;
        if (end - at < 8) { bad = true; return 0; }
        memcpy(&value, at, 8);
        at += 8;
        return value;
    }
    std::string string() {
        int64_t size = number();
        if (bad || size < 0 || end - at < size) { bad = true; return ""; }
        at += size;
        return std::string(at - size, size_t(size));
    }
    std::map<std::string, std::vector<int64_t>> dims() {
        std::map<std::string, std::vector<int64_t>> all;
        int64_t count = number();
        for (int64_t i = 0; i < count && !bad; i++) {
            std::string name = string();
            int64_t rank = number();
            if (rank < 0 || rank > 8) bad = true;
            for (int64_t k = 0; k < rank && !bad; k++) all[name].push_back(number());
        }
        return all;
    }
};

static std::string pack(const Blueprint &plan) {
    Writer body;
    body.string(plan.device);
    body.dims(plan.fixed);
    body.number(int64_t(plan.profiles.size()));
    for (const Profile &profile : plan.profiles) {
        for (const auto &bound : profile.bounds) body.dims(bound);
    }
    body.string(plan.model);
    Writer head;
    head.out = std::string(ENGINE_MAGIC, 8);
    head.number(plan.version);
    head.number(plan.capability);
    head.number(int64_t(body.out.size()));
    head.number(int64_t(hash64(body.out.data(), body.out.size())));
    return head.out + body.out;
}

static std::string unpack(const void *blob, size_t bytes, Blueprint &plan) {
    Reader head{static_cast<const char *>(blob), static_cast<const char *>(blob) + bytes};
    if (bytes < 40 || memcmp(blob, ENGINE_MAGIC, 8) != 0) return "Serialization assertion failed: magic tag mismatch";
    head.at += 8;
    plan.version = int(head.number());
    plan.capability = int(head.number());
    int64_t size = head.number(), hash = head.number();
    if (size != head.end - head.at) return "Serialization assertion failed: size mismatch (truncated?)";
    if (hash != int64_t(hash64(head.at, size_t(size)))) return "Serialization assertion failed: checksum mismatch";
    Machine &m = Machine::get();
    if (plan.version != m.settings.trtVersion) {
        return "The engine plan file is not compatible with this version of TensorRT, expecting library version " +
               std::to_string(m.settings.trtVersion) + " got " + std::to_string(plan.version);
    }
    if (plan.capability != m.settings.major * 10 + m.settings.minor) {
        return "The engine plan file is generated on an incompatible device, expecting compute " +
               std::to_string(m.settings.major * 10 + m.settings.minor) + " got " + std::to_string(plan.capability);
    }
    plan.device = head.string();
    plan.fixed = head.dims();
    int64_t profiles = head.number();
    for (int64_t i = 0; i < profiles && !head.bad; i++) {
        plan.profiles.emplace_back();
        for (auto &bound : plan.profiles.back().bounds) bound = head.dims();
    }
    plan.model = head.string();
    return head.bad ? "Serialization assertion failed: unexpected end" : "";
}

// ------------------------------------------------------------------------------------------- engine and context

struct EngineState {
    void *logger;
    std::shared_ptr<Network> network;
    Blueprint plan;
    int device = 0;
    uintptr_t weights = 0;
    std::vector<TensorInfo> tensors;  // inputs, then outputs; dims as the network has them
    size_t inputs = 0;
    std::map<std::string, std::vector<std::vector<int64_t>>> known;

    ~EngineState() {
        Machine &m = Machine::get();
        std::lock_guard<std::mutex> held(m.lock);
        m.release(weights, false, "~ICudaEngine");
    }
    int find(const char *name) const {
        for (size_t i = 0; i < tensors.size(); i++) {
            if (tensors[i].name == name) return int(i);
        }
        return -1;
    }
};

CLASS(Runtime, "IRuntime")
CLASS(Engine, "ICudaEngine")
CLASS(Context, "IExecutionContext")

struct RuntimeData {
    void *logger;
    std::shared_ptr<int> engines = std::make_shared<int>(0);
};
struct EngineData {
    std::shared_ptr<EngineState> state;
    std::shared_ptr<int> ofRuntime, contexts = std::make_shared<int>(0);
};
struct ContextData {
    std::shared_ptr<EngineState> engine;
    std::shared_ptr<int> ofEngine;
    void *engineObject = nullptr;
    bool userManaged = false;
    uintptr_t scratch = 0;
    size_t scratchBytes = 0;
    int profile = 0;
    std::map<std::string, std::vector<int64_t>> shapes;
    std::map<std::string, uintptr_t> addresses;
    bool warm = false;  // ran since its shapes were last changed
    std::string name;
    std::shared_ptr<std::mutex> shapesLock = std::make_shared<std::mutex>();
};

static bool dynamic(const std::vector<int64_t> &dims) {
    for (int64_t d : dims) {
        if (d < 0) return true;
    }
    return false;
}

static size_t bytesOf(const TensorInfo &tensor, const std::vector<int64_t> &dims) {
    size_t bytes = size_t(Network::elementBytes(tensor.type));
    for (int64_t d : dims) bytes *= size_t(d);
    return bytes;
}

static const std::vector<int64_t> *inputShape(ContextData &context, const TensorInfo &input) {
    auto given = context.shapes.find(input.name);
    if (given != context.shapes.end()) return &given->second;
    return dynamic(input.dims) ? nullptr : &input.dims;
}

// The shape an output will have, as far as it follows from the batch alone; empty where it does not.
static std::vector<int64_t> outputShape(ContextData &context, const TensorInfo &output) {
    std::vector<int64_t> dims = output.dims;
    const std::vector<int64_t> *first = inputShape(context, context.engine->tensors[0]);
    if (!dims.empty() && dims[0] < 0 && first != nullptr && !first->empty()) dims[0] = (*first)[0];
    return dynamic(dims) ? std::vector<int64_t>{} : dims;
}

static bool setShape(void *self, const char *name, const Dims &dims) {
    ContextData &context = Object<ContextData>::of(self);
    void *logger = context.engine->logger;
    if (fails(logger, "setInputShape")) return false;
    int index = context.engine->find(name);
    if (index < 0 || size_t(index) >= context.engine->inputs) {
        logTo(logger, ERROR, std::string("setInputShape: no input tensor ") + name);
        return false;
    }
    const TensorInfo &input = context.engine->tensors[size_t(index)];
    std::vector<int64_t> wanted = vectorOf(dims);
    bool good = wanted.size() == input.dims.size();
    const Profile &profile = context.engine->plan.profiles.at(size_t(context.profile));
    for (size_t i = 0; i < wanted.size() && good; i++) {
        if (input.dims[i] >= 0) { good = wanted[i] == input.dims[i]; continue; }
        auto low = profile.bounds[0].find(name), high = profile.bounds[2].find(name);
        good = low != profile.bounds[0].end() && wanted[i] >= low->second[i] && wanted[i] <= high->second[i];
    }
    if (!good) {
        logTo(logger, ERROR, std::string("setInputShape: ") + name + " of " + shown(input.dims) + " cannot be " + shown(wanted) +
                                 " under profile " + std::to_string(context.profile));
        return false;
    }
    auto &kept = context.shapes[name];
    if (kept != wanted) context.warm = false;
    kept = wanted;
    return true;
}

static bool setAddress(void *self, const char *name, void *address) {
    ContextData &context = Object<ContextData>::of(self);
    if (fails(context.engine->logger, "setTensorAddress")) return false;
    if (context.engine->find(name) < 0) {
        logTo(context.engine->logger, ERROR, std::string("setTensorAddress: no tensor ") + name);
        return false;
    }
    uintptr_t number = reinterpret_cast<uintptr_t>(address);
    if (number % 256 != 0) logTo(context.engine->logger, WARNING, std::string("address of ") + name + " is not a multiple of 256");
    context.addresses[name] = number;
    return true;
}

struct Bound {
    TensorInfo info;
    uintptr_t address;
    std::vector<int64_t> dims;
};

static bool looksPoisoned(const std::vector<char> &bytes) {
    for (size_t i = 0; i + 4 <= bytes.size(); i += 4) {
        uint32_t word;
        memcpy(&word, bytes.data() + i, 4);
        if (word == 0xFFFFFFFFu) return true;
    }
    return false;
}

// On the compute thread.
static int compute(const std::shared_ptr<EngineState> &engine, const std::vector<Bound> &inputs, const std::vector<Bound> &outputs) {
    Machine &m = Machine::get();
    std::vector<TensorData> in(inputs.size()), out;
    bool remember;
    {
        std::lock_guard<std::mutex> held(m.lock);
        remember = m.settings.memo != 0;
    }
    for (size_t i = 0; i < inputs.size(); i++) {
        size_t bytes = bytesOf(inputs[i].info, inputs[i].dims);
        in[i].dims = inputs[i].dims;
        in[i].bytes.resize(bytes);
        const void *source = m.alias(inputs[i].address);
        int code = shielded([&] { memcpy(in[i].bytes.data(), source, bytes); }, "enqueueV3, reading an input,");
        if (code != SUCCESS) return code;
        bool floats = inputs[i].info.type == 1 || inputs[i].info.type == 10;
        if (floats && dynamic(engine->tensors[i].dims) && looksPoisoned(in[i].bytes)) {
            std::lock_guard<std::mutex> held(m.lock);
            m.report("uninitialised", text("enqueueV3 read %s where nothing had been written", inputs[i].info.name.c_str()));
        }
    }
    std::string error;
    if (!engine->network->run(in, out, remember, error)) {
        std::lock_guard<std::mutex> held(m.lock);
        m.report("network", error);
        return LAUNCH_FAILURE;
    }
    for (size_t i = 0; i < outputs.size(); i++) {
        {
            std::lock_guard<std::mutex> held(m.lock);
            Block *block = m.find(outputs[i].address);
            if (block == nullptr || outputs[i].address + out[i].bytes.size() > block->base + block->bytes) {
                m.report("out-of-range", text("enqueueV3 writes %zu bytes of %s to 0x%lx, where there is no room for them",
                                              out[i].bytes.size(), outputs[i].info.name.c_str(), static_cast<unsigned long>(outputs[i].address)));
                return ILLEGAL_ADDRESS;
            }
        }
        void *target = m.alias(outputs[i].address);
        int code = shielded([&] { memcpy(target, out[i].bytes.data(), out[i].bytes.size()); }, "enqueueV3, writing an output,");
        if (code != SUCCESS) return code;
    }
    return SUCCESS;
}

static std::string bind(ContextData &context, std::vector<Bound> &inputs, std::vector<Bound> &outputs) {
    EngineState &engine = *context.engine;
    for (size_t i = 0; i < engine.tensors.size(); i++) {
        const TensorInfo &tensor = engine.tensors[i];
        auto address = context.addresses.find(tensor.name);
        if (address == context.addresses.end() || address->second == 0) return "Address of " + tensor.name + " is not set";
        if (i < engine.inputs) {
            const std::vector<int64_t> *dims = inputShape(context, tensor);
            if (dims == nullptr) return "Shape of " + tensor.name + " is not set";
            inputs.push_back({tensor, address->second, *dims});
        } else {
            outputs.push_back({tensor, address->second, outputShape(context, tensor)});
        }
    }
    return "";
}

// With the batch that the context's profile is best at, where there are several.
static std::string named(const ContextData &context) {
    const auto &profiles = context.engine->plan.profiles;
    if (profiles.size() < 2) return "enqueueV3";
    return text("enqueueV3, best at %ld", long(profiles[size_t(context.profile)].bounds[1].begin()->second[0]));
}

static bool enqueueNetwork(void *self, uint64_t handle) {
    ContextData &context = Object<ContextData>::of(self);
    void *logger = context.engine->logger;
    if (fails(logger, "enqueueV3")) return false;
    Machine &m = Machine::get();
    std::vector<Bound> inputs, outputs;
    std::string problem = bind(context, inputs, outputs);
    if (problem.empty()) {
        std::unique_lock<std::mutex> held(m.lock);
        std::shared_ptr<Stream> stream = m.stream(handle);
        Op op;
        op.kind = Kind::NETWORK;
        op.name = named(context);
        op.rows = inputs.empty() || inputs[0].dims.empty() ? 1 : int(inputs[0].dims[0]);
        if (!stream) problem = "the stream does not exist";
        else if (stream->device != context.engine->device) problem = "the stream is not of the engine's device";
        else if (m.currentDevice() != context.engine->device) problem = "the engine's device is not the current one";
        else if (context.scratchBytes < ACTIVATION_BYTES) problem = "the memory for activations is not set or too small";
        else if (stream->capture && !context.warm) {
            problem = "a context must have run with its shapes before it is captured";
            stream->captureBroken = true;
        }
        for (auto *all : {&inputs, &outputs}) {
            for (Bound &bound : *all) {
                Block *block = problem.empty() ? m.find(bound.address) : nullptr;
                size_t bytes = bytesOf(bound.info, bound.dims);
                bool known = all == &inputs || !bound.dims.empty();
                if (!problem.empty()) continue;
                if (block == nullptr || block->device != context.engine->device) {
                    m.report(block == nullptr && m.inWindow(bound.address) ? "use-after-free" : "wrong-memory",
                             text("enqueueV3: the address of %s is in no memory of the device", bound.info.name.c_str()));
                    problem = "the address of " + bound.info.name + " is in no memory of the device";
                } else if (known && bound.address + bytes > block->base + block->bytes) {
                    m.report("out-of-range", text("enqueueV3: %s needs %zu bytes, its memory has %lu", bound.info.name.c_str(), bytes,
                                                  static_cast<unsigned long>(block->base + block->bytes - bound.address)));
                    problem = bound.info.name + " does not fit into its memory";
                } else {
                    uintptr_t to = known ? bound.address + bytes : block->base + block->bytes;
                    op.device.push_back({bound.address, to, all == &outputs});
                    op.bytes += int64_t(to - bound.address);
                }
            }
        }
        if (problem.empty()) {
            op.device.push_back({context.scratch, context.scratch + context.scratchBytes, true});
            std::shared_ptr<EngineState> engine = context.engine;
            op.run = [engine, inputs, outputs] { return compute(engine, inputs, outputs); };
            m.enqueue(*stream, std::move(op));
            if (!stream->capture) context.warm = true;
            return true;
        }
    }
    logTo(logger, ERROR, "IExecutionContext::enqueueV3: " + problem);
    return false;
}

static void *newContext(void *self, int strategy) {
    EngineData &engine = Object<EngineData>::of(self);
    if (fails(engine.state->logger, "createExecutionContext")) return nullptr;
    static Table<&ContextPublic> outside;
    static Table<&ContextName> inside;
    static bool filled = [] {
        auto gone = +[](Object<ContextData> *object) {
            Machine &m = Machine::get();
            {
                std::lock_guard<std::mutex> held(m.lock);
                if (!object->data.userManaged) m.release(object->data.scratch, false, "~IExecutionContext");
            }
            --*object->data.ofEngine;
            destroy(object, "IExecutionContext");
        };
        outside.set(0, gone);
        outside.set(1, gone);
        inside.set(2, +[](void *self) -> void * { return static_cast<char *>(self) - 2 * sizeof(void *); });
        inside.set(3, +[](void *, bool) {});
        inside.set(7, +[](void *self) -> void * { return Object<ContextData>::of(self).engineObject; });
        inside.set(8, +[](void *self, const char *name) { Object<ContextData>::of(self).name = name; });
        inside.set(9, +[](void *self) -> const char * { return Object<ContextData>::of(self).name.c_str(); });
        inside.set(11, +[](void *self) -> int { return Object<ContextData>::of(self).profile; });
        inside.set(12, +[](void *self) -> bool {
            ContextData &c = Object<ContextData>::of(self);
            for (size_t i = 0; i < c.engine->inputs; i++) {
                if (inputShape(c, c.engine->tensors[i]) == nullptr) return false;
            }
            return true;
        });
        inside.set(17, +[](void *self, int profile, uint64_t handle) -> bool {
            ContextData &c = Object<ContextData>::of(self);
            if (fails(c.engine->logger, "setOptimizationProfileAsync")) return false;
            Machine &m = Machine::get();
            {
                std::lock_guard<std::mutex> held(m.lock);
                if (!m.stream(handle)) return false;
            }
            if (profile < 0 || size_t(profile) >= c.engine->plan.profiles.size()) {
                logTo(c.engine->logger, ERROR, "setOptimizationProfileAsync: no profile " + std::to_string(profile));
                return false;
            }
            c.profile = profile;
            c.shapes.clear();
            c.warm = false;
            return true;
        });
        inside.set(21, +[](void *self, const char *name, const Dims &dims) -> bool { return setShape(self, name, dims); });
        inside.set(22, +[](void *self, const char *name) -> Dims {
            ContextData &c = Object<ContextData>::of(self);
            int index = c.engine->find(name);
            if (index < 0) return NO_DIMS;
            const TensorInfo &tensor = c.engine->tensors[size_t(index)];
            if (size_t(index) >= c.engine->inputs) {
                std::vector<int64_t> dims = outputShape(c, tensor);
                return dimsOf(dims.empty() ? tensor.dims : dims);
            }
            const std::vector<int64_t> *dims = inputShape(c, tensor);
            return dimsOf(dims == nullptr ? tensor.dims : *dims);
        });
        inside.set(24, +[](void *self, const char *name, void *address) -> bool { return setAddress(self, name, address); });
        inside.set(25, +[](void *self, const char *name) -> const void * {
            return reinterpret_cast<void *>(Object<ContextData>::of(self).addresses[name]);
        });
        inside.set(26, +[](void *self, const char *name, void *address) -> bool { return setAddress(self, name, address); });
        inside.set(27, +[](void *self, const char *name, void *address) -> bool { return setAddress(self, name, address); });
        inside.set(28, +[](void *, int, const char **) -> int { return 0; });
        inside.set(49, +[](void *self, void *memory, int64_t bytes) {
            ContextData &c = Object<ContextData>::of(self);
            counted("setDeviceMemoryV2");
            c.scratch = reinterpret_cast<uintptr_t>(memory);
            c.scratchBytes = size_t(bytes);
            c.warm = false;
        });
        inside.set(37, +[](void *self, uint64_t stream) -> bool { return enqueueNetwork(self, stream); });
        return true;
    }();
    (void) filled;
    ContextData data;
    data.engine = engine.state;
    data.ofEngine = engine.contexts;
    data.engineObject = static_cast<char *>(self) - 2 * sizeof(void *);
    Machine &m = Machine::get();
    {
        std::lock_guard<std::mutex> held(m.lock);
        data.userManaged = strategy == 2;
        if (m.unsafeWhileCapturing("createExecutionContext") == SUCCESS && !data.userManaged) {
            m.allocate(ACTIVATION_BYTES, engine.state->device, "IExecutionContext", &data.scratch);
            data.scratchBytes = ACTIVATION_BYTES;
        }
    }
    if (data.scratch == 0 && !data.userManaged) {
        logTo(engine.state->logger, ERROR, "IExecutionContext: out of device memory for activations");
        return nullptr;
    }
    ++*engine.contexts;
    return make("IExecutionContext", outside.start(), inside.start(), std::move(data));
}

static const TensorInfo *tensor(void *self, const char *name) {
    EngineState &engine = *Object<EngineData>::of(self).state;
    int index = engine.find(name);
    if (index < 0) logTo(engine.logger, ERROR, std::string("ICudaEngine: no tensor ") + name);
    return index < 0 ? nullptr : &engine.tensors[size_t(index)];
}

static void *deserialize(void *self, const void *blob, size_t bytes) {
    RuntimeData &runtime = Object<RuntimeData>::of(self);
    if (fails(runtime.logger, "deserializeCudaEngine")) return nullptr;
    static Table<&EnginePublic> outside;
    static Table<&EngineName> inside;
    static bool filled = [] {
        auto gone = +[](Object<EngineData> *object) {
            if (*object->data.contexts != 0) {
                Machine &m = Machine::get();
                std::lock_guard<std::mutex> held(m.lock);
                m.report("destroy-in-use", "an ICudaEngine was destroyed before its execution contexts");
            }
            --*object->data.ofRuntime;
            destroy(object, "ICudaEngine");
        };
        outside.set(0, gone);
        outside.set(1, gone);
        inside.set(2, +[](void *self) -> void * { return static_cast<char *>(self) - 2 * sizeof(void *); });
        inside.set(3, +[](void *) -> int { return 1; });
        inside.set(4, +[](void *self) -> void * {
            EngineState &engine = *Object<EngineData>::of(self).state;
            return fails(engine.logger, "ICudaEngine::serialize") ? nullptr : newHostMemory(pack(engine.plan));
        });
        inside.set(5, +[](void *self, int strategy) -> void * { return newContext(self, strategy); });
        inside.set(8, +[](void *) -> bool { return false; });
        inside.set(9, +[](void *) -> const char * { return "Unnamed Network 0"; });
        inside.set(10, +[](void *self) -> int { return int(Object<EngineData>::of(self).state->plan.profiles.size()); });
        inside.set(19, +[](void *self, const char *name) -> Dims {
            const TensorInfo *found = tensor(self, name);
            return found == nullptr ? NO_DIMS : dimsOf(found->dims);
        });
        inside.set(20, +[](void *self, const char *name) -> int {
            const TensorInfo *found = tensor(self, name);
            return found == nullptr ? 0 : typeOf(found->type);
        });
        inside.set(21, +[](void *, const char *) -> int { return 0; });
        inside.set(22, +[](void *, const char *) -> bool { return false; });
        inside.set(23, +[](void *self, const char *name) -> int {
            EngineState &engine = *Object<EngineData>::of(self).state;
            int index = engine.find(name);
            return index < 0 ? 0 : size_t(index) < engine.inputs ? 1 : 2;
        });
        inside.set(24, +[](void *self, const char *name) -> int {
            const TensorInfo *found = tensor(self, name);
            return found == nullptr ? -1 : Network::elementBytes(found->type);
        });
        inside.set(29, +[](void *self, const char *name, int profile, int which) -> Dims {
            EngineState &engine = *Object<EngineData>::of(self).state;
            int index = engine.find(name);
            if (index < 0 || profile < 0 || size_t(profile) >= engine.plan.profiles.size() || which < 0 || which > 2) return NO_DIMS;
            auto &bounds = engine.plan.profiles[size_t(profile)].bounds[which];
            auto found = bounds.find(name);
            return dimsOf(found == bounds.end() ? engine.tensors[size_t(index)].dims : found->second);
        });
        inside.set(30, +[](void *self) -> int { return int(Object<EngineData>::of(self).state->tensors.size()); });
        inside.set(31, +[](void *self, int index) -> const char * {
            EngineState &engine = *Object<EngineData>::of(self).state;
            return index < 0 || size_t(index) >= engine.tensors.size() ? nullptr : engine.tensors[size_t(index)].name.c_str();
        });
        inside.set(32, +[](void *) -> int { return 0; });
        inside.set(33, +[](void *) -> int { return 0; });
        inside.set(52, +[](void *) -> int64_t { return int64_t(ACTIVATION_BYTES); });
        return true;
    }();
    (void) filled;
    Machine &m = Machine::get();
    auto state = std::make_shared<EngineState>();
    state->logger = runtime.logger;
    std::string problem = unpack(blob, bytes, state->plan);
    if (problem.empty()) state->network = Network::load(state->plan.model.data(), state->plan.model.size(), problem);
    if (state->network) {
        state->device = m.currentDevice();
        state->tensors = state->network->inputs;
        state->inputs = state->tensors.size();
        for (TensorInfo &input : state->tensors) {
            auto given = state->plan.fixed.find(input.name);
            if (given != state->plan.fixed.end()) input.dims = given->second;
        }
        state->tensors.insert(state->tensors.end(), state->network->outputs.begin(), state->network->outputs.end());
        std::lock_guard<std::mutex> held(m.lock);
        if (m.allocate(std::max<size_t>(bytes, 256), state->device, "ICudaEngine", &state->weights) != SUCCESS) problem = "out of device memory for weights";
    }
    if (!problem.empty()) {
        logTo(runtime.logger, ERROR, "IRuntime::deserializeCudaEngine: " + problem);
        return nullptr;
    }
    ++*runtime.engines;
    return make("ICudaEngine", outside.start(), inside.start(), EngineData{state, runtime.engines});
}

static void *newRuntime(void *logger) {
    static Table<&RuntimePublic> outside;
    static Table<&RuntimeName> inside;
    static bool filled = [] {
        auto gone = +[](Object<RuntimeData> *object) {
            if (*object->data.engines != 0) {
                Machine &m = Machine::get();
                std::lock_guard<std::mutex> held(m.lock);
                m.report("destroy-in-use", "an IRuntime was destroyed before its engines");
            }
            destroy(object, "IRuntime");
        };
        outside.set(0, gone);
        outside.set(1, gone);
        inside.set(2, +[](void *self) -> void * { return static_cast<char *>(self) - 2 * sizeof(void *); });
        inside.set(3, +[](void *self, const void *blob, size_t bytes) -> void * { return deserialize(self, blob, bytes); });
        inside.set(11, +[](void *self) -> void * { return Object<RuntimeData>::of(self).logger; });
        inside.set(12, +[](void *, int) -> bool { return true; });
        return true;
    }();
    (void) filled;
    return make("IRuntime", outside.start(), inside.start(), RuntimeData{logger});
}

// ------------------------------------------------------------------------------------------- building

CLASS(Builder, "IBuilder")
CLASS(Config, "IBuilderConfig")
CLASS(NetworkDefinition, "INetworkDefinition")
CLASS(Tensor, "ITensor")
CLASS(OptimizationProfile, "IOptimizationProfile")
CLASS(TimingCache, "ITimingCache")

struct TensorSide {
    TensorInfo info;
    bool input;
    bool changed = false;
};
struct NetworkData {
    void *logger = nullptr, *builder = nullptr;
    std::shared_ptr<Network> network;
    std::vector<Object<TensorSide> *> inputs, outputs;
    std::string name;
};
struct ProfileData {
    void *logger;
    std::shared_ptr<Profile> profile = std::make_shared<Profile>();
};
struct CacheData {
    std::string bytes;
};
struct ConfigData {
    void *logger;
    uint32_t flags = 0;
    std::vector<std::shared_ptr<Profile>> profiles;
    std::map<int, size_t> limits;
    Object<CacheData> *cache = nullptr;
    void *monitor = nullptr;
};
struct BuilderData {
    void *logger;
    std::vector<Object<ProfileData> *> profiles;  // are the builder's own
};

static Object<TensorSide> *newTensor(const TensorInfo &info, bool input) {
    static Table<&TensorPublic> outside;
    static Table<&TensorName> inside;
    static bool filled = [] {
        inside.set(2, +[](void *self, const char *name) { Object<TensorSide>::of(self).info.name = name; });
        inside.set(3, +[](void *self) -> const char * { return Object<TensorSide>::of(self).info.name.c_str(); });
        inside.set(4, +[](void *self, const Dims &dims) {
            Object<TensorSide>::of(self).info.dims = vectorOf(dims);
            Object<TensorSide>::of(self).changed = true;
        });
        inside.set(5, +[](void *self) -> Dims { return dimsOf(Object<TensorSide>::of(self).info.dims); });
        inside.set(7, +[](void *self) -> int { return typeOf(Object<TensorSide>::of(self).info.type); });
        inside.set(9, +[](void *self) -> bool { return Object<TensorSide>::of(self).input; });
        inside.set(10, +[](void *self) -> bool { return !Object<TensorSide>::of(self).input; });
        return true;
    }();
    (void) filled;
    auto *made = new Object<TensorSide>{outside.start(), nullptr, inside.start(), {info, input}};  // the network's own
    made->implementation = &made->inner;
    return made;
}

bool parseInto(void *network, const void *model, size_t bytes, std::string &error) {
    NetworkData &data = Object<NetworkData>::ofPublic(network);
    if (fails(data.logger, "parseFromFile")) {
        error = "made to fail";
        return false;
    }
    data.network = Network::load(model, bytes, error);
    if (!data.network) {
        logTo(data.logger, ERROR, "ModelImporter: " + error);
        return false;
    }
    for (const TensorInfo &info : data.network->inputs) data.inputs.push_back(newTensor(info, true));
    for (const TensorInfo &info : data.network->outputs) data.outputs.push_back(newTensor(info, false));
    return true;
}

static void *newNetwork(void *self, unsigned flags) {
    BuilderData &builder = Object<BuilderData>::of(self);
    if (fails(builder.logger, "createNetworkV2")) return nullptr;
    if ((flags >> 1 & 1) == 0) {
        Machine &m = Machine::get();
        std::lock_guard<std::mutex> held(m.lock);
        m.report("network", "createNetworkV2 without kSTRONGLY_TYPED: TensorRT 10 would choose the precisions itself");
    }
    static Table<&NetworkDefinitionPublic> outside;
    static Table<&NetworkDefinitionName> inside;
    static bool filled = [] {
        DESTRUCTORS(outside, NetworkData, "INetworkDefinition")
        inside.set(12, +[](void *self) -> int { return Object<NetworkData>::of(self).network ? 1 : 0; });
        inside.set(14, +[](void *self) -> int { return int(Object<NetworkData>::of(self).inputs.size()); });
        inside.set(15, +[](void *self, int i) -> void * {
            auto &all = Object<NetworkData>::of(self).inputs;
            return i < 0 || size_t(i) >= all.size() ? nullptr : all[size_t(i)];
        });
        inside.set(16, +[](void *self) -> int { return int(Object<NetworkData>::of(self).outputs.size()); });
        inside.set(17, +[](void *self, int i) -> void * {
            auto &all = Object<NetworkData>::of(self).outputs;
            return i < 0 || size_t(i) >= all.size() ? nullptr : all[size_t(i)];
        });
        inside.set(30, +[](void *self, const char *name) { Object<NetworkData>::of(self).name = name; });
        inside.set(31, +[](void *self) -> const char * { return Object<NetworkData>::of(self).name.c_str(); });
        inside.set(33, +[](void *) -> bool { return false; });
        return true;
    }();
    (void) filled;
    NetworkData data;
    data.logger = builder.logger;
    data.builder = static_cast<char *>(self) - 2 * sizeof(void *);
    return make("INetworkDefinition", outside.start(), inside.start(), std::move(data));
}

static Object<CacheData> *newCache(const void *bytes, size_t size) {
    static Table<&TimingCachePublic> outside;
    static Table<&TimingCacheName> inside;
    static bool filled = [] {
        DESTRUCTORS(outside, CacheData, "ITimingCache")
        inside.set(2, +[](void *self) -> void * {
            counted("ITimingCache::serialize");
            return newHostMemory(Object<CacheData>::of(self).bytes);
        });
        inside.set(3, +[](void *, void *, bool) -> bool { return true; });
        inside.set(4, +[](void *self) -> bool { Object<CacheData>::of(self).bytes.resize(8); return true; });
        return true;
    }();
    (void) filled;
    std::string content = size == 0 ? std::string("DBLTIMES") : std::string(static_cast<const char *>(bytes), size);
    return make("ITimingCache", outside.start(), inside.start(), CacheData{content});
}

static void *newConfig(void *self) {
    BuilderData &builder = Object<BuilderData>::of(self);
    if (fails(builder.logger, "createBuilderConfig")) return nullptr;
    static Table<&ConfigPublic> outside;
    static Table<&ConfigName> inside;
    static bool filled = [] {
        DESTRUCTORS(outside, ConfigData, "IBuilderConfig")
        inside.set(8, +[](void *self, uint32_t flags) { Object<ConfigData>::of(self).flags = flags; });
        inside.set(9, +[](void *self) -> uint32_t { return Object<ConfigData>::of(self).flags; });
        inside.set(10, +[](void *self, int flag) { Object<ConfigData>::of(self).flags &= ~(1u << flag); });
        inside.set(11, +[](void *self, int flag) { Object<ConfigData>::of(self).flags |= 1u << flag; });
        inside.set(12, +[](void *self, int flag) -> bool { return (Object<ConfigData>::of(self).flags >> flag) & 1; });
        inside.set(23, +[](void *, uint64_t) {});
        inside.set(25, +[](void *self, void *profile) -> int {
            ConfigData &config = Object<ConfigData>::of(self);
            if (fails(config.logger, "addOptimizationProfile")) return -1;
            config.profiles.push_back(Object<ProfileData>::ofPublic(profile).profile);
            return int(config.profiles.size()) - 1;
        });
        inside.set(26, +[](void *self) -> int { return int(Object<ConfigData>::of(self).profiles.size()); });
        inside.set(27, +[](void *, int) {});
        inside.set(40, +[](void *self, const void *bytes, size_t size) -> void * {
            ConfigData &config = Object<ConfigData>::of(self);
            if (fails(config.logger, "createTimingCache")) return nullptr;
            if (size != 0 && (size < 8 || memcmp(bytes, "DBLTIMES", 8) != 0)) {
                logTo(config.logger, ERROR, "createTimingCache: not a timing cache of this version");
                return nullptr;
            }
            return newCache(bytes, size);
        });
        inside.set(41, +[](void *self, void *cache, bool) -> bool {
            ConfigData &config = Object<ConfigData>::of(self);
            if (fails(config.logger, "setTimingCache")) return false;
            config.cache = static_cast<Object<CacheData> *>(cache);
            return true;
        });
        inside.set(42, +[](void *self) -> void * { return Object<ConfigData>::of(self).cache; });
        inside.set(43, +[](void *self, int pool, size_t bytes) { Object<ConfigData>::of(self).limits[pool] = bytes; });
        inside.set(44, +[](void *self, int pool) -> size_t { return Object<ConfigData>::of(self).limits[pool]; });
        inside.set(47, +[](void *, int) {});
        inside.set(49, +[](void *, int) {});
        inside.set(54, +[](void *, int) -> bool { return true; });
        inside.set(56, +[](void *self, void *monitor) { Object<ConfigData>::of(self).monitor = monitor; });
        inside.set(57, +[](void *self) -> void * { return Object<ConfigData>::of(self).monitor; });
        return true;
    }();
    (void) filled;
    return make("IBuilderConfig", outside.start(), inside.start(), ConfigData{builder.logger, 0, {}, {}, nullptr, nullptr});
}

static void *newProfile(void *self) {
    BuilderData &builder = Object<BuilderData>::of(self);
    if (fails(builder.logger, "createOptimizationProfile")) return nullptr;
    static Table<&OptimizationProfilePublic> outside;
    static Table<&OptimizationProfileName> inside;
    static bool filled = [] {
        inside.set(2, +[](void *self, const char *name, int which, const Dims &dims) -> bool {
            ProfileData &data = Object<ProfileData>::of(self);
            if (fails(data.logger, "setDimensions") || which < 0 || which > 2) return false;
            data.profile->bounds[which][name] = vectorOf(dims);
            return true;
        });
        inside.set(3, +[](void *self, const char *name, int which) -> Dims {
            auto &bounds = Object<ProfileData>::of(self).profile->bounds[which];
            auto found = bounds.find(name);
            return found == bounds.end() ? NO_DIMS : dimsOf(found->second);
        });
        inside.set(9, +[](void *) -> bool { return true; });
        return true;
    }();
    (void) filled;
    auto *made = make("IOptimizationProfile", outside.start(), inside.start(), ProfileData{builder.logger});
    builder.profiles.push_back(made);
    return made;
}

// Why the network cannot be built with these profiles; empty where it can.
static std::string unbuildable(const NetworkData &network, const ConfigData &config) {
    if (!network.network) return "the network is empty: was a model parsed?";
    for (auto *input : network.inputs) {
        const TensorInfo &info = input->data.info;
        if (!dynamic(info.dims)) continue;
        if (config.profiles.empty()) return "Network has dynamic or shape inputs, but no optimization profile has been defined";
        for (auto &profile : config.profiles) {
            for (auto &bound : profile->bounds) {
                auto found = bound.find(info.name);
                if (found == bound.end() || found->second.size() != info.dims.size()) {
                    return "Profile for " + info.name + " is not complete";
                }
                for (size_t i = 0; i < info.dims.size(); i++) {
                    bool fits = info.dims[i] < 0 ? found->second[i] > 0 : found->second[i] == info.dims[i];
                    if (!fits) return "Profile for " + info.name + " has " + shown(found->second) + ", the network " + shown(info.dims);
                }
            }
            for (size_t i = 0; i < info.dims.size(); i++) {
                int64_t low = profile->bounds[0][info.name][i], best = profile->bounds[1][info.name][i], high = profile->bounds[2][info.name][i];
                if (low > best || best > high) return "Profile for " + info.name + ": smallest, best and largest are not in order";
            }
        }
    }
    return "";
}

static void *build(void *self, void *networkObject, void *configObject) {
    BuilderData &builder = Object<BuilderData>::of(self);
    if (fails(builder.logger, "buildSerializedNetwork")) return nullptr;
    NetworkData &network = Object<NetworkData>::ofPublic(networkObject);
    ConfigData &config = Object<ConfigData>::ofPublic(configObject);
    std::string problem = unbuildable(network, config);
    if (!problem.empty()) {
        logTo(builder.logger, ERROR, "IBuilder::buildSerializedNetwork: " + problem);
        return nullptr;
    }
    Machine &m = Machine::get();
    const int steps = 10;
    for (int step = 0; step < steps; step++) {
        std::this_thread::sleep_for(std::chrono::microseconds(m.settings.buildMs * 1000 / steps));
        logTo(builder.logger, VERBOSE, "Timing step " + std::to_string(step));
    }
    Blueprint plan;
    plan.version = m.settings.trtVersion;
    plan.capability = m.settings.major * 10 + m.settings.minor;
    plan.device = m.settings.name;
    for (auto &profile : config.profiles) plan.profiles.push_back(*profile);
    if (plan.profiles.empty()) plan.profiles.emplace_back();
    for (auto *input : network.inputs) {
        if (input->data.changed) plan.fixed[input->data.info.name] = input->data.info.dims;
    }
    plan.model = network.network->model;
    if (config.cache != nullptr) {
        uint64_t key = hash64(plan.model.data(), plan.model.size());
        std::string entry(reinterpret_cast<const char *>(&key), 8);
        std::string &bytes = config.cache->data.bytes;
        if (bytes.find(entry, 8) == std::string::npos) bytes += entry;
    }
    logTo(builder.logger, INFO, "Engine generation completed");
    return newHostMemory(pack(plan));
}

static void *newBuilder(void *logger) {
    static Table<&BuilderPublic> outside;
    static Table<&BuilderName> inside;
    static bool filled = [] {
        auto gone = +[](Object<BuilderData> *object) {
            std::vector<Object<ProfileData> *> profiles = object->data.profiles;
            for (auto *profile : profiles) destroy(profile, "IOptimizationProfile");
            destroy(object, "IBuilder");
        };
        outside.set(0, gone);
        outside.set(1, gone);
        inside.set(4, +[](void *) -> int { return 0; });
        inside.set(5, +[](void *) -> int { return 0; });
        inside.set(7, +[](void *self) -> void * { return newConfig(self); });
        inside.set(8, +[](void *self, unsigned flags) -> void * { return newNetwork(self, flags); });
        inside.set(9, +[](void *self) -> void * { return newProfile(self); });
        inside.set(14, +[](void *self, void *network, void *config) -> void * { return build(self, network, config); });
        inside.set(15, +[](void *, void *, void *) -> bool { return true; });
        inside.set(16, +[](void *self) -> void * { return Object<BuilderData>::of(self).logger; });
        inside.set(17, +[](void *, int) -> bool { return true; });
        return true;
    }();
    (void) filled;
    return make("IBuilder", outside.start(), inside.start(), BuilderData{logger, {}});
}

static bool wantsExecutableStack(const char *path) {
    std::ifstream file(path, std::ios::binary);
    Elf64_Ehdr header{};
    file.read(reinterpret_cast<char *>(&header), sizeof header);
    for (int i = 0; file && i < header.e_phnum; i++) {
        Elf64_Phdr entry{};
        file.seekg(std::streamoff(header.e_phoff) + i * header.e_phentsize);
        file.read(reinterpret_cast<char *>(&entry), sizeof entry);
        if (entry.p_type == PT_GNU_STACK) return (entry.p_flags & PF_X) != 0;
    }
    return false;
}

static bool noDevice(void *logger) {
    int devices;
    {
        Machine &m = Machine::get();
        std::lock_guard<std::mutex> held(m.lock);
        devices = m.settings.devices;
    }
    if (devices > 0) return false;
    logTo(logger, ERROR, "CUDA initialization failure with error: " + std::to_string(devices < 0 ? 35 : 100));
    return true;
}

// The builder needs the library of its kernels; as glibc from 2.41 on, not one that asks for an executable stack.
static bool noKernels(void *logger) {
    const char *name = "libnvinfer_builder_resource.so.10.6.0";
    void *library = dlopen(name, RTLD_LAZY);
    std::string problem;
    link_map *map = nullptr;
    if (library == nullptr) problem = dlerror();
    else if (dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 && wantsExecutableStack(map->l_name)) {
        problem = std::string(name) + ": cannot enable executable stack as shared object requires: Invalid argument";
    }
    if (library != nullptr) dlclose(library);
    if (!problem.empty()) logTo(logger, ERROR, "Unable to load library: " + problem);
    return !problem.empty();
}

}  // namespace dbl

using namespace dbl;

#define API extern "C" __attribute__((visibility("default")))

API void *createInferRuntime_INTERNAL(void *logger, int32_t) {
    // As the real library does without a usable driver: no null, an address that the first call crashes on.
    if (noDevice(logger)) return reinterpret_cast<void *>(0x228);
    return fails(logger, "createInferRuntime") ? nullptr : newRuntime(logger);
}

API void *createInferBuilder_INTERNAL(void *logger, int32_t) {
    return noDevice(logger) || noKernels(logger) || fails(logger, "createInferBuilder") ? nullptr : newBuilder(logger);
}

API int32_t getInferLibVersion() { return Machine::get().settings.trtVersion; }
API int32_t getInferLibMajorVersion() { return Machine::get().settings.trtVersion / 10000; }
API int32_t getInferLibMinorVersion() { return Machine::get().settings.trtVersion / 100 % 100; }
API int32_t getInferLibPatchVersion() { return Machine::get().settings.trtVersion % 100; }
API int32_t getInferLibBuildVersion() { return 0; }
API void *getLogger() { return nullptr; }

#define UNMADE(NAME) API void *NAME() { missingPlace(#NAME, 0); }
UNMADE(createInferRefitter_INTERNAL)
UNMADE(getPluginRegistry)
UNMADE(getBuilderPluginRegistry)
UNMADE(getBuilderSafePluginRegistry)
