// TensorRT's classes as the JavaCPP library calls them: an object is {table, implementation}, an implementation begins
// with its own table, methods are found by their place in it. Places that nothing stands in say so and end the process.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace dbl {

const int PLACES = 128;

[[noreturn]] void missingPlace(const char *className, int place);

template <const char *const *NAME, int PLACE> [[noreturn]] void missing() { missingPlace(*NAME, PLACE); }

template <const char *const *NAME> struct Table {
    struct {
        intptr_t toTop = 0;
        const void *type = nullptr;
        void *places[PLACES];
    } whole;

    Table() { fill(std::make_integer_sequence<int, PLACES>{}); }

    template <int... P> void fill(std::integer_sequence<int, P...>) {
        ((whole.places[P] = reinterpret_cast<void *>(&missing<NAME, P>)), ...);
    }

    template <class F> void set(int place, F *function) { whole.places[place] = reinterpret_cast<void *>(function); }

    void **start() { return whole.places; }
};

// An object of a class whose methods are forwarded to an implementation.
template <class Data> struct Object {
    void **table;
    void *implementation;
    void **inner;
    Data data;

    static Data &of(const void *inner) {
        auto *bytes = static_cast<char *>(const_cast<void *>(inner));
        return reinterpret_cast<Object *>(bytes - 2 * sizeof(void *))->data;
    }
    static Data &ofPublic(const void *object) { return static_cast<Object *>(const_cast<void *>(object))->data; }
};

// The interface both libraries share.
struct NetworkBuild;
bool parseInto(void *network, const void *model, size_t bytes, std::string &error);
void logTo(void *logger, int severity, const std::string &message);

enum Severity { INTERNAL = 0, ERROR = 1, WARNING = 2, INFO = 3, VERBOSE = 4 };

}  // namespace dbl
