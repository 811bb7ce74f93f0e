package io.ringsight.core.infer.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.run.Await;
import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The double is what the tests of the GPU path stand on, so it is tested itself: what it computes and what it catches. */
@Tag("cuda-double")
class CudaDoubleTest {
    private static final int BYTES = 64 * 1024;

    private CudaDouble device;

    @BeforeEach
    void load() {
        device = CudaDouble.load();
        device.set("seed=7");
        Cuda.use(0);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(device.leaks()).isEmpty();
    }

    @Test
    void describesItsDevices() {
        device.set("devices=2 cc=86 name=Test-GPU");
        assertThat(CudaDevices.probe().devices()).hasSize(2);
        try (cudaDeviceProp properties = new cudaDeviceProp()) {
            Cuda.check(cudart.cudaGetDeviceProperties(properties, 1), "cudaGetDeviceProperties");
            assertThat(properties.name().getString()).isEqualTo("Test-GPU");
            assertThat(properties.major()).isEqualTo(8);
            assertThat(properties.minor()).isEqualTo(6);
            assertThat(properties.warpSize()).isEqualTo(32);
            assertThat(properties.totalGlobalMem()).isEqualTo(8L << 30);
            assertThat(properties.multiProcessorCount()).isEqualTo(1);
            assertThat(properties.asyncEngineCount()).isEqualTo(1);
            assertThat(properties.concurrentKernels()).isEqualTo(1);
        }
    }

    @Test
    void copiesThroughTheDevice() {
        device.set("delay=2000");
        try (Stream stream = Stream.open();
                DeviceBuffer memory = DeviceBuffer.open(BYTES);
                PinnedBuffer in = PinnedBuffer.open(BYTES);
                PinnedBuffer out = PinnedBuffer.open(BYTES)) {
            in.buffer().put("hello".getBytes(StandardCharsets.US_ASCII));
            memory.copyFrom(in, BYTES, stream);
            out.copyFrom(memory, BYTES, stream);
            stream.synchronize();
            byte[] copy = new byte[5];
            out.buffer().get(copy);
            assertThat(new String(copy, StandardCharsets.US_ASCII)).isEqualTo("hello");
        }
        assertThat(device.reports()).isEmpty();
        assertThat(device.timeline()).extracting(CudaDouble.Span::kind).containsExactly("copy-in", "copy-out");
    }

    @Test
    void catchesStagingWrittenBeforeItsCopyWasWaitedFor() {
        device.set("delay=20000");
        try (Stream stream = Stream.open();
                DeviceBuffer memory = DeviceBuffer.open(BYTES);
                PinnedBuffer in = PinnedBuffer.open(BYTES)) {
            memory.copyFrom(in, BYTES, stream);
            in.buffer().put(100, (byte) 1);
            stream.synchronize();
        }
        assertThat(device.reports()).anyMatch(report -> report.startsWith("staging-reuse: the host wrote"));
    }

    @Test
    void catchesResultsReadBeforeTheyWereWaitedFor() throws InterruptedException {
        try (Stream stream = Stream.open();
                DeviceBuffer memory = DeviceBuffer.open(BYTES);
                PinnedBuffer out = PinnedBuffer.open(BYTES)) {
            Cuda.check(cudart.cudaMemsetAsync(memory.pointer(), 3, BYTES, stream.pointer()), "cudaMemsetAsync");
            out.copyFrom(memory, BYTES, stream);
            Await.until(() -> device.timeline().size() >= 2);
            // The copy is over by chance, but nothing said so.
            out.buffer().get(0);
            stream.synchronize();
            assertThat(out.buffer().get(0)).isEqualTo((byte) 3);
        }
        assertThat(device.reports()).singleElement().asString().startsWith("early-read: the host read");
    }

    @Test
    void catchesStreamsThatNothingOrders() {
        try (Stream first = Stream.open();
                Stream second = Stream.open();
                CudaEvent event = CudaEvent.open();
                DeviceBuffer memory = DeviceBuffer.open(BYTES);
                PinnedBuffer host = PinnedBuffer.open(BYTES);
                PinnedBuffer out = PinnedBuffer.open(BYTES)) {
            memory.copyFrom(host, BYTES, first);
            event.record(first);
            second.waitFor(event);
            out.copyFrom(memory, BYTES, second);
            second.synchronize();
            assertThat(device.reports()).isEmpty();

            memory.copyFrom(host, BYTES, first);
            out.copyFrom(memory, BYTES, second);
            first.synchronize();
            second.synchronize();
        }
        assertThat(device.reports()).singleElement().asString().startsWith("race: ");
    }

