package io.ringsight.core.analyse.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.detect.Detections;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrackerTest {
    private static final double FRAME_S = 0.04;
    private static final float SURE = 0.9f;
    private static final float WEAK = 0.3f;

    private final Assignment assignment = new Assignment();
    private final TrackNumbers numbers = new TrackNumbers();
    private final Detections found = new Detections(400);
    private Tracker tracker = new Tracker(TrackSettings.DEFAULT);

    private TrackerTest see(double left, double top, float confidence, int classId) {
        found.add((float) left, (float) top, 40, 40, confidence, classId);
        return this;
    }

    private TrackerTest see(double left, double top) {
        return see(left, top, SURE, 0);
    }

    /** Follows what was seen; the tracks of the objects, in their order. */
    private List<Long> after(double seconds) {
        tracker.follow(found, seconds, assignment, numbers);
        List<Long> tracks = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            tracks.add(found.track(i));
        }
        lastClass = found.size() > 0 ? found.trackClassId(0) : -1;
        found.clear();
        return tracks;
    }

    private int lastClass;

    /** An object that stands at the place is followed for half a second. */
    private void settle(double left, double top) {
        for (int i = 0; i < 12; i++) {
            see(left, top).after(FRAME_S);
        }
    }

    @Test
    void anObjectHasOneNumberFromItsConfirmationOn() {
        for (int frame = 0; frame < 100; frame++) {
            List<Long> tracks = see(10 + 5 * frame, 50).after(FRAME_S);

            // confirmMs is 100: frames 0, 1 and 2 are not old enough
            assertThat(tracks).as("frame %d", frame).containsExactly(frame * FRAME_S < 0.1 ? 0L : 1L);
        }
        assertThat(tracker.size()).isEqualTo(1);
    }

    @Test
    void confirmationTakesTimeAndNotFrames() {
        int frames = 0;
        while (see(10, 50).after(0.005).equals(List.of(0L))) {
            frames++;
        }

        assertThat(frames).isEqualTo(20);
    }

    @Test
    void aFlickerHasNoNumber() {
        assertThat(see(10, 50).after(FRAME_S)).containsExactly(0L);
        for (int i = 0; i < 5; i++) {
            after(FRAME_S);
        }

        assertThat(tracker.size()).isZero();
        assertThat(see(10, 50).after(FRAME_S)).containsExactly(0L);
    }

    @Test
    void aWeakObjectContinuesATrackAndBeginsNone() {
        for (int i = 0; i < 50; i++) {
            assertThat(see(10, 50, WEAK, 0).after(FRAME_S)).containsExactly(0L);
        }
        settle(200, 50);

        assertThat(see(200, 50, WEAK, 0).after(FRAME_S)).containsExactly(1L);
    }

    @Test
    void aWeakObjectDoesNotBringBackALostTrack() {
        settle(10, 50);
        after(FRAME_S);
        after(FRAME_S);

        assertThat(see(10, 50, WEAK, 0).after(FRAME_S)).containsExactly(0L);
        assertThat(see(10, 50, SURE, 0).after(FRAME_S)).containsExactly(1L);
    }

    @Test
    void aLostObjectIsLookedForAsLongAsLostMs() {
        settle(10, 50);
        for (int i = 0; i < 20; i++) {
            after(FRAME_S);
        }
        assertThat(see(10, 50).after(FRAME_S)).containsExactly(1L);

        for (int i = 0; i < 25; i++) {
            after(FRAME_S);
        }
        assertThat(see(10, 50).after(FRAME_S)).containsExactly(0L);
        assertThat(tracker.size()).isEqualTo(1);
    }

    @Test
    void aGapOfFramesIsTheirTime() {
        // 250 pixels a second: 6 times its size while nothing is seen
        for (int frame = 0; frame < 25; frame++) {
            see(10 + 10 * frame, 50).after(FRAME_S);
        }

        assertThat(see(10 + 10 * 48, 50).after(24 * FRAME_S)).containsExactly(1L);
    }

    @Test
    void aGapThatIsLongerThanLostMsEndsTheTrackWithOneStep() {
        settle(10, 50);

        assertThat(see(10, 50).after(60)).containsExactly(0L);
        assertThat(tracker.size()).isEqualTo(1);
    }

    /** What a post hid more and more of is as large behind it as it was last seen, and not nothing. */
    @Test
    void anObjectThatWasHiddenBitByBitIsFoundAgain() {
        for (int frame = 0; frame < 10; frame++) {
            seeWide(100).after(FRAME_S);
        }
        for (int frame = 0; frame < 20; frame++) {
            seeWide(100 - 4 * frame).after(FRAME_S);
        }
        for (int frame = 0; frame < 20; frame++) {
            after(FRAME_S);
        }

        assertThat(seeWide(24).after(FRAME_S)).containsExactly(1L);
    }

    private TrackerTest seeWide(float width) {
        found.add(300 - width, 50, width, 100, SURE, 0);
        return this;
    }

    @Test
    void twoThatPassEachOtherKeepTheirNumbers() {
        List<Long> tracks = List.of();
        for (int frame = 0; frame < 60; frame++) {
            tracks = see(100 + 8 * frame, 50).see(580 - 8 * frame, 55).after(FRAME_S);
        }

        assertThat(tracks).containsExactly(1L, 2L);
    }

    @Test
    void theClassIsTheOneMostOftenFoundOfLate() {
        for (int frame = 0; frame < 60; frame++) {
            see(10 + frame, 50, SURE, frame % 5 == 4 ? 7 : 2).after(FRAME_S);
            if (frame > 4) {
                assertThat(lastClass).as("frame %d", frame).isEqualTo(2);
            }
        }
        for (int frame = 0; frame < 300; frame++) {
            see(70, 50, SURE, 2).after(FRAME_S);
        }
        for (int frame = 0; frame < 150; frame++) {
            see(70, 50, SURE, 7).after(FRAME_S);
        }

        assertThat(lastClass).isEqualTo(7);
    }

    /** What trembles on the spot does not move; what creeps has moved in the end, from where it was before. */
    @Test
    void anObjectHasMovedOnceItMovedMoreThanBoxesTremble() {
        for (int frame = 0; frame < 50; frame++) {
            see(10 + frame % 2 * 3, 50 - frame % 3).after(FRAME_S);
            assertThat(tracker.hasMoved(0)).as("frame %d", frame).isFalse();
        }
        int moves = 0;
        float at = 30;
        for (int frame = 0; frame < 50; frame++) {
            see(10 + frame, 50).after(FRAME_S);
            if (tracker.hasMoved(0)) {
                moves++;
                assertThat(tracker.beforeX(0)).isEqualTo(at);
                at = 30 + frame;
            }
        }
        assertThat(moves).isEqualTo(7);
    }

    @Test
    void aWayThatBeganBeforeTheConfirmationIsTold() {
        boolean hasMoved = false;
        for (int frame = 0; frame < 4; frame++) {
            see(10 + 12 * frame, 50).after(FRAME_S);
            hasMoved = tracker.hasMoved(0);
            assertThat(hasMoved).isEqualTo(frame == 3);
        }

        assertThat(tracker.beforeX(0)).isEqualTo(30);
    }

    @Test
    void oneObjectThatIsFoundTwiceIsOneTrack() {
        List<Long> tracks = List.of();
        for (int frame = 0; frame < 20; frame++) {
            tracks = see(10 + frame, 50, 0.9f, 2).see(11 + frame, 50, 0.8f, 7).after(FRAME_S);
        }

        assertThat(tracks).containsExactly(1L, 0L);
    }

    @Test
    void numbersAreNeverGivenTwice() {
        Tracker other = new Tracker(TrackSettings.DEFAULT);
        Tracker mine = tracker;
        Set<Long> given = new HashSet<>();
        for (int frame = 0; frame < 200; frame++) {
            for (Tracker each : List.of(mine, other)) {
                tracker = each;
                long number = see(10, 50).after(frame % 20 == 0 ? 5 : FRAME_S).get(0);
                if (number > 0) {
                    given.add(each == mine ? number : -number);
                }
            }
        }

        assertThat(given).hasSize(20);
        assertThat(given.stream().map(Math::abs)).doesNotHaveDuplicates();
    }

    @Test
    void memoryIsBoundedAndWhatFindsNoRoomIsCounted() {
        for (int frame = 0; frame < 20; frame++) {
            for (int i = 0; i < 340; i++) {
                see(50 * (i % 20), 50 * (i / 20));
            }
            after(FRAME_S);

            assertThat(tracker.size()).isEqualTo(Tracker.MAX_TRACKS);
            assertThat(tracker.noRoom()).isEqualTo(40);
        }
        after(5);
        assertThat(tracker.size()).isZero();
    }

    /** Noise begins and ends tracks all the time; what is there all the time keeps its number. */
    @Test
    void noiseDoesNotTakeANumberAway() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int frame = 0; frame < 500; frame++) {
            see(300 + 100 * Math.sin(frame / 20.0), 300);
            for (int i = random.nextInt(30); i > 0; i--) {
                see(
                        random.nextInt(1_900),
                        400 + random.nextInt(600),
                        0.2f + 0.7f * random.nextFloat(),
                        random.nextInt(5));
            }
            List<Long> tracks = after(FRAME_S);
            if (frame > 5) {
                assertThat(tracks.get(0)).as("seed %d, frame %d", seed, frame).isEqualTo(1);
            }
        }
    }
}
