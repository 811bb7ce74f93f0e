package io.ringsight.app.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessMetricsTest {
    /** As the JDK does it; an Error in a page ended the daemon. */
    @Test
    void sayThatAllFilesAreOpenWhenNoneIsLeftToCountThemBy() {
        long open = ProcessMetrics.openFiles(
                () -> {
                    throw new InternalError("errno: 24 error: Unable to open directory /proc/self/fd");
                },
                1_024);
        assertThat(open).isEqualTo(1_024);
    }

    @Test
    void countTheOpenFiles() {
        assertThat(ProcessMetrics.openFiles(() -> 77, 1_024)).isEqualTo(77);
    }
}
