#include "device.h"

#include <csetjmp>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <algorithm>
#include <fcntl.h>
#include <sstream>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <thread>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

namespace dbl {

static const size_t PAGE = 4096;
static const size_t WINDOW = size_t(1) << 36;  // addresses of one device, never used twice until it is full
static const int MAX_DEVICES = 8;
static const size_t MAX_SPANS = 200000, MAX_REPORTS = 1000;
static const unsigned char POISON = 0xFF, CANARY = 0xA5;  // POISON: floats of any width become NaN

struct Window {
    uintptr_t host = 0, engine = 0;
    int file = -1;
};
static Window windows[MAX_DEVICES + 1];  // the last: pinned memory

static thread_local int threadDevice = 0;
static thread_local int threadError = 0;
static thread_local sigjmp_buf *shield = nullptr;
static thread_local uintptr_t faultAddress = 0;

int64_t nowNs() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);  // System.nanoTime's clock
    return int64_t(t.tv_sec) * 1000000000 + t.tv_nsec;
}

uint64_t hash64(const void *data, size_t bytes, uint64_t seed) {
    const unsigned char *p = static_cast<const unsigned char *>(data);
    uint64_t lane[4] = {seed ^ 0x9E3779B97F4A7C15u, seed + 0xC2B2AE3D27D4EB4Fu, ~seed, seed * 3 + 0x165667B19E3779F9u};
    size_t i = 0;
    for (; i + 32 <= bytes; i += 32) {
        for (int k = 0; k < 4; k++) {
            uint64_t word;
            memcpy(&word, p + i + 8 * k, 8);
            lane[k] = (lane[k] ^ word) * 0x100000001B3u;
            lane[k] ^= lane[k] >> 29;
        }
    }
    for (; i < bytes; i++) {
        lane[0] = (lane[0] ^ p[i]) * 0x100000001B3u;
        lane[0] ^= lane[0] >> 29;
    }
    uint64_t all = bytes;
    for (uint64_t word : lane) {
        all = (all ^ word) * 0xD6E8FEB86659FD93u;
        all ^= all >> 32;
    }
    return all;
}

std::string text(const char *format, ...) {
    char buffer[2048];
    va_list list;
    va_start(list, format);
    vsnprintf(buffer, sizeof buffer, format, list);
    va_end(list);
    return buffer;
}

bool isCopy(Kind kind) { return kind == Kind::COPY_IN || kind == Kind::COPY_OUT || kind == Kind::COPY_DEVICE; }

static const char *nameOf(Kind kind) {
    static const char *const NAMES[] = {"copy-in", "copy-out", "copy-device", "set", "kernel", "network", "record", "wait"};
    return NAMES[int(kind)];
}

void join(Clock &into, const Clock &other) {
    if (into.size() < other.size()) into.resize(other.size());
    for (size_t i = 0; i < other.size(); i++) into[i] = std::max(into[i], other[i]);
}

// ---------------------------------------------------------------------------------------------------- faults

static struct sigaction previousSegv, previousBus;

static void onSignal(int number, siginfo_t *info, void *context) {
    uintptr_t address = reinterpret_cast<uintptr_t>(info->si_addr);
    if (shield != nullptr) {
        faultAddress = address;
        siglongjmp(*shield, 1);
    }
    bool write = (static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_ERR] & 2) != 0;
    if (Machine::get().onFault(info->si_addr, write)) return;
    struct sigaction &old = number == SIGSEGV ? previousSegv : previousBus;
    if (old.sa_flags & SA_SIGINFO) {
        old.sa_sigaction(number, info, context);
    } else if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) {
        old.sa_handler(number);
    } else {
        signal(number, SIG_DFL);
    }
}

int shielded(const std::function<void()> &code, const char *name) {
    sigjmp_buf point;
    if (sigsetjmp(point, 1) == 0) {
        shield = &point;
        code();
        shield = nullptr;
        return SUCCESS;
    }
    shield = nullptr;
    Machine &machine = Machine::get();
    std::lock_guard<std::mutex> held(machine.lock);
    uintptr_t host = faultAddress;
    for (const Window &window : windows) {
        if (window.engine != 0 && faultAddress >= window.engine && faultAddress < window.engine + WINDOW) {
            host = faultAddress - window.engine + window.host;
        }
    }
    Block *block = machine.find(host);
    machine.report("out-of-range", text("%s touched address 0x%lx, which is in no live memory of the device%s", name,
                                        static_cast<unsigned long>(host), block ? " (beside a block)" : ""));
    return ILLEGAL_ADDRESS;
}

