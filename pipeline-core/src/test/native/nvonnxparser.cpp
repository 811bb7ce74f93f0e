// TensorRT's ONNX parser: its objects have their methods in their own tables.
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>
#include "device.h"
#include "tables.h"

using namespace dbl;

namespace {

const char *const PARSER = "IParser";
const char *const PARSER_ERROR = "IParserError";

struct Error {
    void **table;
    std::string sentence;
};

struct Parser {
    void **table;
    void *network, *logger;
    std::vector<Error *> errors;
};

Error *newError(const std::string &sentence) {
    static Table<&PARSER_ERROR> table;
    static bool filled = [] {
        table.set(0, +[](Error *) -> int { return 6; });  // code
        table.set(1, +[](Error *self) -> const char * { return self->sentence.c_str(); });
        table.set(2, +[](Error *) -> const char * { return "cuda-double"; });
        table.set(3, +[](Error *) -> int { return 0; });
        table.set(4, +[](Error *) -> const char * { return "parse"; });
        table.set(5, +[](Error *) -> int { return -1; });
        table.set(6, +[](Error *) -> const char * { return ""; });
        table.set(7, +[](Error *) -> const char * { return ""; });
        table.set(9, +[](Error *) -> int { return 0; });
        return true;
    }();
    (void) filled;
    return new Error{table.start(), sentence};
}

void clear(Parser *self) {
    for (Error *error : self->errors) delete error;
    self->errors.clear();
}

bool parse(Parser *self, const void *model, size_t bytes) {
    std::string error;
    if (parseInto(self->network, model, bytes, error)) return true;
    self->errors.push_back(newError(error));
    return false;
}

}  // namespace

#define API extern "C" __attribute__((visibility("default")))

API void *createNvOnnxParser_INTERNAL(void *network, void *logger, int) {
    static Table<&PARSER> table;
    static bool filled = [] {
        table.set(0, +[](Parser *self, const void *model, size_t bytes, const char *) -> bool { return parse(self, model, bytes); });
        table.set(1, +[](Parser *self, const char *path, int) -> bool {
            std::ifstream file(path, std::ios::binary);
            if (!file) {
                self->errors.push_back(newError(std::string("cannot open ") + path));
                logTo(self->logger, ERROR, std::string("Could not open file ") + path);
                return false;
            }
            std::stringstream all;
            all << file.rdbuf();
            std::string bytes = all.str();
            return parse(self, bytes.data(), bytes.size());
        });
        table.set(4, +[](Parser *, const char *) -> bool { return true; });
        table.set(5, +[](Parser *self) -> int { return int(self->errors.size()); });
        table.set(6, +[](Parser *self, int i) -> void * {
            return i < 0 || size_t(i) >= self->errors.size() ? nullptr : self->errors[size_t(i)];
        });
        table.set(7, +[](Parser *self) { clear(self); });
        auto gone = +[](Parser *self) {
            clear(self);
            Machine &m = Machine::get();
            std::lock_guard<std::mutex> held(m.lock);
            m.died("IParser");
            delete self;
        };
        table.set(8, gone);
        table.set(9, gone);
        table.set(11, +[](Parser *, uint32_t) {});
        table.set(12, +[](Parser *) -> uint32_t { return 0; });
        table.set(13, +[](Parser *, int) {});
        table.set(14, +[](Parser *, int) {});
        table.set(15, +[](Parser *, int) -> bool { return false; });
        return true;
    }();
    (void) filled;
    Machine &m = Machine::get();
    std::lock_guard<std::mutex> held(m.lock);
    m.calls["createNvOnnxParser"]++;
    if (m.injected("createNvOnnxParser")) return nullptr;
    m.born("IParser");
    return new Parser{table.start(), network, logger, {}};
}

API int getNvOnnxParserVersion() { return Machine::get().settings.trtVersion; }

API void *createNvOnnxParserRefitter_INTERNAL(void *, void *, int) { missingPlace("createNvOnnxParserRefitter", 0); }
