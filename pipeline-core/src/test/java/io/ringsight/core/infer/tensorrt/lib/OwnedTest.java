package io.ringsight.core.infer.tensorrt.lib;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringsight.core.infer.cuda.CudaDevices;
import io.ringsight.core.infer.cuda.CudaDouble;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.IRuntime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Objects of the TensorRT we know are deleted; those of any other are left alone. */
@Tag("cuda-double")
class OwnedTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(Owned.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private CudaDouble device;

    @BeforeEach
    void load() {
        device = CudaDouble.load();
        assertThat(CudaDevices.probe().devices()).isNotEmpty();
        assertThat(TensorRt.problem()).isEmpty();
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void nothingIsLeft() {
        logger.detachAppender(log);
        assertThat(device.leaks()).isEmpty();
        assertThat(device.reports()).isEmpty();
    }

    @Test
    void anObjectOfTheVersionWeAreBoundToIsDeletedOnce() {
        Owned<IRuntime> runtime = Owned.of(nvinfer.createInferRuntime(TensorRt.log()), "createInferRuntime");
        assertThat(device.leaks()).hasSize(1);
        runtime.close();
        runtime.close();
        assertThat(device.leaks()).isEmpty();
        assertThat(log.list).isEmpty();
    }

    /** The minor version alone is another: 10.7 may have put a function before the destructor. */
    @Test
    void objectsOfAnotherVersionAreLeftAloneAndTheLogSaysSoOnce() {
        IRuntime first = nvinfer.createInferRuntime(TensorRt.log());
        IRuntime second = nvinfer.createInferRuntime(TensorRt.log());
        Owned<IRuntime> one = Owned.of(new IRuntime(first), "createInferRuntime");
        Owned<IRuntime> other = Owned.of(new IRuntime(second), "createInferRuntime");
        device.set("trt=100700");
        one.close();
        other.close();
        assertThat(device.leaks()).hasSize(1).allMatch(line -> line.startsWith("2 x "));
        assertThat(log.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .startsWith("expected TensorRT 10.6.0 to free its objects, got 10.7.0");

        device.set("trt=100600");
        Owned.of(first, "createInferRuntime").close();
        Owned.of(second, "createInferRuntime").close();
    }
}
