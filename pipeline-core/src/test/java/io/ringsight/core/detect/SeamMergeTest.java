package io.ringsight.core.detect;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeamMergeTest {
    private static final int EDGE = 4;
    private final SeamMerge merge = new SeamMerge(500);
    private final Detections into = new Detections(500);

    private record Box(float left, float top, float width, float height, float confidence, int classId) {}

    private record Rect(float left, float top, float right, float bottom) {}

    private void view(Rect rect, Box... boxes) {
        int from = merge.found().size();
        for (Box box : boxes) {
            merge.found().add(box.left, box.top, box.width, box.height, box.confidence, box.classId);
        }
        merge.foundIn(from, rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top, EDGE);
    }

    private List<Box> merged() {
        into.clear();
        merge.mergeInto(into);
        List<Box> boxes = new ArrayList<>();
        for (int i = 0; i < into.size(); i++) {
            boxes.add(new Box(
                    into.left(i), into.top(i), into.width(i), into.height(i), into.confidence(i), into.classId(i)));
        }
        return boxes;
    }

    private static final Rect LEFT = new Rect(0, 0, 100, 100);
    private static final Rect RIGHT = new Rect(60, 0, 160, 100);

    @Test
    void aPieceOfWhatTheNeighbourSawWholeIsDropped() {
        merge.begin(WantedClasses.ALL);
        Box whole = new Box(85, 40, 25, 20, 0.6f, 1);
        view(LEFT, new Box(85, 40, 15, 20, 0.9f, 1));
        view(RIGHT, whole);
        assertThat(merged()).containsExactly(whole);
    }

    @Test
    void aPieceIsDroppedWhereTheNeighbourThatSawItWholeFoundNothing() {
        merge.begin(WantedClasses.ALL);
        view(LEFT, new Box(85, 40, 15, 20, 0.9f, 1));
        view(RIGHT);
        assertThat(merged()).isEmpty();
    }

    @Test
    void whatTwoTilesSawWholeIsToldOnceByTheSurer() {
        merge.begin(WantedClasses.ALL);
        Box surer = new Box(71, 41, 12, 12, 0.9f, 1);
        view(LEFT, new Box(73, 43, 12, 12, 0.6f, 1));
        view(RIGHT, surer);
        assertThat(merged()).containsExactly(surer);
    }

    @Test
    void twoObjectsOneTileTellsApartStayTwo() {
        merge.begin(WantedClasses.ALL);
        Box a = new Box(68, 40, 14, 14, 0.9f, 1);
        Box b = new Box(73, 40, 14, 14, 0.8f, 1);
        view(LEFT, a, b);
        view(RIGHT, new Box(68, 40, 14, 14, 0.7f, 1), new Box(73, 40, 14, 14, 0.6f, 1));
        assertThat(merged()).containsExactly(a, b);
    }

    /** A network without NMS gives an object twice now and then: where two tiles do, it is one still. */
    @Test
    void whatEachOfTwoTilesGivesTwiceIsToldOnce() {
        merge.begin(WantedClasses.ALL);
        Box surest = new Box(68, 40, 20, 20, 0.9f, 1);
        view(LEFT, surest, new Box(69, 40, 20, 20, 0.5f, 1));
        view(RIGHT, new Box(68, 41, 20, 20, 0.8f, 1), new Box(69, 41, 20, 20, 0.4f, 1));
        assertThat(merged()).containsExactly(surest);
    }

    @Test
    void twoClassesAtOnePlaceOfATileStayTwo() {
        merge.begin(WantedClasses.ALL);
        Box a = new Box(10, 40, 20, 20, 0.9f, 1);
        Box b = new Box(10, 40, 20, 20, 0.8f, 2);
        view(LEFT, a, b);
        view(RIGHT);
        assertThat(merged()).containsExactly(a, b);
    }

    @Test
    void ofTwoThatAnotherTileTellsApartOneIsWhatWasFound() {
        merge.begin(WantedClasses.ALL);
        Box a = new Box(68, 40, 14, 14, 0.9f, 1);
        Box b = new Box(73, 40, 14, 14, 0.6f, 1);
        view(LEFT, a);
        view(RIGHT, new Box(68, 40, 14, 14, 0.7f, 1), b);
        assertThat(merged()).containsExactly(a, b);
    }

    @Test
    void twoPiecesOfOneTileAreTwoObjects() {
        merge.begin(WantedClasses.ALL);
        Box upper = new Box(60, 30, 100, 30, 0.9f, 1);
        Box lower = new Box(60, 42, 100, 30, 0.8f, 1);
        view(LEFT);
        view(RIGHT, upper, lower);
        view(new Rect(120, 0, 220, 100));
        assertThat(merged()).containsExactly(upper, lower);
    }

    @Test
    void anObjectLargerThanTheOverlapIsJoined() {
        merge.begin(WantedClasses.ALL);
        view(LEFT, new Box(30, 40, 70, 20, 0.6f, 1), new Box(20, 80, 79, 10, 0.5f, 2));
        view(RIGHT, new Box(60, 41, 50, 20, 0.8f, 1));
        assertThat(merged()).containsExactly(new Box(30, 40, 80, 21, 0.8f, 1), new Box(20, 80, 79, 10, 0.5f, 2));
    }

    @Test
    void anObjectOverFourTilesIsOne() {
        merge.begin(WantedClasses.ALL);
        view(new Rect(0, 0, 100, 100), new Box(30, 30, 70, 70, 0.6f, 1));
        view(new Rect(60, 0, 160, 100), new Box(60, 30, 70, 70, 0.6f, 1));
        view(new Rect(0, 60, 100, 160), new Box(30, 60, 70, 70, 0.6f, 1));
        view(new Rect(60, 60, 160, 160), new Box(60, 60, 70, 70, 0.7f, 1));
        assertThat(merged()).containsExactly(new Box(30, 30, 100, 100, 0.7f, 1));
    }

    @Test
    void theWholePictureCountsForWhatNoTileHolds() {
        merge.begin(WantedClasses.ALL);
        Box large = new Box(32, 40, 77, 22, 0.7f, 1);
        Box small = new Box(10, 10, 9, 9, 0.9f, 1);
        view(LEFT, new Box(30, 40, 70, 20, 0.9f, 1), small);
        view(RIGHT, new Box(60, 41, 50, 20, 0.8f, 1));
        view(new Rect(0, 0, 160, 100), large, new Box(14, 14, 9, 9, 0.8f, 1), new Box(140, 20, 9, 9, 0.8f, 1));
        assertThat(merged()).containsExactly(small, large);
    }

    @Test
    void atThePicturesOwnEdgeNothingIsCut() {
        merge.begin(WantedClasses.ALL);
        Box atEdge = new Box(0, 0, 20, 100, 0.5f, 1);
        view(LEFT, atEdge);
        view(RIGHT);
        assertThat(merged()).containsExactly(atEdge);
    }

    @Test
    void whatWasLeftOutIsCounted() {
        merge.begin(WantedClasses.of(List.of(1)));
        view(LEFT, new Box(10, 10, 9, 9, 0.9f, 1), new Box(30, 10, 9, 9, 0.9f, 2));
        merge.found().countInvalid(3);
        view(RIGHT);
        assertThat(merged()).hasSize(1);
        assertThat(into.unwanted()).isEqualTo(1);
        assertThat(into.invalid()).isEqualTo(3);
    }

    /** Objects of any size anywhere, each tile telling what it sees of them, off by a pixel or two: each is told once. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachObjectIsToldOnceWhateverItsSizeAndPlace(boolean withWhole) {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Rect> objects = objects(random);
            merge.begin(WantedClasses.ALL);
            for (int tile = 0; tile < 12; tile++) {
                float left = tile % 4 * 400;
                float top = tile / 4 * 400;
                see(new Rect(left, top, left + 500, top + 500), objects, random, 8);
            }
            if (withWhole) {
                see(new Rect(0, 0, 1700, 1300), objects, random, 40);
            }
            List<Box> boxes = merged();
            assertThat(boxes.stream().filter(box -> objects.stream().noneMatch(object -> isOf(box, object))))
                    .as("seed %d: boxes that are of no object", seed)
                    .isEmpty();
            assertThat(boxes).as("seed %d", seed).hasSize(objects.size());
            for (Rect object : objects) {
                assertThat(boxes).as("seed %d, %s", seed, object).anyMatch(box -> isOf(box, object));
            }
        }
    }

    private static boolean isOf(Box box, Rect object) {
        return Math.abs(box.left - object.left) <= 4
                && Math.abs(box.top - object.top) <= 4
                && Math.abs(box.left + box.width - object.right) <= 4
                && Math.abs(box.top + box.height - object.bottom) <= 4;
    }

    private static List<Rect> objects(Random random) {
        List<Rect> objects = new ArrayList<>();
        for (int tries = 0; tries < 60; tries++) {
            float width = 12 + random.nextInt(tries == 0 ? 900 : 70);
            float height = 12 + random.nextInt(tries == 0 ? 700 : 70);
            float left = random.nextInt((int) (1700 - width));
            float top = random.nextInt((int) (1300 - height));
            Rect candidate = new Rect(left, top, left + width, top + height);
            if (objects.stream().noneMatch(other -> near(candidate, other))) {
                objects.add(candidate);
            }
        }
        return objects;
    }

    private static boolean near(Rect a, Rect b) {
        return a.left < b.right + 6 && b.left < a.right + 6 && a.top < b.bottom + 6 && b.top < a.bottom + 6;
    }

    private void see(Rect tile, List<Rect> objects, Random random, int leastSeen) {
        List<Box> seen = new ArrayList<>();
        for (Rect object : objects) {
            float left = Math.max(tile.left, object.left);
            float top = Math.max(tile.top, object.top);
            float right = Math.min(tile.right, object.right);
            float bottom = Math.min(tile.bottom, object.bottom);
            if (right - left >= leastSeen && bottom - top >= leastSeen) {
                left = left == tile.left ? left : Math.max(tile.left, left + random.nextInt(3) - 1);
                top = top == tile.top ? top : Math.max(tile.top, top + random.nextInt(3) - 1);
                seen.add(new Box(left, top, right - left, bottom - top, 0.5f + random.nextFloat() / 2, 0));
            }
        }
        view(tile, seen.toArray(new Box[0]));
    }

    @Test
    void allocatesNothing() {
        List<Rect> objects = objects(new Random(1));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        for (int turn = 0; turn < 3_000; turn++) {
            merge.begin(WantedClasses.ALL);
            for (int tile = 0; tile < 12; tile++) {
                see(
                        new Rect(tile % 4 * 400, tile / 4 * 400, tile % 4 * 400 + 500, tile / 4 * 400 + 500),
                        objects,
                        new Random(2),
                        8);
            }
            into.clear();
            long before = threads.getCurrentThreadAllocatedBytes();
            merge.mergeInto(into);
            bytes = turn < 2_000 ? 0 : bytes + threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(bytes).isLessThan(1_000);
    }
}
