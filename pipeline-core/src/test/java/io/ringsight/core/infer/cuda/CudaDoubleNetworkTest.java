package io.ringsight.core.infer.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.infer.tensorrt.lib.TensorRt;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUkern_st;
import org.bytedeco.cuda.cudart.CUlib_st;
import org.bytedeco.cuda.cudart.cudaHostFn_t;
import org.bytedeco.cuda.cudart.dim3;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvinfer.IRuntime;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** TensorRT's and NVRTC's side of the double, called as the presets call it. */
@Tag("cuda-double")
class CudaDoubleNetworkTest {
    private static final int INPUT = 3 * TinyOnnx.SIZE * TinyOnnx.SIZE;
    private static final int OUTPUT = 6;

    private CudaDouble device;
    private final List<String> log = new ArrayList<>();
    private ILogger logger;

    @BeforeEach
    void load() {
        device = CudaDouble.load();
        device.set("seed=11 delay=300");
        Cuda.use(0);
        assertThat(TensorRt.problem()).isEmpty();
        logger = new ILogger() {
            @Override
            public void log(Severity severity, String text) {
                log.add(severity.value + " " + text);
            }
        };
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(device.leaks()).isEmpty();
        assertThat(device.reports()).isEmpty();
        logger.close();
    }

    @Test
    void computesTheNetworkRowByRowAndAtOnce() {
        for (int memo : new int[] {0, 1}) {
            device.set("memo=" + memo);
            try (Engine engine = new Engine(new TinyOnnx().batch(0).bytes())) {
                float[] first = engine.run(false, 0.25f, 0.5f, 0.75f);
                assertThat(first[4]).isEqualTo(0.25f);
                assertThat(first[OUTPUT + 4]).isEqualTo(0.5f);
                assertThat(first[2 * OUTPUT + 4]).isEqualTo(0.75f);
                assertThat(engine.run(true, 0.5f, 0.125f, 1)).startsWith(0, 0, 16, 16, 0.5f);
            }
        }
        assertThat(device.timeline().stream().filter(span -> span.is("network")))
                .allMatch(span -> span.rows() == 3);
    }

    @Test
    void replaysAGraph() {
        try (Engine engine = new Engine(new TinyOnnx().batch(0).bytes())) {
            engine.run(true, 0.1f, 0.2f, 0.3f);
            CUgraph_st graph = new CUgraph_st();
            Cuda.check(cudart.cudaStreamBeginCapture(engine.stream.pointer(), 1), "cudaStreamBeginCapture");
            engine.enqueue();
            Cuda.check(cudart.cudaStreamEndCapture(engine.stream.pointer(), graph), "cudaStreamEndCapture");
            CUgraphExec_st executable = new CUgraphExec_st();
            Cuda.check(cudart.cudaGraphInstantiate(executable, graph, 0), "cudaGraphInstantiate");
            Cuda.check(cudart.cudaGraphDestroy(graph), "cudaGraphDestroy");
            for (float red : new float[] {0.5f, 0.25f}) {
                engine.fill(red, red, red);
                Cuda.check(cudart.cudaGraphLaunch(executable, engine.stream.pointer()), "cudaGraphLaunch");
                engine.stream.synchronize();
                assertThat(engine.result()[OUTPUT + 4]).isEqualTo(red);
            }
            Cuda.check(cudart.cudaGraphExecDestroy(executable), "cudaGraphExecDestroy");
        }
    }

    @Test
    void refusesEnginesOfAnotherVersionOrDevice() {
        byte[] engine = build(new TinyOnnx().batch(0).bytes());
        IRuntime runtime = nvinfer.createInferRuntime(logger);
        try (BytePointer bytes = new BytePointer(engine)) {
            device.set("trt=100500");
            assertThat(runtime.deserializeCudaEngine(bytes, engine.length)).isNull();
            device.set("trt=100600 cc=86");
            assertThat(runtime.deserializeCudaEngine(bytes, engine.length)).isNull();
            device.set("cc=90");
            assertThat(runtime.deserializeCudaEngine(bytes, engine.length - 1)).isNull();
            bytes.put(engine.length / 2, (byte) (bytes.get(engine.length / 2) + 1));
            assertThat(runtime.deserializeCudaEngine(bytes, engine.length)).isNull();
        }
        delete(runtime);
        assertThat(log).anyMatch(line -> line.contains("not compatible with this version of TensorRT"));
        assertThat(log).anyMatch(line -> line.contains("incompatible device"));
        assertThat(log).anyMatch(line -> line.contains("truncated"));
        assertThat(log).anyMatch(line -> line.contains("checksum"));
    }

    @Test
    void launchesTheKernelOfItsOwnSourceOnly() throws IOException {
        assertThat(compile("extern \"C\" __global__ void other() {}", null)).isNotZero();
        try (InputStream in = CudaDouble.class.getResourceAsStream("letterbox.cu")) {
            String source = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            CUlib_st library = new CUlib_st();
            assertThat(compile(source, library)).isZero();
            CUkern_st kernel = new CUkern_st();
            Cuda.check(cudart.cudaLibraryGetKernel(kernel, library, "letterbox"), "cudaLibraryGetKernel");
            assertThat(kernel.isNull()).isFalse();
            try (Stream stream = Stream.open();
                    dim3 none = new dim3(0, 1, 1);
                    dim3 block = new dim3(32, 8, 1);
                    PointerPointer<Pointer> arguments = new PointerPointer<>(1)) {
                assertThat(cudart.cudaLaunchKernel(kernel, none, block, arguments, 0, stream.pointer()))
                        .isEqualTo(cudart.cudaErrorInvalidConfiguration);
            }
            Cuda.check(cudart.cudaLibraryUnload(library), "cudaLibraryUnload");
        }
        assertThat(device.reports()).hasSize(1).allMatch(report -> report.startsWith("wrong-kernel"));
        device.reset();
    }