bool Machine::onFault(void *where, bool write) {
    uintptr_t address = reinterpret_cast<uintptr_t>(where);
    bool device = inWindow(address), pinned = isPinnedAddress(address);
    if (!device && !pinned) return false;
    for (int i = 0; !lock.try_lock(); i++) {
        if (i > 2000) return false;
        usleep(1000);
    }
    std::lock_guard<std::mutex> held(lock, std::adopt_lock);
    if (pinned) {
        bool known = false;
        for (size_t i = 0; i < guards.size(); i++) {
            Guard guard = guards[i];
            if (address < guard.from || address >= guard.to) continue;
            report(write && !guard.write ? "staging-reuse" : "early-read",
                   text("the host %s 0x%lx, which %s (operation %lu of stream %d) %s, before it waited for its end",
                        write ? "wrote" : "read", static_cast<unsigned long>(address), guard.name.c_str(),
                        static_cast<unsigned long>(guard.sequence), guard.stream, guard.write ? "writes" : "reads"));
            guards.erase(guards.begin() + i--);
            unguard(guard.from, guard.to);
            known = true;
        }
        if (known) return true;
        Block *block = find(address);
        if (block != nullptr) return true;   // unguarded by another thread meanwhile
        report("use-after-free", text("the host %s pinned memory at 0x%lx that is free", write ? "wrote" : "read",
                                      static_cast<unsigned long>(address)));
    } else {
        report("host-access", text("the host %s device memory at 0x%lx", write ? "wrote" : "read",
                                   static_cast<unsigned long>(address)));
    }
    fprintf(stderr, "CUDA double: %s\n", reports.empty() ? "fault" : reports.back().c_str());
    writeReport();
    return false;
}

// ---------------------------------------------------------------------------------------------------- set-up

Machine &Machine::get() {
    static Machine *machine = new Machine();  // never destroyed: its threads outlive main
    return *machine;
}

static void mapWindow(Window &window, bool hostSees) {
    window.file = int(syscall(SYS_memfd_create, "cuda-double", 0));
    if (window.file < 0 || ftruncate(window.file, WINDOW) != 0) {
        perror("CUDA double: memfd");
        abort();
    }
    (void) hostSees;
    void *host = mmap(nullptr, WINDOW, PROT_NONE, MAP_SHARED | MAP_NORESERVE, window.file, 0);
    void *engine = mmap(nullptr, WINDOW, PROT_NONE, MAP_SHARED | MAP_NORESERVE, window.file, 0);
    if (host == MAP_FAILED || engine == MAP_FAILED) {
        perror("CUDA double: mmap");
        abort();
    }
    window.host = reinterpret_cast<uintptr_t>(host);
    window.engine = reinterpret_cast<uintptr_t>(engine);
}

static void atExit() { Machine::get().writeReport(); }

Machine::Machine() {
    cursors.assign(MAX_DEVICES + 1, PAGE);
    stickyOf.assign(MAX_DEVICES, 0);
    static const char *const KEYS[] = {"seed", "delay", "devices", "memory", "memo", "fail", "sticky", "trt", "ort",
                                       "report", "buildms", "network", "shuffle", "timeline", "cc", "lastcc", "hang", "check", "name"};
    for (const char *key : KEYS) {
        std::string variable = "RINGSIGHT_CUDA_DOUBLE_";
        for (const char *c = key; *c; c++) variable += char(toupper(*c));
        if (const char *value = getenv(variable.c_str())) configure(std::string(key) + "=" + value);
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = onSignal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &previousSegv);
    sigaction(SIGBUS, &action, &previousBus);
    mapWindow(windows[MAX_DEVICES], true);
    dice.seed(settings.seed);
    atexit(atExit);
}

