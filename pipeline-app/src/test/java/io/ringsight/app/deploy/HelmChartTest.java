package io.ringsight.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The Helm chart, rendered by Helm itself. */
class HelmChartTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final Path CHART = ROOT.resolve("deploy/helm/ringsight");

    @TempDir
    private Path folder;

    @Test
    void lintFindsNothing() {
        LintResult result = new Helm(CHART).lint().strict().call();

        assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    }

    @Test
    void theVersionIsThePrograms() throws IOException {
        String version =
                Files.readString(ROOT.resolve("pom.xml")).replaceFirst("(?s).*?<version>(.*?)</version>.*", "$1");
        assertThat(yaml(Files.readString(CHART.resolve("Chart.yaml"))))
                .containsEntry("version", version)
                .containsEntry("appVersion", version);
        assertThat(Files.readString(ROOT.resolve("deploy/compose.yaml"))).contains("RINGSIGHT_VERSION:-" + version);
    }

    @Test
    void twoPodsNeverShareASpool() {
        Map<String, Object> deployment = render(template()).get("Deployment");

        assertThat(at(deployment, "spec", "replicas")).isEqualTo(1);
        assertThat(at(deployment, "spec", "strategy", "type")).isEqualTo("Recreate");
        assertThat(at(pod(deployment), "volumes", 1, "persistentVolumeClaim", "claimName"))
                .isEqualTo("line1-ringsight");
        assertThat(at(container(deployment), "volumeMounts", 1, "mountPath")).isEqualTo("/var/lib/ringsight");
    }

    @Test
    void probesAskThePagesAndAStopHasTimeToDrain() {
        Map<String, Object> deployment = render(template()).get("Deployment");

        assertThat(at(container(deployment), "livenessProbe", "httpGet", "path"))
                .isEqualTo("/live");
        assertThat(at(container(deployment), "startupProbe", "httpGet", "path")).isEqualTo("/started");
        assertThat(at(container(deployment), "readinessProbe", "httpGet", "path"))
                .isEqualTo("/ready");
        assertThat((int) at(pod(deployment), "terminationGracePeriodSeconds")).isGreaterThan(35);
    }

    @Test
    void theContainerMayDoNothingItDoesNotNeed() {
        Map<String, Object> deployment = render(template()).get("Deployment");

        assertThat(at(pod(deployment), "securityContext", "runAsNonRoot")).isEqualTo(true);
        assertThat(at(pod(deployment), "automountServiceAccountToken")).isEqualTo(false);
        assertThat(at(container(deployment), "securityContext", "readOnlyRootFilesystem"))
                .isEqualTo(true);
        assertThat(at(container(deployment), "securityContext", "allowPrivilegeEscalation"))
                .isEqualTo(false);
        assertThat(at(container(deployment), "securityContext", "capabilities", "drop"))
                .isEqualTo(List.of("ALL"));
    }

    @Test
    void aConfigurationOfOnesOwnIsTakenAsItIsAndStartsAnotherPod() throws IOException {
        String own = "# größer: \"a\" {{ }}\npipeline:\n  model: own.yaml\n";
        Path file = Files.writeString(folder.resolve("pipeline.yaml"), own);

        Map<String, Map<String, Object>> before = render(template());
        Map<String, Map<String, Object>> after = render(template().setFile("config", file));

        assertThat(at(after.get("ConfigMap"), "data", "pipeline.yaml")
                        .toString()
                        .strip())
                .isEqualTo(own.strip());
        assertThat(checksum(after.get("Deployment"))).isNotEqualTo(checksum(before.get("Deployment")));
    }

    @Test
    void passwordsComeFromASecretAndAClaimThatIsThereIsUsed() {
        Map<String, Map<String, Object>> rendered =
                render(template().set("environmentSecret", "cameras").set("persistence.existingClaim", "spool"));

        assertThat(at(container(rendered.get("Deployment")), "envFrom", 0, "secretRef", "name"))
                .isEqualTo("cameras");
        assertThat(rendered).doesNotContainKey("PersistentVolumeClaim");
        assertThat(at(pod(rendered.get("Deployment")), "volumes", 1, "persistentVolumeClaim", "claimName"))
                .isEqualTo("spool");
    }

    @Test
    void aValueThatIsNotKnownIsRefused() {
        assertThatThrownBy(() -> template().set("replicas", 2).call()).hasMessageContaining("replicas");
        assertThatThrownBy(
                        () -> template().set("terminationGracePeriodSeconds", 5).call())
                .hasMessageContaining("terminationGracePeriodSeconds");
    }

    private static TemplateCommand template() {
        return new Helm(CHART).template().withName("line1");
    }

    private static Map<String, Map<String, Object>> render(TemplateCommand command) {
        Map<String, Map<String, Object>> byKind = new HashMap<>();
        for (String document : command.call().split("(?m)^---$")) {
            if (!document.isBlank()) {
                Map<String, Object> yaml = yaml(document);
                byKind.put(yaml.get("kind").toString(), yaml);
            }
        }
        assertThat(byKind).containsKeys("ConfigMap", "Deployment", "Service");
        return byKind;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> yaml(String text) {
        return (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(text);
    }

    private static Object pod(Map<String, Object> deployment) {
        return at(deployment, "spec", "template", "spec");
    }

    private static Object container(Map<String, Object> deployment) {
        return at(pod(deployment), "containers", 0);
    }

    private static Object checksum(Map<String, Object> deployment) {
        return at(deployment, "spec", "template", "metadata", "annotations", "checksum/config");
    }

    private static Object at(Object tree, Object... path) {
        Object here = tree;
        for (Object step : path) {
            here = step instanceof Integer index ? ((List<?>) here).get(index) : ((Map<?, ?>) here).get(step);
            assertThat(here).as(List.of(path).toString()).isNotNull();
        }
        return here;
    }
}
