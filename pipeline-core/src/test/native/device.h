// A model of CUDA devices on the host: memory the host cannot touch, streams as queues, a copy and a compute thread
// per device, events, graphs, and a checker of what is ordered before what. See README.md beside this file.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace dbl {

enum Code : int {
    SUCCESS = 0, INVALID_VALUE = 1, MEMORY_ALLOCATION = 2, INITIALIZATION = 3, INSUFFICIENT_DRIVER = 35,
    NO_DEVICE = 100, INVALID_DEVICE = 101, INVALID_KERNEL_IMAGE = 200, NO_BINARY_FOR_GPU = 209,
    INVALID_HANDLE = 400, SYMBOL_NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700, LAUNCH_FAILURE = 719,
    CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901, CAPTURE_UNMATCHED = 903, CAPTURE_UNJOINED = 904,
    CAPTURE_ISOLATION = 905, CAPTURED_EVENT = 907, CAPTURE_WRONG_THREAD = 908, UNKNOWN = 999
};

// What an operation reads or writes, in addresses as the host knows them.
struct Access {
    uintptr_t from, to;
    bool write;
};

using Clock = std::vector<uint64_t>;  // by stream id: the last operation that is ordered before

inline uint64_t at(const Clock &clock, size_t stream) { return stream < clock.size() ? clock[stream] : 0; }
void join(Clock &into, const Clock &other);

struct Event;
struct Stream;

enum class Kind { COPY_IN, COPY_OUT, COPY_DEVICE, SET, KERNEL, NETWORK, RECORD, WAIT };

struct Op {
    Kind kind;
    std::string name;
    std::function<int()> run;            // on an engine's thread, without the lock; a CUDA error code
    std::vector<Access> device;          // device memory
    std::vector<Access> pinned;          // pinned memory: write = the device writes it
    std::shared_ptr<void> keep;          // lives as long as the operation
    int64_t bytes = 0;
    int rows = 0;
    // filled in by enqueue
    std::shared_ptr<Event> event;
    uint64_t generation = 0;
    Clock clock;
    uint64_t sequence = 0;
    int64_t queuedNs = 0;
    uint64_t check = 0;                  // of the pinned source
    bool contiguous = true;
    bool done = false;
};

struct Graph {
    std::vector<Op> nodes;
    int device = 0;
};

struct Event {
    uint64_t handle = 0;
    int device = 0;
    unsigned flags = 0;
    uint64_t recorded = 0, completed = 0;
    int64_t completedNs = 0;
    Clock clock;
    bool captured = false;
};

struct Stream {
    uint64_t handle = 0;
    int id = 0;
    int device = 0;
    std::deque<std::shared_ptr<Op>> queue;
    bool running = false;
    uint64_t sequence = 0, finished = 0;
    Clock clock;
    // capture
    std::shared_ptr<Graph> capture;
    int captureMode = 0;
    uint64_t captureThread = 0;
    bool captureBroken = false;
    bool captureForked = false;          // joined another stream's capture
};

// One place of memory: device memory, or pinned memory of the host.
struct Block {
    uintptr_t base = 0;
    size_t bytes = 0, mapped = 0;
    int device = -1;                     // -1: pinned
    bool managedByEngine = false;        // a network's weights
    std::string owner;
    struct Use {
        Access access;
        int stream;
        uint64_t sequence;
        std::string name;
    };
    std::vector<Use> uses;
};

struct Span {
    int device, stream;
    Kind kind;
    std::string name;
    int64_t queuedNs, startNs, endNs, bytes;
    int rows;
    uint64_t sequence;
};

struct Settings {
    uint64_t seed = 1;
    int delayUs = 0;                     // longest delay before an asynchronous operation
    int devices = 1;
    size_t memory = size_t(8) << 30;     // bytes of one device
    int memo = 1;                        // remember networks' results
    int networkUs = 0;                   // the least time a network takes
    int shuffle = 1;                     // engines take any stream that is ready; 0: what was queued first
    int check = 1;                       // 0: the checker looks at nothing, for measuring what calls cost
    int timeline = 1;                    // whether spans are kept
    int buildMs = 0;                     // how long building an engine takes
    int trtVersion = 100600;
    int hang = 0;                        // the network that never ends, counted from when this is set; 0: none
    int lastMajor = 0, lastMinor = 0;    // compute capability of the last device, where it is another
    int sticky = 0;                      // injected failures of copies, launches and waits are sticky
    int major = 9, minor = 0;
    std::string name = "CPU double";
    std::string ort;                     // ONNX Runtime's shared library
    std::string report;                  // a file written at exit
};

class Machine {
public:
    static Machine &get();

    std::mutex lock;
    Settings settings;

