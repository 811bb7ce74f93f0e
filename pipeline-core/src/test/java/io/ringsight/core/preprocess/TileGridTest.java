package io.ringsight.core.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Padding;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TileGridTest {
    private static ModelInput input(int width, int height) {
        return new ModelInput(
                "images",
                width,
                height,
                TensorType.FLOAT32,
                ChannelOrder.RGB,
                1 / 255f,
                new Padding(Placement.CENTER, 114),
                0);
    }

    private static Picture picture(int width, int height) {
        Picture picture = new Picture();
        picture.layout(width, height, PixelFormat.YUV420P);
        return picture;
    }

    private static TileGrid grid(TileSpec spec, int width, int height, int side) {
        return new TileGrid(spec, input(side, side), picture(width, height), 0, 0, width, height);
    }

    @Test
    void autoShrinksNoPixelAndLeavesASmallPictureWhole() {
        TileGrid board = grid(TileSpec.auto(), 4_000, 3_000, 640);
        Crop crop = new Crop();
        board.cut(0, crop);
        assertThat(crop.width()).isEqualTo(640);
        assertThat(crop.height()).isLessThanOrEqualTo(640).isGreaterThan(632);
        assertThat(board.columns()).isEqualTo(8);
        assertThat(board.rows()).isEqualTo(6);
        assertThat(grid(TileSpec.auto(), 640, 480, 640).parts()).isEqualTo(1);
    }

    @Test
    void soManyTilesAsSaidAndTheWholeBehindThem() {
        TileGrid grid = grid(new TileSpec(4, 3, 40, true), 4_000, 3_000, 640);
        assertThat(grid.parts()).isEqualTo(13);
        Crop crop = new Crop();
        grid.cut(12, crop);
        assertThat(crop.width()).isEqualTo(4_000);
        assertThat(crop.height()).isEqualTo(3_000);
    }

    /** Whatever the sizes: every object up to the largest lies whole, and off the inner edges, in one of the tiles. */
    @Test
    void anObjectUpToTheLargestLiesWholeInATile() {
        Random random = new Random(7);
        for (int turn = 0; turn < 2_000; turn++) {
            int width = 200 + random.nextInt(4_000);
            int height = 200 + random.nextInt(3_000);
            int side = 32 * (4 + random.nextInt(17));
            int largest = 1 + random.nextInt(side / 3);
            boolean auto = random.nextBoolean();
            TileSpec spec =
                    new TileSpec(auto ? 0 : 1 + random.nextInt(6), auto ? 0 : 1 + random.nextInt(6), largest, false);
            TileGrid grid = grid(spec, width, height, side);
            int x = random.nextInt(width - Math.min(largest, width) + 1);
            int y = random.nextInt(height - Math.min(largest, height) + 1);
            assertThat(isHeld(grid, x, y, largest, width, height, side))
                    .as(
                            "turn %d: %s, %dx%d, side %d, object of %d at %d,%d",
                            turn, spec, width, height, side, largest, x, y)
                    .isTrue();
        }
    }

    private static boolean isHeld(TileGrid grid, int x, int y, int size, int width, int height, int side) {
        Crop crop = new Crop();
        for (int i = 0; i < grid.parts(); i++) {
            grid.cut(i, crop);
            assertThat(crop.left() + crop.width()).isLessThanOrEqualTo(width);
            assertThat(crop.top() + crop.height()).isLessThanOrEqualTo(height);
            double edge = TileGrid.EDGE * Math.max(1, Math.max(crop.width(), crop.height()) / (double) side);
            if (holds(crop.left(), crop.width(), width, x, size, edge)
                    && holds(crop.top(), crop.height(), height, y, size, edge)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(int start, int length, int all, int at, int size, double edge) {
        return (start == 0 || at >= start + edge) && (start + length == all || at + size <= start + length - edge);
    }

    @Test
    void pixelsThatAreNotSquareAreCutAsTheyAreShown() {
        Picture picture = picture(1_440, 1_080);
        picture.pixelAspect(4 / 3.0);
        TileGrid grid = new TileGrid(TileSpec.auto(), input(640, 640), picture, 0, 0, 1_440, 1_080);
        Crop crop = new Crop();
        grid.cut(0, crop);
        assertThat(crop.width()).isBetween(473, 480);
    }
}
