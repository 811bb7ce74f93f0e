package io.ringsight.app.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.preprocess.PreprocessException;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageKey;
import io.ringsight.sinks.MessageType;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who watches a source holds one of its pictures at most, and always gives it back. */
class WatchedSourceTest {
    private static final long SECOND = 1_000_000_000L;

    private final NativePictures made = new NativePictures();
    private final List<LivePicture> seen = new ArrayList<>();
    private final WatchedSource source = new WatchedSource(new SourceId("line1"));
    private final WatchedSource.Viewer viewer = new WatchedSource.Viewer(new ViewerWish(320, 10), seen::add);

    @AfterEach
    void free() {
        made.close();
    }

    private FrameResult frame(long frameSeq, Picture picture) {
        return (FrameResult) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {FrameResult.class}, (p, call, a) -> {
                    return switch (call.getName()) {
                        case "picture" -> picture;
                        case "frameSeq" -> frameSeq;
                        default -> throw new UnsupportedOperationException(call.getName());
                    };
                });
    }

    /** Passes a frame by, and gives up the source's own reference as the Publish stage does. */
    private boolean pass(long frameSeq, Picture picture, long nowNs) {
        boolean taken = source.offer(frame(frameSeq, picture), nowNs);
        picture.release();
        return taken;
    }

    @Test
    void onePictureIsHeldUntilItIsEncodedAndNoOther() throws Exception {
        source.add(viewer);
        Picture first = made.grey(640, 480, 200);
        Picture second = made.grey(640, 480, 50);

        assertThat(pass(1, first, 0)).isTrue();
        assertThat(pass(2, second, SECOND)).as("the first is not encoded yet").isFalse();
        assertThat(first.isFree()).isFalse();
        assertThat(second.isFree()).isTrue();
        assertThat(source.encode()).isTrue();

        assertThat(first.isFree()).isTrue();
        assertThat(source.encode()).as("once").isFalse();
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).frameSeq()).isEqualTo(1);
        BufferedImage picture =
                ImageIO.read(new ByteArrayInputStream(seen.get(0).jpeg()));
        assertThat(picture.getWidth()).isEqualTo(320);
        assertThat(picture.getHeight()).isEqualTo(240);
        assertThat(picture.getRGB(100, 100) & 0xff).isBetween(197, 203);
        source.close();
    }

    @Test
    void aPictureThatCannotBeEncodedIsGivenBackAndTheNextIsShown() {
        source.add(viewer);
        Picture onGpu = made.grey(64, 64, 1);
        onGpu.memory(MemoryKind.CUDA);
        assertThat(pass(1, onGpu, 0)).isTrue();
        assertThatThrownBy(source::encode).isInstanceOf(PreprocessException.class);
        assertThat(onGpu.isFree()).isTrue();

        assertThat(pass(2, made.grey(64, 64, 1), SECOND)).isTrue();
        assertThat(source.encode()).isTrue();
        assertThat(seen).hasSize(1);
        source.close();
    }

    @Test
    void theRateIsWhatTheFastestViewerWants() {
        source.add(viewer);
        assertThat(takenInASecondOf(25)).isEqualTo(10);
        WatchedSource.Viewer faster = new WatchedSource.Viewer(new ViewerWish(64, 20), seen::add);
        source.add(faster);
        assertThat(takenInASecondOf(100)).isBetween(19, 21);
        assertThat(source.remove(faster)).isTrue();
        assertThat(takenInASecondOf(25)).isBetween(9, 11);
        assertThat(source.remove(viewer)).as("nobody is left").isFalse();
        source.close();
    }

    /** A picture with another frame's boxes would show objects where there are none. */
    @Test
    void aPictureHasTheMessageOfItsOwnFrameOrNone() {
        source.add(viewer);
        source.saw(message(1));
        assertThat(pass(1, made.grey(64, 64, 1), 0)).isTrue();
        assertThat(source.encode()).isTrue();
        // the second frame's message was lost before it came here
        assertThat(pass(2, made.grey(64, 64, 1), SECOND)).isTrue();
        assertThat(source.encode()).isTrue();
        source.saw(message(3));
        assertThat(pass(3, made.grey(64, 64, 1), 2 * SECOND)).isTrue();
        assertThat(source.encode()).isTrue();

        assertThat(seen).extracting(LivePicture::frameSeq).containsExactly(1L, 2L, 3L);
        assertThat(seen).extracting(LivePicture::message).containsExactly(new byte[] {1}, null, new byte[] {3});
        source.close();
    }

    private static EncodedMessage message(int frameSeq) {
        MessageKey key = new MessageKey(new SourceId("line1"), "epoch", "line1/epoch/" + frameSeq, frameSeq, 0);
        return new EncodedMessage(key, MessageType.FRAME, 1, null, new byte[] {(byte) frameSeq});
    }

    private long atNs;

    private int takenInASecondOf(int fps) {
        int taken = 0;
        for (int i = 0; i < fps; i++) {
            atNs += SECOND / fps;
            taken += pass(i, made.grey(64, 64, i), atNs) && source.encode() ? 1 : 0;
        }
        return taken;
    }

    @Test
    void whenNobodyWatchesAnyMoreNothingIsHeldOrTaken() {
        source.add(viewer);
        Picture held = made.grey(64, 64, 1);
        assertThat(pass(1, held, 0)).isTrue();

        source.close();

        assertThat(held.isFree()).isTrue();
        Picture late = made.grey(64, 64, 1);
        assertThat(pass(2, late, SECOND)).isFalse();
        assertThat(late.isFree()).isTrue();
    }
}