    @Test
    void refusesCopiesOutOfRangeAndMemoryThatIsFree() {
        try (Stream stream = Stream.open();
                PinnedBuffer host = PinnedBuffer.open(BYTES)) {
            DeviceBuffer memory = DeviceBuffer.open(BYTES - 1);
            assertThatThrownBy(() -> memory.copyFrom(host, BYTES, stream))
                    .hasMessageContaining("cudaMemcpyAsync")
                    .hasMessageContaining("cudaErrorInvalidValue");
            memory.close();
            assertThatThrownBy(() -> memory.copyFrom(host, 1, stream)).hasMessageContaining("cudaErrorInvalidValue");
            assertThat(cudart.cudaFree(memory.pointer())).isEqualTo(cudart.cudaErrorInvalidValue);
        }
        assertThat(device.reports())
                .extracting(report -> report.replaceAll(":.*", ""))
                .containsExactly("out-of-range", "use-after-free", "double-free");
    }

    @Test
    void catchesMemoryFreedWhileItIsInUse() {
        device.set("delay=3000");
        try (Stream stream = Stream.open();
                PinnedBuffer host = PinnedBuffer.open(BYTES)) {
            DeviceBuffer memory = DeviceBuffer.open(BYTES);
            memory.copyFrom(host, BYTES, stream);
            memory.close();
            stream.synchronize();
        }
        assertThat(device.reports()).anyMatch(report -> report.startsWith("free-in-flight: cudaFree"));
    }

    @Test
    void namesWhatLeaks() {
        try (Stream stream = Stream.open();
                CudaEvent event = CudaEvent.open();
                DeviceBuffer memory = DeviceBuffer.open(1000)) {
            assertThat(stream).isNotNull();
            assertThat(event).isNotNull();
            assertThat(memory.bytes()).isEqualTo(1000);
            assertThat(device.leaks())
                    .containsExactly("1 x device memory, cudaMalloc: 1000 bytes", "1 x stream", "1 x event");
        }
    }

    @Test
    void hasNoMoreMemoryThanItIsGiven() {
        device.set("memory=100000");
        try (DeviceBuffer most = DeviceBuffer.open(90_000)) {
            assertThat(most.address()).isNotZero();
            assertThatThrownBy(() -> DeviceBuffer.open(20_000))
                    .hasMessageContaining("cudaMalloc")
                    .hasMessageContaining("cudaErrorMemoryAllocation");
        }
        DeviceBuffer.open(100_000).close();
    }

    @Test
    void failsTheCallItIsToldTo() {
        device.set("fail=cudaMalloc:2");
        DeviceBuffer.open(10).close();
        assertThatThrownBy(() -> DeviceBuffer.open(10)).hasMessageContaining("cudaErrorMemoryAllocation");
        DeviceBuffer.open(10).close();
        assertThat(device.failedCall()).isEqualTo("cudaMalloc");
        assertThat(device.calls()).containsEntry("cudaMalloc", 3L).containsEntry("cudaFree", 2L);

        device.reset();
        device.set("fail=1 sticky=1");
        assertThatThrownBy(() -> Cuda.check(cudart.cudaDeviceSynchronize(), "cudaDeviceSynchronize"))
                .hasMessageContaining("cudaErrorLaunchFailure");
        assertThatThrownBy(() -> DeviceBuffer.open(10)).hasMessageContaining("cudaErrorLaunchFailure");
    }

    @Test
    void copiesPageableMemoryBeforeTheCallReturns() {
        device.set("delay=5000");
        try (Stream stream = Stream.open();
                DeviceBuffer memory = DeviceBuffer.open(1000);
                PinnedBuffer out = PinnedBuffer.open(1000)) {
            org.bytedeco.javacpp.BytePointer heap = new org.bytedeco.javacpp.BytePointer(1000);
            Pointer.memset(heap, 5, 1000);
            Cuda.check(
                    cudart.cudaMemcpyAsync(
                            memory.pointer(), heap, 1000, cudart.cudaMemcpyHostToDevice, stream.pointer()),
                    "cudaMemcpyAsync");
            Pointer.memset(heap, 6, 1000);
            out.copyFrom(memory, 1000, stream);
            stream.synchronize();
            assertThat(out.buffer().get(999)).isEqualTo((byte) 5);
            heap.close();
        }
        assertThat(device.calls()).containsEntry("(pageable copy)", 1L);
        assertThat(device.reports()).isEmpty();
    }

