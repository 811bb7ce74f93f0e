package io.ringsight.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.Main;
import io.ringsight.core.run.FreePort;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class VerifyCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(run("verify", "--topic", "t")).isEqualTo(2);
        assertThat(err.toString()).contains("--bootstrap").hasLineCount(1);
    }

    @Test
    void refusesPropertiesNoConsumerHas() {
        assertThat(run(
                        "verify",
                        "--bootstrap",
                        "a:1",
                        "--topic",
                        "t",
                        "--property",
                        "sasl.mechanisms=PLAIN",
                        "--property",
                        "group.id=x"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("sasl.mechanisms: is no property of a Kafka consumer")
                .contains("group.id: is fixed")
                .hasLineCount(2);
    }

    @Test
    void refusesAFileOfPropertiesThatIsNotThere() {
        assertThat(run("verify", "--bootstrap", "a:1", "--topic", "t", "--properties", "/nowhere/x"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("/nowhere/x").hasLineCount(1);
    }

    @Test
    void refusesPagesItCannotServe() {
        assertThat(run("verify", "--bootstrap", "a:1", "--topic", "t", "--http", "9"))
                .isEqualTo(2);
        assertThat(run("verify", "--bootstrap", "a:1", "--topic", "t", "--follow", "--http", "a:b"))
                .isEqualTo(2);
        assertThat(run("verify", "--bootstrap", "a:1", "--topic", "t", "--follow", "--every", "0"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--http: expected with --follow only")
                .contains("--http: expected PORT or HOST:PORT, got 'a:b'")
                .contains("--every: expected 1 to 86400, got 0")
                .hasLineCount(3);
    }

    @Test
    void saysThatNoBrokerAnswers() {
        String bootstrap = "127.0.0.1:" + FreePort.take();
        assertThat(run("verify", "--bootstrap", bootstrap, "--topic", "t", "--property", "default.api.timeout.ms=2000"))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("no Kafka broker answers at " + bootstrap)
                .hasLineCount(1);
    }

    @Test
    void refusesAnAddressThatIsNone() {
        assertThat(run("verify", "--bootstrap", "nonsense", "--topic", "t")).isEqualTo(2);
        assertThat(err.toString()).contains("nonsense").hasLineCount(1);
    }
}
