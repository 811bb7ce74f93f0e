package io.ringsight.sources.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.RecordingIntake;
import io.ringsight.sources.ffmpeg.FfmpegSource;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Resolvers that are slow, gone or right. */
@Timeout(300)
class HostNamesTest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);
    private final HostNames hanging = new HostNames(this::hang);
    private final Deadline deadline = new Deadline(Clock.system());

    private InetAddress hang(String host) throws UnknownHostException {
        asked.countDown();
        try {
            answers.await();
        } catch (InterruptedException e) {
            throw new UnknownHostException(host);
        }
        return InetAddress.getLoopbackAddress();
    }

    @AfterEach
    void letGo() {
        answers.countDown();
    }

    @Test
    void aResolverThatHangsEndsTheOpeningInTime() throws Exception {
        for (String uri :
                new String[] {"rtsp://camera.example/s", "http://camera.example/s", "rtmp://camera.example/s"}) {
            RecordingIntake intake = new RecordingIntake();
            long beganNs = System.nanoTime();
            try (Source source = new FfmpegSource(spec(uri, 200), Clock.system(), 4, Decoding.ON_CPU, hanging)) {
                Ending ending = source.run(intake);

                assertThat(ending.reason()).as(uri + ": " + ending).isEqualTo(GapReason.UNREACHABLE);
                assertThat(ending.detail()).contains("camera.example");
                assertThat(ending.retry()).isTrue();
            }
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs))
                    .isGreaterThanOrEqualTo(200L);
        }
    }

    @Test
    void stoppingEndsTheLookUpAtOnce() throws Exception {
        RecordingIntake intake = new RecordingIntake();
        try (Source source = new FfmpegSource(
                spec("rtsp://camera.example/s", 60_000), Clock.system(), 4, Decoding.ON_CPU, hanging)) {
            Thread stopper = new Thread(() -> {
                try {
                    asked.await();
                } catch (InterruptedException e) {
                    return;
                }
                source.stop();
            });
            stopper.start();

            assertThat(source.run(intake)).isEqualTo(Ending.stopped());
        }
    }

    @Test
    void aNameNobodyKnowsIsSaidAtOnce() {
        deadline.until(Clock.system().nanoTime() + TimeUnit.SECONDS.toNanos(60));
        HostNames none = new HostNames(host -> {
            throw new UnknownHostException(host);
        });

        assertThatThrownBy(() -> none.find("camera.example", deadline)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void anErrorInALookUpIsToldToTheCameraThatAsked() {
        deadline.until(Clock.system().nanoTime() + TimeUnit.SECONDS.toNanos(60));
        HostNames broken = new HostNames(host -> {
            throw new NoClassDefFoundError("on purpose");
        });

        for (int i = 0; i < HostNames.MAX_LOOKUPS + 1; i++) {
            assertThatThrownBy(() -> broken.find("camera.example", deadline))
                    .isInstanceOf(NoClassDefFoundError.class)
                    .hasMessage("on purpose");
        }
    }

    @Test
    void lookUpsThatHangAreBounded() {
        deadline.until(Clock.system().nanoTime());
        for (int i = 0; i < HostNames.MAX_LOOKUPS + 10; i++) {
            EndedException e =
                    catchThrowableOfType(EndedException.class, () -> hanging.find("camera.example", deadline));
            assertThat(e.ending().reason()).isEqualTo(GapReason.UNREACHABLE);
        }
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("name-lookup"))
                        .count())
                .isLessThanOrEqualTo(HostNames.MAX_LOOKUPS);
    }

    private static SourceSpec spec(String uri, long openMs) {
        return SourceSpec.parse(uri, SourceSettings.NONE.with(new SourceSettings.Limits(openMs, null, null, null)));
    }
}