std::string Machine::configure(const std::string &line) {
    std::istringstream words(line);
    std::string word;
    while (words >> word) {
        size_t equals = word.find('=');
        if (equals == std::string::npos) return "no '=' in " + word;
        std::string key = word.substr(0, equals), value = word.substr(equals + 1);
        long long number = atoll(value.c_str());
        if (key == "seed") dice.seed(settings.seed = uint64_t(number));
        else if (key == "delay") settings.delayUs = int(number);
        else if (key == "devices") settings.devices = int(std::min<long long>(number, MAX_DEVICES));
        else if (key == "memory") settings.memory = size_t(number);
        else if (key == "memo") settings.memo = int(number);
        else if (key == "sticky") settings.sticky = int(number);
        else if (key == "trt") settings.trtVersion = int(number);
        else if (key == "network") settings.networkUs = int(number);
        else if (key == "shuffle") settings.shuffle = int(number);
        else if (key == "timeline") settings.timeline = int(number);
        else if (key == "buildms") settings.buildMs = int(number);
        else if (key == "ort") settings.ort = value;
        else if (key == "report") settings.report = value;
        else if (key == "name") settings.name = value.empty() ? Settings().name : value;
        else if (key == "cc") { settings.major = int(number / 10); settings.minor = int(number % 10); }
        else if (key == "check") settings.check = int(number);
        else if (key == "lastcc") { settings.lastMajor = int(number / 10); settings.lastMinor = int(number % 10); }
        else if (key == "hang") {
            settings.hang = int(number);
            networks = 0;
            changed.notify_all();
        } else if (key == "fail") {  // n | name:n, then maybe =code; 0: none
            failName.clear();
            failCode = 0;
            failNameSeen = 0;
            size_t code = value.find('=');
            if (code != std::string::npos) { failCode = atoi(value.c_str() + code + 1); value.resize(code); }
            size_t colon = value.find(':');
            if (colon != std::string::npos) { failName = value.substr(0, colon); value = value.substr(colon + 1); }
            failAt = atoll(value.c_str());
        } else return "unknown setting " + key;
    }
    return "";
}

void Machine::reset() {
    reports.clear();
    calls.clear();
    timeline.clear();
    callNumber = failAt = failNameSeen = 0;
    failName.clear();
    failedCall.clear();
    std::fill(stickyOf.begin(), stickyOf.end(), 0);
    dice.seed(settings.seed);
}

bool Machine::injected(const char *name) {
    callNumber++;
    bool fail = failAt > 0 && (failName.empty() ? callNumber == failAt : failName == name && ++failNameSeen == failAt);
    if (fail) failedCall = name;
    return fail;
}

int Machine::enter(const char *name, bool mayFail, int fitting, bool asynchronous) {
    calls[name]++;
    if (!mayFail) return SUCCESS;
    if (injected(name)) {
        int code = failCode != 0 ? failCode : fitting;
        if (asynchronous && settings.sticky) stickyOf[size_t(threadDevice)] = code;
        return failed(code);
    }
    int sticky = stickyOf[size_t(threadDevice)];
    return sticky != 0 ? failed(sticky) : SUCCESS;
}

int Machine::failed(int code) {
    if (code != SUCCESS && code != NOT_READY) threadError = code;
    return code;
}

int Machine::lastError(bool clear) {
    int sticky = threadDevice < MAX_DEVICES ? stickyOf[threadDevice] : 0;
    int code = sticky != 0 ? sticky : threadError;
    if (clear) threadError = 0;
    return code;
}

int Machine::currentDevice() const { return threadDevice; }

uint64_t &Machine::currentContext() {
    static thread_local uint64_t context = 0;
    return context;
}

int Machine::useDevice(int device) {
    if (device < 0 || device >= settings.devices) return failed(INVALID_DEVICE);
    threadDevice = device;
    primaries[device].active = true;
    currentContext() = primaryHandle(device);
    return SUCCESS;
}

uint64_t Machine::nextHandle() { return 0x7000000000000000u + 0x100 * ++handles; }

void Machine::born(const char *kind) { objects[kind]++; }

void Machine::died(const char *kind) { objects[kind]--; }

// ---------------------------------------------------------------------------------------------------- memory

bool Machine::inWindow(uintptr_t address) const {
    for (int i = 0; i < MAX_DEVICES; i++) {
        if (windows[i].host != 0 && address >= windows[i].host && address < windows[i].host + WINDOW) return true;
    }
    return false;
}

bool Machine::isPinnedAddress(uintptr_t address) const {
    uintptr_t base = windows[MAX_DEVICES].host;
    return address >= base && address < base + WINDOW;
}

void *Machine::alias(uintptr_t address) const {
    for (const Window &window : windows) {
        if (window.host != 0 && address >= window.host && address < window.host + WINDOW) {
            return reinterpret_cast<void *>(address - window.host + window.engine);
        }
    }
    return reinterpret_cast<void *>(address);
}

