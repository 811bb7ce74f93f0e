package io.ringsight.app.api;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/** What the operating system and the JVM know of this process, under the names Prometheus' own clients use. */
final class ProcessMetrics {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMetrics() {}

    static void add(List<MetricSnapshot> all) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            all.add(MetricsPage.counter(
                    "process_cpu_seconds", "CPU time of the process.", system.getProcessCpuTime() / 1e9));
            long maxFiles = system.getMaxFileDescriptorCount();
            all.add(MetricsPage.gauge(
                    "process_open_fds", "Open files.", openFiles(system::getOpenFileDescriptorCount, maxFiles)));
            all.add(MetricsPage.gauge("process_max_fds", "Most files that may be open.", maxFiles));
        }
        long startedMs = ManagementFactory.getRuntimeMXBean().getStartTime();
        all.add(MetricsPage.gauge(
                "process_start_time_seconds", "When the process started, since 1970.", startedMs / 1e3));
        long residentBytes = residentBytes();
        if (residentBytes > 0) {
            all.add(MetricsPage.gauge(
                    "process_resident_memory_bytes", "Memory of the process in RAM, native included.", residentBytes));
        }
        all.add(memory());
        all.add(buffers());
        all.add(MetricsPage.gauge(
                "jvm_threads_current",
                "Threads of the JVM.",
                ManagementFactory.getThreadMXBean().getThreadCount()));
        double collectionMs = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
        all.add(MetricsPage.counter("jvm_gc_collection_seconds", "Time in garbage collection.", collectionMs / 1e3));
    }

    /** The JDK counts them by opening a directory, and fails with an Error when no file is left to open. */
    static long openFiles(LongSupplier count, long max) {
        try {
            return count.getAsLong();
        } catch (InternalError noneLeft) {
            return max;
        }
    }

    private static MetricSnapshot memory() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        return GaugeSnapshot.builder()
                .name("jvm_memory_used_bytes")
                .help("Memory the JVM uses, by area.")
                .dataPoint(MetricsPage.value(
                        Labels.of("area", "heap"), memory.getHeapMemoryUsage().getUsed()))
                .dataPoint(MetricsPage.value(
                        Labels.of("area", "nonheap"),
                        memory.getNonHeapMemoryUsage().getUsed()))
                .build();
    }

    private static MetricSnapshot buffers() {
        GaugeSnapshot.Builder family =
                GaugeSnapshot.builder().name("jvm_buffer_pool_used_bytes").help("Memory of direct and mapped buffers.");
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            family.dataPoint(MetricsPage.value(Labels.of("pool", pool.getName()), pool.getMemoryUsed()));
        }
        return family.build();
    }

    /** {@code VmRSS} in the kernel's status of this process, or 0 where there is none. */
    static long residentBytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("[^0-9]", ""))
                    .mapToLong(kib -> Long.parseLong(kib) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
