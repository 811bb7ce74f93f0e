package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.detect.ObjectAttribute.State;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.detector.SecondModel;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Second models look at the objects of the first: through lanes of any batch, in order, and failing safe. */
@Timeout(300)
class SecondModelsTest {
    private static final int OBJECTS = 5;
    /**
     * Five objects of 20x10 pixels, 32 apart, of class 0 but the second, which is of class 1; in pixels of the input, in which
     * a picture of 200x96 takes 16x8 from line 4 on.
     */
    private static final DetectionDecoder FIVE = (output, row, threshold, into) -> {
        for (int i = 0; i < OBJECTS; i++) {
            into.add(32 * i / 12.5f, 4 + 40 / 12f, 20 / 12.5f, 10 / 12f, 0.9f, i == 1 ? 1 : 0);
        }
    };
    /** Which result from now on cannot be read; 0: none. Counted on the reading thread. */
    private volatile int failRead;

    /** All of the square that the second model was shown. */
    private final DetectionDecoder square = (output, row, threshold, into) -> {
        if (failRead > 0 && --failRead == 0) {
            throw new IllegalStateException("on purpose");
        }
        into.add(0, 0, FakeBackend.SIZE, FakeBackend.SIZE, 0.5f, (int) output.get(row * 6 + 5));
    };

    private final NativePictures pictures = new NativePictures();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final List<Picture> made = new ArrayList<>();
    private FakeBackend second;
    private DetectorSwitch detectors;
    private Pipeline pipeline;
    private FrameIntake file;

    private final ResultSink sink = new ResultSink() {
        @Override
        public void frame(FrameResult result, boolean lossless) {
            StringBuilder text = new StringBuilder().append(result.frameSeq());
            for (ObjectAttribute attribute : result.attributes()) {
                for (int i = 0; i < result.detections().size(); i++) {
                    text.append(' ').append(said(attribute, i));
                }
            }
            told.add(text.toString());
        }

        @Override
        public void gap(Gap gap, boolean lossless) {
            told.add(gap.reason().wireName() + " lost " + gap.losses().total());
        }
    };

    /** The class it was given, and the square it was looked at in. */
    private static String said(ObjectAttribute attribute, int object) {
        if (attribute.state(object) != State.KNOWN) {
            return attribute.state(object).name().toLowerCase(java.util.Locale.ROOT);
        }
        int at = attribute.first(object);
        return attribute.found().classId(at) + "@" + (int) attribute.found().left(at) + "x"
                + (int) attribute.found().width(at);
    }

    private void start(int lanes, int batch, int maxObjects, WantedClasses classes) {
        second = new FakeBackend("second", lanes, batch);
        detectors = FakeBackend.computing(second, square);
        pipeline = new Pipeline(
                16,
                FakeBackend.computing(new FakeBackend(2, 1), FIVE),
                List.of(new SecondModel("kind", model -> classes, maxObjects, detectors)),
                List.of(sink),
                Clock.system(),
                new SourceAccounts(Clock.system()));
        file = pipeline.connect(new IntakeSpec(new SourceId("file"), true, 4, 0, 0));
    }

    private Picture picture(int shade) {
        Picture picture = pictures.grey(200, 96, shade);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        made.add(picture);
        return picture;
    }

