package io.ringsight.app.tools.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process used of the machine so far, as the kernel and the JVM count it. */
final class CpuTime {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Path STATUS = Path.of("/proc/self/status");

    private CpuTime() {}

    /** Processor time of all threads, native ones included. */
    static long processNs() {
        return SYSTEM.getProcessCpuTime();
    }

    /** Processor time of the calling thread. */
    static long threadNs() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** Bytes allocated so far on the Java heap by threads of the frame path: cameras and stages. */
    static long framePathBytes() {
        long bytes = 0;
        for (long id : THREADS.getAllThreadIds()) {
            var info = THREADS.getThreadInfo(id);
            if (info != null && info.getThreadName().startsWith("ringsight-")) {
                bytes += THREADS.getThreadAllocatedBytes(id);
            }
        }
        return bytes;
    }

    /** Bytes allocated so far on the Java heap by the calling thread. */
    static long threadBytes() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Resident memory in MiB, or -1 where the kernel does not tell. */
    static long residentMb() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(kb -> Long.parseLong(kb) / 1024)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }
}