Block *Machine::find(uintptr_t address) {
    auto next = blocks.upper_bound(address);
    if (next == blocks.begin()) return nullptr;
    Block &block = std::prev(next)->second;
    return address < block.base + block.bytes ? &block : nullptr;
}

size_t Machine::used(int device) const {
    size_t sum = 0;
    for (const auto &entry : blocks) {
        if (entry.second.device == device) sum += entry.second.bytes;
    }
    return sum;
}

int Machine::allocate(size_t bytes, int device, const char *owner, uintptr_t *out) {
    if (bytes == 0) {
        *out = 0;
        return SUCCESS;
    }
    if (device >= 0 && used(device) + bytes > settings.memory) return MEMORY_ALLOCATION;
    int which = device < 0 ? MAX_DEVICES : device;
    Window &window = windows[which];
    if (window.host == 0) mapWindow(window, false);
    size_t mapped = (bytes + PAGE - 1) / PAGE * PAGE;
    if (mapped + 2 * PAGE > WINDOW) return MEMORY_ALLOCATION;
    for (int turn = 0;; turn++) {
        uintptr_t at = cursors[which];
        if (at + mapped + PAGE > WINDOW) {
            if (turn > 0) return MEMORY_ALLOCATION;
            at = cursors[which] = PAGE;
        }
        auto next = blocks.lower_bound(window.host + at);
        uintptr_t end = window.host + at + mapped + PAGE;
        bool before = next != blocks.begin() && std::prev(next)->second.base + std::prev(next)->second.bytes > window.host + at;
        if (next != blocks.end() && next->second.base < end && next->second.base >= window.host) {
            cursors[which] = (next->second.base - window.host + next->second.bytes + 2 * PAGE) / PAGE * PAGE;
            turn--;
            continue;
        }
        if (before) {
            cursors[which] = at + PAGE;
            turn--;
            continue;
        }
        Block block;
        // Device memory ends at the end of a page, so that one step too far meets the guard page behind it; pinned
        // memory begins at one, so that its pages can be guarded one by one.
        block.base = window.host + at + (device < 0 ? 0 : mapped - (bytes + 255) / 256 * 256);
        block.bytes = bytes;
        block.mapped = mapped;
        block.device = device;
        block.owner = owner;
        void *engine = reinterpret_cast<void *>(window.engine + at);
        if (mprotect(engine, mapped, PROT_READ | PROT_WRITE) != 0) return MEMORY_ALLOCATION;
        if (device < 0 && mprotect(reinterpret_cast<void *>(window.host + at), mapped, PROT_READ | PROT_WRITE) != 0) {
            return MEMORY_ALLOCATION;
        }
        memset(engine, CANARY, mapped);
        memset(alias(block.base), POISON, bytes);
        cursors[which] = at + mapped + PAGE;
        blocks[block.base] = block;
        *out = block.base;
        return SUCCESS;
    }
}

void Machine::settle(std::unique_lock<std::mutex> &held, uintptr_t base) {
    changed.wait(held, [&] {
        auto entry = blocks.find(base);
        if (entry == blocks.end()) return true;
        for (const Block::Use &use : entry->second.uses) {
            for (auto &stream : active) {
                if (stream->id == use.stream && stream->finished < use.sequence) return false;
            }
        }
        return true;
    });
}

int Machine::release(uintptr_t base, bool pinned, const char *call) {
    if (base == 0) return SUCCESS;
    auto entry = blocks.find(base);
    if (entry == blocks.end() || pinned != (entry->second.device < 0)) {
        report(entry == blocks.end() ? "double-free" : "wrong-free",
               text("%s(0x%lx): no live %s memory begins there", call, static_cast<unsigned long>(base),
                    pinned ? "pinned" : "device"));
        return failed(INVALID_VALUE);
    }
    Block &block = entry->second;
    for (const Block::Use &use : block.uses) {
        if (use.sequence > at(observed, size_t(use.stream))) {
            report("free-in-flight", text("%s of %s (%zu bytes) while %s (operation %lu of stream %d) may use it", call,
                                          block.owner.c_str(), block.bytes, use.name.c_str(),
                                          static_cast<unsigned long>(use.sequence), use.stream));
            break;
        }
    }
    Window &window = windows[pinned ? MAX_DEVICES : block.device];
    uintptr_t start = (base - window.host) / PAGE * PAGE;
    unsigned char *bytes = reinterpret_cast<unsigned char *>(window.engine + start);
    size_t first = base - window.host - start, last = first + block.bytes;
    for (size_t i = 0; i < block.mapped; i++) {
        if (i == first) i = last;
        if (i < block.mapped && bytes[i] != CANARY) {
            report("out-of-range", text("memory beside %s (%zu bytes) was written, at offset %ld", block.owner.c_str(),
                                        block.bytes, long(i) - long(first)));
            break;
        }
    }
    mprotect(bytes, block.mapped, PROT_NONE);
    mprotect(reinterpret_cast<void *>(window.host + start), block.mapped, PROT_NONE);
    fallocate(window.file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, long(start), long(block.mapped));
    guards.erase(std::remove_if(guards.begin(), guards.end(),
                                [&](const Guard &guard) {
                                    return guard.from >= window.host + start && guard.to <= window.host + start + block.mapped;
                                }),
                 guards.end());
    blocks.erase(entry);
    return SUCCESS;
}

