package io.ringsight.app.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.app.http.HttpMetrics;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.time.ManualClock;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The alert rules that are shipped agree with the metrics page, with Prometheus and with the documentation. */
class AlertRulesTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final Path RULES = ROOT.resolve("conf/prometheus/alerts.yaml");
    private static final Pattern METRIC = Pattern.compile("\\b(?:ringsight|process|jvm)_[a-z_]+\\b");

    @Test
    void everyMetricTheyNameIsOnTheMetricsPage() throws IOException {
        Set<String> onThePage = names(page());

        assertThat(names(Files.readString(RULES))).hasSizeGreaterThan(10).isSubsetOf(onThePage);
    }

    @Test
    void theDocumentationSaysWhatToDoAboutEach() throws IOException {
        String operations = Files.readString(ROOT.resolve("docs/operations.md"));
        Matcher alert = Pattern.compile("- alert: (\\w+)").matcher(Files.readString(RULES));
        while (alert.find()) {
            assertThat(operations).contains("`" + alert.group(1) + "`");
        }
    }

    @Test
    void promtoolAcceptsThem() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(folder -> new File(folder, "promtool").canExecute()),
                "no promtool on the PATH; run scripts/rig/setup.sh observers");
        for (List<String> check : List.of(
                List.of("promtool", "check", "rules", RULES.toString()),
                List.of(
                        "promtool",
                        "check",
                        "config",
                        RULES.resolveSibling("scrape.yaml").toString()))) {
            Process promtool =
                    new ProcessBuilder(check).redirectErrorStream(true).start();
            String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(promtool.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(promtool.exitValue()).as(said).isZero();
        }
    }

    private static String page() {
        Status status = new Status(new ManualClock(0));
        status.sources(List.of(new SourceMetrics("line1")));
        status.add(new SinkMetrics("kafka:detections"));
        status.loaded(new DetectorSwitch(new Detector(FakeBackend.SPEC, 0.1f, new FakeBackend(1, 1))));
        return new String(new MetricsPage(status, new HttpMetrics()).answer().body(), StandardCharsets.UTF_8);
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        Matcher metric = METRIC.matcher(text);
        while (metric.find()) {
            names.add(metric.group());
        }
        return names;
    }
}