    private int compile(String source, CUlib_st library) {
        _nvrtcProgram program = new _nvrtcProgram();
        assertThat(nvrtc.nvrtcCreateProgram(program, new BytePointer(source), null, 0, (PointerPointer<?>) null, null))
                .isZero();
        BytePointer option = new BytePointer("--gpu-architecture=sm_90");
        PointerPointer<BytePointer> options = new PointerPointer<BytePointer>(1).put(0, option);
        assertThat(nvrtc.nvrtcCompileProgram(program, 1, options)).isZero();
        SizeTPointer size = new SizeTPointer(1);
        assertThat(nvrtc.nvrtcGetCUBINSize(program, size)).isZero();
        BytePointer cubin = new BytePointer(size.get());
        assertThat(nvrtc.nvrtcGetCUBIN(program, cubin)).isZero();
        assertThat(nvrtc.nvrtcDestroyProgram(program)).isZero();
        CUlib_st loaded = library == null ? new CUlib_st() : library;
        return cudart.cudaLibraryLoadData(
                loaded, cubin, (IntPointer) null, (PointerPointer<?>) null, 0, (IntPointer) null, null, 0);
    }

    private byte[] build(byte[] model) {
        IBuilder builder = nvinfer.createInferBuilder(logger);
        INetworkDefinition network = builder.createNetworkV2(1 << 1);
        IParser parser = nvonnxparser.createParser(network, logger);
        try (BytePointer bytes = new BytePointer(model)) {
            assertThat(parser.parse(bytes, model.length)).isTrue();
        }
        assertThat(network.getNbInputs()).isEqualTo(1);
        String input = network.getInput(0).getName();
        IBuilderConfig config = builder.createBuilderConfig();
        IOptimizationProfile profile = builder.createOptimizationProfile();
        int[] batches = {1, 4, 4};
        for (int i = 0; i < 3; i++) {
            try (Dims64 dims = dims(batches[i])) {
                assertThat(profile.setDimensions(input, nvinfer.OptProfileSelector.values()[i], dims))
                        .isTrue();
            }
        }
        assertThat(config.addOptimizationProfile(profile)).isZero();
        IHostMemory serialized = builder.buildSerializedNetwork(network, config);
        byte[] engine = new byte[(int) serialized.size()];
        new BytePointer(serialized.data()).capacity(engine.length).get(engine);
        delete(serialized);
        delete(config);
        call(parser, 9);
        delete(network);
        delete(builder);
        return engine;
    }

    private static Dims64 dims(int batch) {
        return new Dims64().nbDims(4).d(0, batch).d(1, 3).d(2, TinyOnnx.SIZE).d(3, TinyOnnx.SIZE);
    }

    private static void delete(Pointer object) {
        call(object, 1);
    }

    /** Calls the method at {@code place} of the object's table. */
    private static void call(Pointer object, int place) {
        long table = new LongPointer(object).get();
        new cudaHostFn_t(new At(table + 8L * place)).call(object);
    }

    private static final class At extends Pointer {
        At(long address) {
            this.address = address;
        }
    }

    /** An engine with one context, its buffers for three rows. */
    private final class Engine implements AutoCloseable {
        final IRuntime runtime = nvinfer.createInferRuntime(logger);
        final ICudaEngine engine;
        final IExecutionContext context;
        final Stream stream = Stream.open();
        final DeviceBuffer input = DeviceBuffer.open(3L * INPUT * Float.BYTES);
        final DeviceBuffer output = DeviceBuffer.open(3L * OUTPUT * Float.BYTES);
        final PinnedBuffer in = PinnedBuffer.open(3L * INPUT * Float.BYTES);
        final PinnedBuffer out = PinnedBuffer.open(3L * OUTPUT * Float.BYTES);

        Engine(byte[] model) {
            byte[] blob = build(model);
            try (BytePointer bytes = new BytePointer(blob)) {
                engine = runtime.deserializeCudaEngine(bytes, blob.length);
            }
            assertThat(engine.getNbIOTensors()).isEqualTo(2);
            assertThat(engine.getProfileShape(engine.getIOTensorName(0), 0, nvinfer.OptProfileSelector.kMAX)
                            .d(0))
                    .isEqualTo(4);
            context = engine.createExecutionContext();
            try (Dims64 dims = dims(3)) {
                assertThat(context.setInputShape(engine.getIOTensorName(0), dims))
                        .isTrue();
            }
            assertThat(context.setTensorAddress(engine.getIOTensorName(0), input.pointer()))
                    .isTrue();
            assertThat(context.setTensorAddress(engine.getIOTensorName(1), output.pointer()))
                    .isTrue();
        }

        void fill(float... reds) {
            FloatBuffer floats = in.buffer().asFloatBuffer();
            for (float red : reds) {
                for (int i = 0; i < INPUT; i++) {
                    floats.put(i < INPUT / 3 ? red : 0);
                }
            }
            input.copyFrom(in, in.bytes(), stream);
        }

        void enqueue() {
            assertThat(context.enqueueV3(stream.pointer())).isTrue();
            out.copyFrom(output, out.bytes(), stream);
        }

        float[] run(boolean slowly, float... reds) {
            device.set("delay=" + (slowly ? 2000 : 0));
            fill(reds);
            enqueue();
            stream.synchronize();
            return result();
        }

        float[] result() {
            float[] floats = new float[3 * OUTPUT];
            out.buffer().asFloatBuffer().get(floats);
            return floats;
        }

        @Override
        public void close() {
            delete(context);
            delete(engine);
            delete(runtime);
            input.close();
            output.close();
            in.close();
            out.close();
            stream.close();
        }
    }
}