// ---------------------------------------------------------------------------------------------------- the checker

void Machine::guard(const Op &op, int stream) {
    for (const Access &access : op.pinned) {
        Block *block = find(access.from);
        if (block == nullptr) continue;
        uintptr_t from = (access.from + PAGE - 1) / PAGE * PAGE;
        uintptr_t to = access.to >= block->base + block->bytes ? block->base + block->mapped : access.to / PAGE * PAGE;
        if (from >= to) continue;
        guards.push_back({from, to, access.write, stream, op.sequence, op.name});
        mprotect(reinterpret_cast<void *>(from), to - from, access.write ? PROT_NONE : PROT_READ);
    }
}

void Machine::unguard(uintptr_t from, uintptr_t to) {
    mprotect(reinterpret_cast<void *>(from), to - from, PROT_READ | PROT_WRITE);
    for (const Guard &guard : guards) {
        uintptr_t low = std::max(from, guard.from), high = std::min(to, guard.to);
        if (low < high) mprotect(reinterpret_cast<void *>(low), high - low, guard.write ? PROT_NONE : PROT_READ);
    }
}

void Machine::observe(const Clock &clock) {
    join(observed, clock);
    std::vector<Guard> over;
    for (size_t i = 0; i < guards.size();) {
        if (guards[i].sequence <= at(observed, size_t(guards[i].stream))) {
            over.push_back(guards[i]);
            guards.erase(guards.begin() + long(i));
        } else {
            i++;
        }
    }
    for (const Guard &guard : over) unguard(guard.from, guard.to);
}

// Two operations that touch the same device memory, one of them writing, must be ordered: by a stream, an event that
// a stream waited for, or the host having waited for the first before it enqueued the second.
void Machine::races(const Op &op, int stream) {
    std::vector<Access> all = op.device;
    all.insert(all.end(), op.pinned.begin(), op.pinned.end());
    for (const Access &access : all) {
        Block *block = find(access.from);
        if (block == nullptr) continue;
        std::vector<Block::Use> kept;
        bool told = false;
        for (const Block::Use &use : block->uses) {
            if (use.sequence <= at(observed, size_t(use.stream))) continue;
            bool overlap = use.access.from < access.to && access.from < use.access.to;
            bool ordered = use.sequence <= at(op.clock, size_t(use.stream));
            if (overlap && (use.access.write || access.write) && !ordered && !told) {
                told = true;
                report("race", text("%s (stream %d) and %s (stream %d) use %s at once, nothing orders them",
                                    use.name.c_str(), use.stream, op.name.c_str(), stream, block->owner.c_str()));
            }
            bool replaced = use.stream == stream && use.access.from == access.from && use.access.to == access.to &&
                            use.access.write == access.write;
            if (!replaced) kept.push_back(use);
        }
        kept.push_back({access, stream, op.sequence, op.name});
        block->uses.swap(kept);
    }
}

void Machine::report(const std::string &kind, const std::string &what) {
    if (reports.size() < MAX_REPORTS) reports.push_back(kind + ": " + what);
}

// ---------------------------------------------------------------------------------------------------- streams

std::shared_ptr<Stream> Machine::newStream(int device) {
    auto made = std::make_shared<Stream>();
    made->handle = nextHandle();
    made->id = streamIds++;
    made->device = device;
    active.push_back(made);
    start(device);
    return made;
}

std::shared_ptr<Stream> Machine::stream(uint64_t handle) {
    if (handle <= 2) {  // the default streams
        auto &made = defaults[threadDevice];
        if (!made) {
            report("default-stream", "the default stream is used: it orders itself with all the others");
            made = newStream(threadDevice);
        }
        return made;
    }
    auto entry = streams.find(handle);
    if (entry == streams.end()) {
        report("use-after-destroy", text("stream 0x%lx does not exist (any more)", static_cast<unsigned long>(handle)));
        return nullptr;
    }
    return entry->second;
}

