package io.ringsight.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.core.infer.FakeBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What the chart, Compose and the packages bring as configuration starts where they run it. */
class ShippedConfigurationsTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));

    @TempDir
    private Path dir;

    @Test
    void inAContainerTheProbesAndMetricsAreForEverybodyAndNothingElse() throws Exception {
        String chart = (String) yaml("deploy/helm/ringsight/values.yaml").get("config");
        Map<?, ?> configs = (Map<?, ?>) yaml("deploy/compose.yaml").get("configs");
        String compose =
                ((Map<?, ?>) configs.get("pipeline")).get("content").toString().replace("$$", "$");
        String image = Files.readString(ROOT.resolve("scripts/package/deb/pipeline.yaml"));

        for (String config : List.of(chart, compose, image)) {
            HttpConfig http = read(config, Map.of("RINGSIGHT_HTTP_BIND", "0.0.0.0", "KAFKA", "broker:9092"))
                    .http()
                    .orElseThrow();
            assertThat(http.isLoopback()).isFalse();
            assertThat(http.auth().hasToken()).isFalse();
            assertThat(http.auth().metricsOpen()).isTrue();
        }
    }

    @Test
    void asAServiceThePagesAreForThisMachine() throws Exception {
        String service = Files.readString(ROOT.resolve("scripts/package/deb/pipeline.yaml"));

        assertThat(read(service, Map.of()).http().orElseThrow().isLoopback()).isTrue();
        String token =
                service.replaceFirst("(?m)^#(?=    viewerToken)", "").replaceAll("\\$\\{file:.*}", "0123456789abcdef");
        assertThat(read(token, Map.of()).http().orElseThrow().auth().viewerToken())
                .isEqualTo("0123456789abcdef");
    }

    private static Map<?, ?> yaml(String file) throws Exception {
        return (Map<?, ?>)
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(ROOT.resolve(file)));
    }

    private Config read(String text, Map<String, String> environment) throws Exception {
        Path model = dir.resolve("m.yaml");
        Files.writeString(model, "");
        Path file = Files.writeString(
                dir.resolve("pipeline.yaml"), text.replaceFirst("model: [^}\\s]+", "model: " + model));
        return new ConfigReader(file, environment, ROOT, path -> FakeBackend.SPEC).read();
    }
}
