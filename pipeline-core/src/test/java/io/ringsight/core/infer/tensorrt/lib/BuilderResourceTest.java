package io.ringsight.core.infer.tensorrt.lib;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.cuda.CudaDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.tensorrt.global.nvinfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether the builder's kernels for a device are on the machine. */
class BuilderResourceTest {
    private static final int V10_6 = 100_600;
    private static final int V10_13 = 101_302;

    @TempDir
    Path folder;

    private static CudaDevice device(int capability) {
        return new CudaDevice(0, "GPU", capability / 10, capability % 10, 1L << 34, 13000, 13030);
    }

    private String problem(int capability, int version) {
        return BuilderResource.problem(device(capability), version, Set.of(), Set.of(folder));
    }

    @Test
    void theBindingIsOfTheVersionThatTheDestructorsPlacesAreKnownOf() {
        assertThat(nvinfer.NV_TENSORRT_MAJOR).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"libnvinfer_builder_resource.so.10.13.2", "libnvinfer_builder_resource_sm89.so.10.13.2"})
    void oneLibraryForAllDevicesOrOneForThisDeviceWillDo(String name) throws IOException {
        assertThat(problem(89, V10_13)).contains("there is neither ");
        Files.createFile(folder.resolve(name));
        assertThat(problem(89, V10_13)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "libnvinfer_builder_resource_ptx.so.10.13.2",
                "libnvinfer_builder_resource_sm90.so.10.13.2",
                "libnvinfer_builder_resource.so.10.6.0"
            })
    void thoseOfOtherDevicesAndVersionsWillNot(String name) throws IOException {
        Files.createFile(folder.resolve(name));
        assertThat(problem(89, V10_13))
                .startsWith(
                        "TensorRT 10.13.2 builds no engine for GPU, whose compute capability is 8.9: there is neither"
                                + " libnvinfer_builder_resource.so.10.13.2 nor libnvinfer_builder_resource_sm89.so.10.13.2 in "
                                + folder + "; ");
    }

    @Test
    void whatIsLoadedAlreadyIsFound() throws IOException {
        Path loaded = Files.createFile(folder.resolve("libnvinfer_builder_resource.so.10.6.0"));
        assertThat(BuilderResource.problem(device(75), V10_6, Set.of(loaded), Set.of()))
                .isEmpty();
    }

    @Test
    void aDeviceNewerOrOlderThanTensorRtIsSaid() throws IOException {
        Files.createFile(folder.resolve("libnvinfer_builder_resource.so.10.6.0"));
        Files.createFile(folder.resolve("libnvinfer_builder_resource.so.10.13.2"));
        assertThat(problem(120, V10_6))
                .contains("it knows 7.5 to 9.0 (Turing to Hopper); install NVIDIA's TensorRT 10.8 or newer");
        assertThat(problem(120, V10_13)).isEmpty();
        assertThat(problem(70, V10_13)).contains("it needs 7.5 (Turing) or newer");
    }
}
