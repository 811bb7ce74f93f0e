package io.ringsight.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.http.HttpCounter;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What people cost while they watch. */
class LivePicturesTest {
    private static final long WORK_NS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Clock clock = Clock.system();

    private static FrameResult frame(SourceId source, Picture picture) {
        return (FrameResult) Proxy.newProxyInstance(
                LivePicturesTest.class.getClassLoader(), new Class<?>[] {FrameResult.class}, (proxy, call, args) -> {
                    return switch (call.getName()) {
                        case "sourceId" -> source;
                        case "picture" -> picture;
                        case "frameSeq" -> 1L;
                        default -> throw new UnsupportedOperationException(call.getName());
                    };
                });
    }

    @Test
    void theEncoderRestsAsLongAsItWorkedThoughOtherCamerasWakeIt() throws Exception {
        SourceId first = new SourceId("first");
        SourceId second = new SourceId("second");
        ViewerWish wish = new ViewerWish(64, 25);
        CompletableFuture<Long> worked = new CompletableFuture<>();
        CompletableFuture<Long> again = new CompletableFuture<>();
        try (NativePictures made = new NativePictures();
                LivePictures pictures = new LivePictures(clock, new Counters<>(HttpCounter.class))) {
            Picture other = made.grey(64, 64, 2);
            pictures.watch(second, wish, picture -> again.complete(clock.nanoTime()));
            pictures.watch(first, wish, picture -> {
                long beganNs = clock.nanoTime();
                Await.until(() -> clock.nanoTime() - beganNs > WORK_NS);
                pictures.frame(frame(second, other), false);
                worked.complete(clock.nanoTime());
            });

            pictures.frame(frame(first, made.grey(64, 64, 1)), false);

            assertThat(again.get(60, TimeUnit.SECONDS) - worked.get()).isGreaterThanOrEqualTo(WORK_NS);
        }
    }
}