    @AfterEach
    void everyPictureIsGivenBack() throws InterruptedException {
        second.releaseLaunches();
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(pipeline.stop(60_000)).isEmpty();
        assertThat(made).allMatch(Picture::isFree);
        pictures.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "1, 2", "2, 3", "3, 8", "1, 64"})
    void eachObjectIsLookedAtWhateverALaneTakes(int lanes, int batch) throws InterruptedException {
        start(lanes, batch, 16, WantedClasses.ALL);
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            file.offer(picture(i));
            expected.add(String.format("%1$d %1$d@0x32 %1$d@24x32 %1$d@56x32 %1$d@88x32 %1$d@120x32", i));
        }
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).containsExactlyElementsOf(expected);
        assertThat(file.metrics().value(Counter.ATTRIBUTES)).isEqualTo(50 * OBJECTS);
    }

    @Test
    void onlyObjectsOfItsClassesAndNoMoreThanItMayAreLookedAt() throws InterruptedException {
        start(1, 2, 3, WantedClasses.of(List.of(0)));
        file.offer(picture(7));
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).containsExactly("1 7@0x32 unwanted 7@56x32 7@88x32 left_out");
        assertThat(file.metrics().value(Counter.ATTRIBUTES)).isEqualTo(3);
        assertThat(file.metrics().value(Counter.ATTRIBUTES_LEFT_OUT)).isEqualTo(1);
    }

    /** Whichever object fails, to load, to launch, to compute or to be read: it and those of its lane are missing, no frame is. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "load; 2; 9@0x32 failed 9@56x32 9@88x32 9@120x32",
                "load; 5; 9@0x32 9@24x32 9@56x32 9@88x32 failed",
                "launch; 1; failed failed 9@56x32 9@88x32 9@120x32",
                "launch; 3; 9@0x32 9@24x32 9@56x32 9@88x32 failed",
                "read; 4; 9@0x32 9@24x32 9@56x32 failed 9@120x32"
            })
    void whatFailsIsMissingAndNothingElse(String what, int unlucky, String expected) throws InterruptedException {
        start(2, 2, 16, WantedClasses.ALL);
        AtomicInteger calls = new AtomicInteger();
        if (what.equals("load")) {
            second.failLoads(part -> calls.incrementAndGet() == unlucky);
        } else if (what.equals("launch")) {
            second.onLaunch(() -> {
                if (calls.incrementAndGet() == unlucky) {
                    throw new IllegalStateException("on purpose");
                }
                return 0;
            });
        } else {
            failRead = unlucky;
        }
        file.offer(picture(9));
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).containsExactly("1 " + expected);
        assertThat(file.metrics().value(Counter.ATTRIBUTES_FAILED)).isEqualTo(expected.split("failed", -1).length - 1);
        file.offer(picture(10));
        file.gap(GapReason.ENDED, "");
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told)
                .element(1, org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .doesNotContain("failed");
        assertThat(told).element(2).isEqualTo("ended lost 0");
    }

    @Test
    void aLaneThatFailsCostsItsObjects() throws InterruptedException {
        start(1, 3, 16, WantedClasses.ALL);
        second.holdLaunches();
        file.offer(picture(9));
        second.failNext(InferenceException.ofFrame("on purpose", null));
        second.completeNext();
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).containsExactly("1 failed failed failed 9@88x32 9@120x32");
    }

    @Test
    void theFrameWaitsForItsObjectsAndKeepsItsPicture() throws InterruptedException {
        start(2, 8, 16, WantedClasses.ALL);
        second.holdLaunches();
        Picture picture = picture(9);
        file.offer(picture);
        Await.until(() -> second.heldLaunches() == 1);
        assertThat(picture.isFree()).isFalse();
        assertThat(told).isEmpty();
        second.completeNext();
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).hasSize(1);
    }

    /** What the model before said of its first objects is thrown away: the attributes of a frame are of one model. */
    @Test
    void objectsWhoseModelIsReplacedInBetweenAreComputedAgain() throws InterruptedException {
        start(1, 1, 16, WantedClasses.ALL);
        FakeBackend next = new FakeBackend("next", 1, 1);
        second.holdLaunches();
        file.offer(picture(9));
        second.completeNext();
        second.completeNext();
        Await.until(() -> second.heldLaunches() == 1);
        Thread replacing = new Thread(() -> {
            try {
                detectors.replace(FakeBackend.SPEC, 0.001f, Opened.of(next), Clock.system());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        replacing.start();
        Await.until(() -> detectors.current().backend() == next);
        second.releaseLaunches();
        replacing.join();
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).startsWith("1 9@").doesNotContain("failed");
        assertThat(told.get(0).split(" ")).hasSize(1 + OBJECTS);
    }

    @Test
    void aDeviceThatBreaksIsTold() throws Exception {
        start(1, 1, 16, WantedClasses.ALL);
        second.breakAt(part -> true);
        file.offer(picture(9));
        assertThat(pipeline.broken().toCompletableFuture().get()).hasMessageContaining("broke");
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).containsExactly("1 failed failed failed failed failed");
    }
}
