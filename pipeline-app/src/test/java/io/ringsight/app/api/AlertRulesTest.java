package io.ringsight.app.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.app.config.Config;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.time.ManualClock;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The alert rules that are shipped agree with the metrics page, with Prometheus and with the documentation. */
class AlertRulesTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final Path RULES = ROOT.resolve("conf/prometheus/alerts.yaml");
    private static final Path DASHBOARD = ROOT.resolve("conf/prometheus/grafana.json");
    private static final Pattern METRIC = Pattern.compile("\\b(?:ringsight|process|jvm)_[a-z_]+\\b");

    @TempDir
    private Path dir;

    @Test
    void everyMetricTheyNameIsOnTheMetricsPage() throws IOException {
        Set<String> onThePage = names(page());

        assertThat(names(Files.readString(RULES))).hasSizeGreaterThan(10).isSubsetOf(onThePage);
    }

    @Test
    void everyAlertIsTestedOnMadeUpSeries() throws IOException {
        String tests = Files.readString(RULES.resolveSibling("alert-tests.yaml"));
        Matcher alert = Pattern.compile("- alert: (\\w+)").matcher(Files.readString(RULES));
        while (alert.find()) {
            assertThat(tests).contains("alertname=\"" + alert.group(1) + "\"");
        }
    }

    @Test
    void everyMetricOfTheDashboardIsOnTheMetricsPage() throws IOException {
        assertThat(names(Files.readString(DASHBOARD))).hasSizeGreaterThan(15).isSubsetOf(names(page()));
        assertThat(dashboardExpressions()).hasSizeGreaterThan(15);
    }

    /** What the panels ask, with Grafana's variables filled in. */
    private static List<String> dashboardExpressions() throws IOException {
        Map<?, ?> dashboard =
                (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(DASHBOARD));
        List<String> expressions = new ArrayList<>();
        for (Object panel : (List<?>) dashboard.get("panels")) {
            for (Object target : (List<?>) ((Map<?, ?>) panel).get("targets")) {
                expressions.add(((Map<?, ?>) target)
                        .get("expr")
                        .toString()
                        .replace("$__rate_interval", "1m")
                        .replace("$__range", "1h"));
            }
        }
        return expressions;
    }

    /** So that Prometheus itself reads each. */
    private Path dashboardAsRules() throws IOException {
        StringBuilder rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        int number = 0;
        for (String expression : dashboardExpressions()) {
            rules.append("  - record: panel:%d%n    expr: '%s'%n".formatted(number++, expression));
        }
        return Files.writeString(dir.resolve("dashboard-rules.yaml"), rules.toString());
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
                List.of("promtool", "check", "rules", dashboardAsRules().toString()),
                List.of(
                        "promtool",
                        "test",
                        "rules",
                        RULES.resolveSibling("alert-tests.yaml").toString()),
                List.of(
                        "promtool",
                        "check",
                        "config",
                        RULES.resolveSibling("scrape.yaml").toString()))) {
            Process promtool =
                    new ProcessBuilder(check).redirectErrorStream(true).start();
            String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(promtool.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(promtool.exitValue()).as(said).isZero();
        }
    }

    private static String page() {
        Status status = new Status(new ManualClock(0));
        status.sources(List.of(new SourceMetrics("line1")));
        status.add(new SinkMetrics("kafka:detections"));
        status.loaded(
                Config.DEFAULT_MODEL, new DetectorSwitch(new Detector(FakeBackend.SPEC, 0.1f, new FakeBackend(1, 1))));
        return new String(
                new MetricsPage(status, new Counters<>(HttpCounter.class))
                        .answer()
                        .body(),
                StandardCharsets.UTF_8);
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