    @Test
    void keepsDevicesApart() {
        device.set("devices=2");
        Cuda.use(1);
        try (Stream second = Stream.open();
                CudaEvent event = CudaEvent.open();
                DeviceBuffer memory = DeviceBuffer.open(10)) {
            assertThat(memory.address()).isNotZero();
            Cuda.use(0);
            try (Stream first = Stream.open()) {
                assertThatThrownBy(() -> event.record(first)).hasMessageContaining("cudaErrorInvalidResourceHandle");
                event.record(second);
                first.waitFor(event);
                first.synchronize();
            }
            device.breakDevice(1, cudart.cudaErrorIllegalAddress);
            DeviceBuffer.open(10).close();
            Cuda.use(1);
            assertThatThrownBy(() -> DeviceBuffer.open(10)).hasMessageContaining("cudaErrorIllegalAddress");
            device.breakDevice(1, 0);
        }
        assertThatThrownBy(() -> Cuda.use(2)).hasMessageContaining("cudaErrorInvalidDevice");
        assertThat(device.reports()).singleElement().asString().startsWith("wrong-device");
    }

    @Test
    void sparesWhoHasNoDeviceOrDriver() {
        device.set("devices=0");
        assertThat(CudaDevices.probe().devices()).isEmpty();
        assertThatThrownBy(() -> DeviceBuffer.open(10)).hasMessageContaining("cudaErrorNoDevice");
        device.set("devices=-1");
        assertThat(CudaDevices.probe().devices()).isEmpty();
        assertThatThrownBy(() -> DeviceBuffer.open(10)).hasMessageContaining("cudaErrorInsufficientDriver");
        device.set("devices=1");
    }

    @Test
    void breaksACaptureByWhatMayNotBeCaptured() {
        CUgraph_st graph = new CUgraph_st();
        try (Stream stream = Stream.open();
                Stream other = Stream.open();
                CudaEvent event = CudaEvent.open()) {
            Cuda.check(cudart.cudaStreamBeginCapture(stream.pointer(), 1), "cudaStreamBeginCapture");
            assertThatThrownBy(other::synchronize).hasMessageContaining("cudaErrorStreamCaptureUnsupported");
            assertThat(cudart.cudaStreamEndCapture(stream.pointer(), graph))
                    .isEqualTo(cudart.cudaErrorStreamCaptureInvalidated);

            Cuda.check(cudart.cudaStreamBeginCapture(stream.pointer(), 1), "cudaStreamBeginCapture");
            assertThatThrownBy(() -> DeviceBuffer.open(10)).hasMessageContaining("cudaErrorStreamCaptureUnsupported");
            assertThat(cudart.cudaStreamEndCapture(stream.pointer(), graph))
                    .isEqualTo(cudart.cudaErrorStreamCaptureInvalidated);

            Cuda.check(cudart.cudaStreamBeginCapture(stream.pointer(), 1), "cudaStreamBeginCapture");
            event.record(stream);
            assertThatThrownBy(event::synchronize).hasMessageContaining("cudaErrorCapturedEvent");
            assertThat(cudart.cudaStreamEndCapture(stream.pointer(), graph)).isZero();
            assertThat(cudart.cudaGraphDestroy(graph)).isZero();
        }
        assertThat(device.reports()).hasSize(2).allMatch(report -> report.startsWith("capture"));
    }

    @Test
    void catchesWhatIsUsedAfterItWasDestroyed() {
        Stream stream = Stream.open();
        CudaEvent event = CudaEvent.open();
        event.record(stream);
        stream.close();
        event.close();
        assertThatThrownBy(stream::synchronize).hasMessageContaining("cudaErrorInvalidResourceHandle");
        assertThatThrownBy(event::synchronize).hasMessageContaining("cudaErrorInvalidResourceHandle");
        assertThat(device.reports())
                .extracting(report -> report.replaceAll(":.*", ""))
                .containsExactly("destroy-in-use", "use-after-destroy", "use-after-destroy");
    }

    /** What the JVM itself does with faults goes on: it finds null pointers in compiled code by them. */
    @Test
    void leavesTheVirtualMachineItsOwnFaults() {
        int caught = 0;
        for (int i = 0; i < 200_000; i++) {
            try {
                caught += length(i % 1000 == 0 ? null : "four") == 4 ? 0 : 1;
            } catch (NullPointerException e) {
                caught++;
            }
        }
        assertThat(caught).isEqualTo(200);
    }

    private static int length(int[] text) {
        return text.length;
    }

    private static int length(String text) {
        return length(text == null ? null : new int[text.length()]);
    }
}