std::shared_ptr<Event> Machine::event(uint64_t handle) {
    auto entry = events.find(handle);
    if (entry == events.end()) {
        report("use-after-destroy", text("event 0x%lx does not exist (any more)", static_cast<unsigned long>(handle)));
        return nullptr;
    }
    return entry->second;
}

void Machine::enforce(Stream &stream, const std::shared_ptr<Op> &op) {
    op->sequence = ++stream.sequence;
    if (stream.clock.size() <= size_t(stream.id)) stream.clock.resize(size_t(stream.id) + 1);
    join(stream.clock, observed);
    stream.clock[size_t(stream.id)] = op->sequence;
    op->clock = stream.clock;
    op->queuedNs = nowNs();
    if (settings.check) watch(stream, op);
    stream.queue.push_back(op);
}

void Machine::watch(Stream &stream, const std::shared_ptr<Op> &op) {
    races(*op, stream.id);
    for (const Access &access : op->pinned) {
        size_t bytes = access.to - access.from;
        if (!access.write && op->contiguous) op->check = hash64(alias(access.from), bytes);
        bool others = false;
        for (const Guard &guard : guards) others |= guard.from < access.to && access.from < guard.to;
        if (access.write && op->contiguous && !others) memset(alias(access.from), POISON, bytes);
    }
    guard(*op, stream.id);
}

int Machine::enqueue(Stream &stream, Op op) {
    if (stream.capture) {
        stream.capture->nodes.push_back(std::move(op));
        return SUCCESS;
    }
    enforce(stream, std::make_shared<Op>(std::move(op)));
    advance();
    changed.notify_all();
    return SUCCESS;
}

int Machine::enqueueGraph(Stream &stream, const Graph &graph) {
    for (const Op &node : graph.nodes) enforce(stream, std::make_shared<Op>(node));
    advance();
    changed.notify_all();
    return SUCCESS;
}

// Takes what needs no engine off the queues' heads: records and waits.
void Machine::advance() {
    bool moved = true;
    while (moved) {
        moved = false;
        for (auto &stream : active) {
            while (!stream->queue.empty() && !stream->running) {
                Op &op = *stream->queue.front();
                if (op.kind == Kind::RECORD) {
                    op.event->completed = std::max(op.event->completed, op.generation);
                    op.event->completedNs = nowNs();
                } else if (op.kind != Kind::WAIT || op.event->completed < op.generation) {
                    break;
                }
                stream->finished = op.sequence;
                stream->queue.pop_front();
                moved = true;
            }
        }
    }
    active.erase(std::remove_if(active.begin(), active.end(),
                                [this](const std::shared_ptr<Stream> &stream) {
                                    return stream->queue.empty() && !stream->running && streams.count(stream->handle) == 0 &&
                                           (defaults.count(stream->device) == 0 || defaults[stream->device] != stream) &&
                                           stream->sequence > 0;
                                }),
                 active.end());
}

std::shared_ptr<Stream> Machine::pick(int device, bool copies) {
    std::vector<std::shared_ptr<Stream>> ready;
    for (auto &stream : active) {
        if (stream->device != device || stream->running || stream->queue.empty()) continue;
        Kind kind = stream->queue.front()->kind;
        if (kind != Kind::WAIT && kind != Kind::RECORD && isCopy(kind) == copies) ready.push_back(stream);
    }
    if (ready.empty()) return nullptr;
    if (settings.shuffle) return ready[dice() % ready.size()];
    return *std::min_element(ready.begin(), ready.end(), [](const auto &a, const auto &b) {
        return a->queue.front()->queuedNs < b->queue.front()->queuedNs;
    });
}

void Machine::start(int device) {
    if (!started.insert(device).second) return;
    for (bool copies : {true, false}) std::thread([this, device, copies] { engine(device, copies); }).detach();
}

