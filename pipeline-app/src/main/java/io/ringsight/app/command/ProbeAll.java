package io.ringsight.app.command;

import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.ProbeReport;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.Decoding;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A look at each source of a configuration, some at a time, told in their order. */
final class ProbeAll {
    /** More would slow each other down and look slower than they are. */
    private static final int AT_ONCE = 8;

    private final List<SourceConfig> sources;
    private final long limitMs;

    ProbeAll(List<SourceConfig> sources, long limitMs) {
        this.sources = sources;
        this.limitMs = limitMs;
    }

    /**
     * Looks at all of them, and prints a line for each as soon as it and those before it are done.
     *
     * @param json whether one JSON object is printed at the end instead
     * @return how many gave no picture
     */
    int print(PrintWriter out, boolean json) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, ProbeAll::thread);
        try {
            List<Future<ProbeReport>> looks = sources.stream()
                    .map(source -> threads.submit(() -> look(source)))
                    .toList();
            List<Map<String, Object>> objects = new ArrayList<>();
            int failed = 0;
            for (int i = 0; i < looks.size(); i++) {
                ProbeReport report = looks.get(i).get();
                failed += report.ok() ? 0 : 1;
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("id", sources.get(i).id().value());
                sources.get(i).name().ifPresent(name -> object.put("name", name.value()));
                object.putAll(ProbeCommand.object(report, null));
                objects.add(object);
                if (!json) {
                    out.println(line(sources.get(i), report));
                    out.flush();
                }
            }
            if (json) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("ok", failed == 0);
                all.put("sources", objects);
                out.println(JsonObject.of(all));
            }
            return failed;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a look at a source failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "probe");
        thread.setDaemon(true);
        return thread;
    }

    private ProbeReport look(SourceConfig source) throws InterruptedException {
        return Sources.probe(
                source.spec(),
                Clock.system(),
                limitMs,
                picture -> {},
                Decoding.onCpu(source.video().deinterlace(), source.video().track()));
    }

    private String line(SourceConfig source, ProbeReport report) {
        int width = sources.stream().mapToInt(one -> one.title().length()).max().orElse(1);
        String said = report.ok()
                ? "ok      " + found(report) + (report.ending() == null ? "" : "; ended: " + report.ending())
                : "FAILED  " + report.why();
        return String.format(Locale.ROOT, "%-" + width + "s  %s", source.title(), said);
    }

    private static String found(ProbeReport report) {
        String rate = report.fps().isPresent()
                ? String.format(Locale.ROOT, "%.2f fps", report.fps().getAsDouble())
                : "one picture";
        return report.video().codec() + " " + report.last().width() + "x"
                + report.last().height() + " " + report.last().pixelFormat() + ", " + rate
                + ", clock " + report.last().clock().wireName() + ", first after " + report.firstPictureMs() + " ms"
                + (report.lost() == 0 ? "" : ", " + report.lost() + " lost");
    }
}
