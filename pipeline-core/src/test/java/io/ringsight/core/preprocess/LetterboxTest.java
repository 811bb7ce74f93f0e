package io.ringsight.core.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.model.ModelInput.Placement;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LetterboxTest {
    /** Figures from Ultralytics' LetterBox (auto=False, scaleup=True, center=True). */
    @Test
    void laysPicturesAsUltralyticsDoes() {
        assertThat(Letterbox.fit(1920, 1080, 640, 640, Placement.CENTER))
                .isEqualTo(new Letterbox(1920, 1080, 0, 140, 640, 360));
        assertThat(Letterbox.fit(1280, 718, 640, 640, Placement.CENTER))
                .isEqualTo(new Letterbox(1280, 718, 0, 140, 640, 359));
        assertThat(Letterbox.fit(427, 640, 640, 640, Placement.CENTER))
                .isEqualTo(new Letterbox(427, 640, 106, 0, 427, 640));
        assertThat(Letterbox.fit(320, 240, 640, 640, Placement.CENTER))
                .isEqualTo(new Letterbox(320, 240, 0, 80, 640, 480));
        assertThat(Letterbox.fit(1280, 720, 416, 416, Placement.TOP_LEFT))
                .isEqualTo(new Letterbox(1280, 720, 0, 0, 416, 234));
    }

    @Test
    void staysInsideTheInputForAnySize() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            int width = 16 + random.nextInt(1000);
            int height = 16 + random.nextInt(1000);
            Letterbox box =
                    Letterbox.fit(1 + random.nextInt(8000), 1 + random.nextInt(8000), width, height, Placement.CENTER);
            String what = "seed " + seed + ": " + box + " in " + width + "x" + height;
            assertThat(box.left()).as(what).isBetween(0, width - box.width());
            assertThat(box.top()).as(what).isBetween(0, height - box.height());
            assertThat(box.width() == width || box.height() == height).as(what).isTrue();
        }
    }

    /** A box of the source, carried into the input at the exact scale, comes back within half a source pixel. */
    @Test
    void comesBackWithinHalfAPixel() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Detections found = new Detections(1);
        for (int i = 0; i < 20_000; i++) {
            int width = 32 + random.nextInt(2000);
            int height = 32 + random.nextInt(2000);
            Letterbox box = Letterbox.fit(width, height, 640, 640, Placement.CENTER);
            float left = random.nextFloat() * (width - 2);
            float top = random.nextFloat() * (height - 2);
            float scaleX = (float) box.width() / width;
            float scaleY = (float) box.height() / height;
            found.clear();
            found.add(box.left() + left * scaleX, box.top() + top * scaleY, scaleX, scaleY, 1, 0);
            box.toSource(found);
            String what = "seed " + seed + ": " + box;
            assertThat(found.left(0)).as(what).isEqualTo(left, within(0.5f));
            assertThat(found.top(0)).as(what).isEqualTo(top, within(0.5f));
            assertThat(found.width(0)).as(what).isEqualTo(1, within(0.5f));
        }
    }

    @Test
    void boxesAreCutToThePicture() {
        Letterbox box = Letterbox.fit(1920, 1080, 640, 640, Placement.CENTER);
        Detections found = new Detections(1);
        found.add(-50, 0, 800, 640, 1, 0);
        box.toSource(found);
        assertThat(found.left(0)).isZero();
        assertThat(found.top(0)).isZero();
        assertThat(found.width(0)).isEqualTo(1920);
        assertThat(found.height(0)).isEqualTo(1080);
    }
}