void Machine::engine(int device, bool copies) {
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    pthread_setname_np(pthread_self(), text("cuda%d-%s", device, copies ? "copy" : "compute").c_str());
    std::unique_lock<std::mutex> held(lock);
    for (;;) {
        std::shared_ptr<Stream> stream = pick(device, copies);
        if (!stream) {
            changed.wait(held);
            continue;
        }
        std::shared_ptr<Op> op = stream->queue.front();
        stream->running = true;
        long delayUs = settings.delayUs > 0 ? long(dice() % uint64_t(settings.delayUs + 1)) : 0;
        bool dead = stickyOf[size_t(device)] != 0;
        int leastUs = op->kind == Kind::NETWORK ? settings.networkUs : 0;
        if (op->kind == Kind::NETWORK && ++networks == settings.hang) {
            noteHang();
            changed.wait(held, [this] { return settings.hang == 0; });
        }
        held.unlock();
        if (delayUs > 0) usleep(unsigned(delayUs));
        bool changedSource = false;
        for (const Access &access : op->pinned) {
            if (settings.check && !access.write && op->contiguous) {
                changedSource |= hash64(alias(access.from), access.to - access.from) != op->check;
            }
        }
        int64_t startNs = nowNs();
        int code = dead || !op->run ? SUCCESS : op->run();
        int64_t restUs = leastUs - (nowNs() - startNs) / 1000;
        if (restUs > 0 && !dead) usleep(unsigned(restUs));
        int64_t endNs = nowNs();
        held.lock();
        if (changedSource) {
            report("staging-reuse", text("the source of %s (operation %lu of stream %d) was changed before it was copied",
                                         op->name.c_str(), static_cast<unsigned long>(op->sequence), stream->id));
        }
        if (code != SUCCESS) stickyOf[size_t(device)] = code;
        if (timeline.size() >= MAX_SPANS) timeline.pop_front();
        if (settings.timeline) timeline.push_back({device, stream->id, op->kind, op->name, op->queuedNs, startNs, endNs, op->bytes, op->rows, op->sequence});
        stream->running = false;
        stream->finished = op->sequence;
        stream->queue.pop_front();
        op.reset();
        advance();
        changed.notify_all();
    }
}

// When it was, for those who measure what follows.
void Machine::noteHang() {
    if (settings.report.empty()) return;
    if (FILE *file = fopen((settings.report + ".hung").c_str(), "w")) fclose(file);
}

int Machine::waitStream(std::unique_lock<std::mutex> &held, std::shared_ptr<Stream> stream) {
    uint64_t target = stream->sequence;
    Clock clock = stream->clock;
    changed.wait(held, [&] { return stream->finished >= target; });
    observe(clock);
    int sticky = stickyOf[size_t(stream->device)];
    return sticky != 0 ? failed(sticky) : SUCCESS;
}

int Machine::waitEvent(std::unique_lock<std::mutex> &held, std::shared_ptr<Event> event) {
    uint64_t target = event->recorded;
    Clock clock = event->clock;
    changed.wait(held, [&] { return event->completed >= target; });
    observe(clock);
    int sticky = stickyOf[size_t(event->device)];
    return sticky != 0 ? failed(sticky) : SUCCESS;
}

int Machine::waitDevice(std::unique_lock<std::mutex> &held, int device) {
    std::vector<std::shared_ptr<Stream>> all = active;
    int code = SUCCESS;
    for (auto &stream : all) {
        if (stream->device == device) code = std::max(code, waitStream(held, stream));
    }
    return code;
}

void Machine::drop(std::shared_ptr<Stream> stream) {
    if (stream->sequence > at(observed, size_t(stream->id))) {
        report("destroy-in-use", text("stream %d was destroyed before its last operation was waited for", stream->id));
    }
    if (stream->sequence == 0) stream->sequence = stream->finished = 1;
    streams.erase(stream->handle);
    advance();
}

// In CUDA's words: a potentially unsafe call while a capture of the global mode goes on anywhere, or of the
// thread-local mode on this thread.
int Machine::unsafeWhileCapturing(const char *call) {
    uint64_t thread = uint64_t(pthread_self());
    for (auto &entry : streams) {
        Stream &stream = *entry.second;
        if (!stream.capture || stream.captureMode == 2) continue;
        if (stream.captureMode == 0 || stream.captureThread == thread) {
            stream.captureBroken = true;
            report("capture", text("%s while stream %d is being captured", call, stream.id));
            return failed(CAPTURE_UNSUPPORTED);
        }
    }
    return SUCCESS;
}

// ---------------------------------------------------------------------------------------------------- control

