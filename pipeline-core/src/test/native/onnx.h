// A network computed by ONNX Runtime's C library, which is found at run time and called through its table of functions.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct TensorInfo {
    std::string name;
    int type = 0;                    // ONNX's element type
    std::vector<int64_t> dims;       // -1: dynamic
};

struct TensorData {
    std::vector<int64_t> dims;
    std::vector<char> bytes;
};

class Network {
public:
    // nullptr, and error says why.
    static std::shared_ptr<Network> load(const void *model, size_t bytes, std::string &error);
    ~Network();

    std::vector<TensorInfo> inputs, outputs;
    std::string model;

    // Computes all rows at once, or with remember row by row where the batch is dynamic, each row once only.
    bool run(const std::vector<TensorData> &in, std::vector<TensorData> &out, bool remember, std::string &error);

    static int elementBytes(int onnxType);

private:
    bool compute(const std::vector<TensorData> &in, std::vector<TensorData> &out, std::string &error);
    bool remembered(const std::vector<TensorData> &in, std::vector<TensorData> &out, std::string &error);
    void *session = nullptr;
    uint64_t modelHash = 0;
};