    // ---- every API function begins here: counts the call, fails it when told to; the device's sticky error
    int enter(const char *name, bool mayFail = true, int fitting = UNKNOWN, bool asynchronous = false);
    bool injected(const char *name);     // for libraries with codes of their own: counts, and says whether to fail
    int failed(int code);                // remembers the thread's last error
    int lastError(bool clear);
    int currentDevice() const;
    static uint64_t &currentContext();   // the calling thread's; 0: none
    int useDevice(int device);
    std::string configure(const std::string &line);
    std::string failurePlan() const;

    // ---- memory (lock held)
    int allocate(size_t bytes, int device, const char *owner, uintptr_t *out);
    int release(uintptr_t base, bool pinned, const char *call);
    void settle(std::unique_lock<std::mutex> &held, uintptr_t base);  // as freeing does: waits for those who use it
    Block *find(uintptr_t address);
    bool inWindow(uintptr_t address) const;
    bool isPinnedAddress(uintptr_t address) const;
    void *alias(uintptr_t address) const;   // how the engines see it
    size_t used(int device) const;

    // ---- streams (lock held)
    std::shared_ptr<Stream> stream(uint64_t handle);
    std::shared_ptr<Event> event(uint64_t handle);
    int enqueue(Stream &stream, Op op);      // captures where the stream is being captured
    int enqueueGraph(Stream &stream, const Graph &graph);
    void observe(const Clock &clock);
    int waitStream(std::unique_lock<std::mutex> &held, std::shared_ptr<Stream> stream);
    int waitEvent(std::unique_lock<std::mutex> &held, std::shared_ptr<Event> event);
    int waitDevice(std::unique_lock<std::mutex> &held, int device);
    int unsafeWhileCapturing(const char *call);
    void drop(std::shared_ptr<Stream> stream);
    std::shared_ptr<Stream> newStream(int device);

    uint64_t nextHandle();
    std::map<uint64_t, std::shared_ptr<Stream>> streams;
    std::vector<std::shared_ptr<Stream>> active;
    std::map<int, std::shared_ptr<Stream>> defaults;
    std::map<uint64_t, std::shared_ptr<Event>> events;
    std::map<uint64_t, std::shared_ptr<Graph>> graphs, executables;
    std::map<uint64_t, void *> libraries;
    std::map<std::string, int> objects;      // TensorRT's and NVRTC's, by class
    std::vector<int> stickyOf;

    // ---- primary contexts, which the runtime's cudaSetDevice and the driver share (lock held)
    struct Primary {
        bool active = false;
        unsigned flags = 0;
    };
    std::map<int, Primary> primaries;
    static uint64_t primaryHandle(int device) { return 0xC7000000u + 16u * unsigned(device); }

    void report(const std::string &kind, const std::string &what);   // lock held
    std::string leaks();                     // lock held
    std::string command(const std::string &line);
    void born(const char *kind);
    void died(const char *kind);
    bool onFault(void *address, bool write);
    void writeReport();

    std::vector<std::string> reports;
    std::map<std::string, int64_t> calls;

private:
    Machine();
    void start(int device);
    void engine(int device, bool copies);
    std::shared_ptr<Stream> pick(int device, bool copies);
    void advance();
    void noteHang();
    void watch(Stream &stream, const std::shared_ptr<Op> &op);
    void races(const Op &op, int stream);
    void guard(const Op &op, int stream);
    void unguard(uintptr_t from, uintptr_t to);
    void enforce(Stream &stream, const std::shared_ptr<Op> &op);
    std::string totals();
    std::string timelineText();
    void reset();

    struct Guard {
        uintptr_t from, to;                  // whole pages
        bool write;
        int stream;
        uint64_t sequence;
        std::string name;
    };
    std::vector<Guard> guards;
    Clock observed;
    std::map<uintptr_t, Block> blocks;
    std::vector<uintptr_t> cursors;          // by window: devices, then pinned
    std::deque<Span> timeline;
    std::condition_variable changed;
    std::mt19937_64 dice;
    std::set<int> started;
    uint64_t handles = 0;
    int streamIds = 0;
    int64_t callNumber = 0, failAt = 0;      // 0: none
    std::string failName;
    int failCode = 0;
    int64_t failNameSeen = 0;
    std::string failedCall;
    int peakObjects = 0;
    int networks = 0;                        // since hang was set
};

int64_t nowNs();
uint64_t hash64(const void *data, size_t bytes, uint64_t seed = 0);
std::string text(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool isCopy(Kind kind);

// Runs a kernel's code; a fault in it becomes an illegal address.
int shielded(const std::function<void()> &code, const char *name);

}  // namespace dbl