std::string Machine::leaks() {
    std::string out;
    std::map<std::string, std::pair<int, size_t>> memory;
    for (const auto &entry : blocks) {
        auto &sum = memory[(entry.second.device < 0 ? "pinned memory, " : "device memory, ") + entry.second.owner];
        sum.first++;
        sum.second += entry.second.bytes;
    }
    for (const auto &entry : memory) {
        out += text("%d x %s: %zu bytes\n", entry.second.first, entry.first.c_str(), entry.second.second);
    }
    if (!streams.empty()) out += text("%zu x stream\n", streams.size());
    if (!events.empty()) out += text("%zu x event\n", events.size());
    if (!graphs.empty()) out += text("%zu x graph\n", graphs.size());
    if (!executables.empty()) out += text("%zu x executable graph\n", executables.size());
    if (!libraries.empty()) out += text("%zu x library\n", libraries.size());
    for (const auto &entry : objects) {
        if (entry.second != 0) out += text("%d x %s\n", entry.second, entry.first.c_str());
    }
    return out;
}

std::string Machine::totals() {
    size_t device = 0, pinned = 0;
    for (const auto &entry : blocks) (entry.second.device < 0 ? pinned : device) += entry.second.bytes;
    int others = 0;
    for (const auto &entry : objects) others += entry.second;
    return text("device %zu\npinned %zu\nblocks %zu\nstreams %zu\nevents %zu\ngraphs %zu\nlibraries %zu\nobjects %d\nguards %zu\n",
                device, pinned, blocks.size(), streams.size(), events.size(), graphs.size() + executables.size(),
                libraries.size(), others, guards.size());
}

std::string Machine::timelineText() {
    std::string out;
    for (const Span &span : timeline) {
        out += text("%d %d %s %ld %ld %ld %ld %d %lu %s\n", span.device, span.stream, nameOf(span.kind), long(span.queuedNs),
                    long(span.startNs), long(span.endNs), long(span.bytes), span.rows,
                    static_cast<unsigned long>(span.sequence), span.name.c_str());
    }
    return out;
}

std::string Machine::command(const std::string &line) {
    std::lock_guard<std::mutex> held(lock);
    std::string verb = line.substr(0, line.find(' ')), rest = line.size() > verb.size() ? line.substr(verb.size() + 1) : "";
    std::string out;
    if (verb == "set") return configure(rest);
    if (verb == "reset") { reset(); return ""; }
    if (verb == "reports") { for (const auto &one : reports) out += one + "\n"; return out; }
    if (verb == "leaks") return leaks();
    if (verb == "totals") return totals();
    if (verb == "timeline") return timelineText();
    if (verb == "calls") { for (const auto &one : calls) out += text("%s %ld\n", one.first.c_str(), long(one.second)); return out; }
    if (verb == "number") return text("%ld", long(callNumber));
    if (verb == "failed") return failedCall;
    if (verb == "sticky") {
        int device = 0, code = LAUNCH_FAILURE;
        sscanf(rest.c_str(), "%d %d", &device, &code);
        stickyOf.at(size_t(device)) = code;
        return "";
    }
    if (verb == "seed") return text("%lu", static_cast<unsigned long>(settings.seed));
    return "error: unknown command " + verb;
}

void Machine::writeReport() {
    if (settings.report.empty()) return;
    bool mine = lock.try_lock();
    if (FILE *file = fopen(settings.report.c_str(), "w")) {
        fprintf(file, "seed %lu\nnumber %ld\nfailed %s\n", static_cast<unsigned long>(settings.seed), long(callNumber), failedCall.c_str());
        for (const auto &one : reports) fprintf(file, "report %s\n", one.c_str());
        std::istringstream lines(leaks());
        for (std::string one; std::getline(lines, one);) fprintf(file, "leak %s\n", one.c_str());
        for (const auto &one : calls) fprintf(file, "call %s %ld\n", one.first.c_str(), long(one.second));
        fclose(file);
    }
    if (mine) lock.unlock();
}

}  // namespace dbl

using dbl::Machine;

// The control class's only native method: both texts UTF-8, at addresses; returns the answer's bytes (-needed when it
// does not fit).
extern "C" int64_t Java_io_ringsight_core_infer_cuda_CudaDouble_command(void *, void *, int64_t request, int64_t answer, int64_t capacity) {
    static thread_local std::string kept;
    if (request != 0) kept = Machine::get().command(reinterpret_cast<const char *>(request));
    if (int64_t(kept.size()) > capacity) return -int64_t(kept.size());
    memcpy(reinterpret_cast<void *>(answer), kept.data(), kept.size());
    return int64_t(kept.size());
}
