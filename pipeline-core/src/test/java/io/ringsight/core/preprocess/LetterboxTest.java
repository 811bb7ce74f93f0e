package io.ringsight.core.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LetterboxTest {
    /** Figures from Ultralytics' LetterBox (auto=False, scaleup=True, center=True). */
    @Test
    void laysPicturesAsUltralyticsDoes() {
        assertThat(Letterbox.fit(1920, 1080, 1, 640, 640, Placement.CENTER))
                .isEqualTo(new Letterbox(1920, 1080, 0, 140, 640, 360));
        assertThat(Letterbox.fit(1280, 718, 1, 640, 640, Placement.CENTER))
                .isEqualTo(new Letterbox(1280, 718, 0, 140, 640, 359));
        assertThat(Letterbox.fit(427, 640, 1, 640, 640, Placement.CENTER))
                .isEqualTo(new Letterbox(427, 640, 106, 0, 427, 640));
        assertThat(Letterbox.fit(320, 240, 1, 640, 640, Placement.CENTER))
                .isEqualTo(new Letterbox(320, 240, 0, 80, 640, 480));
        assertThat(Letterbox.fit(1280, 720, 1, 416, 416, Placement.TOP_LEFT))
                .isEqualTo(new Letterbox(1280, 720, 0, 0, 416, 234));
    }

    /** PAL on 16:9 shows 1024x576; boxes come back in the 720x576 pixels that are there. */
    @Test
    void laysPicturesOfWidePixelsAsThoseTheyShow() {
        Picture pal = new Picture();
        pal.layout(720, 576, PixelFormat.GRAY8);
        pal.pixelAspect(64 / 45.0);
        ModelInput input = new ModelInput(
                "images",
                640,
                640,
                TensorType.FLOAT32,
                ChannelOrder.RGB,
                1 / 255f,
                new ModelInput.Padding(Placement.CENTER, 114),
                1);
        Letterbox box = Letterbox.fit(pal, input);
        assertThat(box).isEqualTo(new Letterbox(720, 576, 64 / 45.0, 0, 140, 640, 360));
        Detections found = new Detections(1);
        found.add(320, 320, 64, 36, 1, 0);
        box.toSource(found);
        assertThat(new float[] {found.left(0), found.top(0), found.width(0), found.height(0)})
                .containsExactly(new float[] {360, 288, 72, 57.6f}, within(0.01f));
        assertThat(box.suits(pal)).isTrue();
        pal.layout(720, 576, PixelFormat.GRAY8);
        assertThat(box.suits(pal)).as("the next picture's pixels are square").isFalse();
    }

    @Test
    void staysInsideTheInputForAnySize() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            int width = 16 + random.nextInt(1000);
            int height = 16 + random.nextInt(1000);
            Letterbox box = Letterbox.fit(
                    1 + random.nextInt(8000),
                    1 + random.nextInt(8000),
                    Math.pow(8, random.nextDouble(-1, 1)),
                    width,
                    height,
                    Placement.CENTER);
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
            Letterbox box = Letterbox.fit(width, height, 1, 640, 640, Placement.CENTER);
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
    void boxesInThePaddingAreRemovedAndCounted() {
        Letterbox box = Letterbox.fit(1920, 1080, 1, 640, 640, Placement.CENTER);
        Detections found = new Detections(4);
        found.add(10, 0, 50, 100, 0.9f, 0);
        found.add(10, 200, 50, 100, 0.8f, 1);
        found.add(-80, 200, 50, 100, 0.7f, 2);
        found.add(10, 600, 50, 40, 0.6f, 3);
        box.toSource(found);
        assertThat(found.size()).isEqualTo(1);
        assertThat(found.classId(0)).isEqualTo(1);
        assertThat(found.invalid()).isEqualTo(3);
    }

    @Test
    void boxesAreCutToThePicture() {
        Letterbox box = Letterbox.fit(1920, 1080, 1, 640, 640, Placement.CENTER);
        Detections found = new Detections(1);
        found.add(-50, 0, 800, 640, 1, 0);
        box.toSource(found);
        assertThat(found.left(0)).isZero();
        assertThat(found.top(0)).isZero();
        assertThat(found.width(0)).isEqualTo(1920);
        assertThat(found.height(0)).isEqualTo(1080);
    }
}
