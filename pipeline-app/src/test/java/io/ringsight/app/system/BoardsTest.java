package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.Message;
import io.ringsight.client.VerdictMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Boards pass a camera that stalls and a daemon that is overloaded or killed: each that was announced has one verdict, which is
 * true or {@code unknown}. More of all by system properties; {@code scripts/nightly boards boards-killed} judges the times, too.
 */
@Tag("rtsp")
@Tag("kafka")
@Timeout(3_600)
class BoardsTest {
    private static final int BOARDS = Integer.getInteger("ringsight.boards", 100);
    private static final int KILLS = Integer.getInteger("ringsight.boards.kills", 3);
    private static final int PER_SECOND = 5;
    private static final int FPS = Integer.getInteger("ringsight.boards.fps", 20);
    /** Whether the machine has nothing else to do: verdicts must be in time, and most of them known. */
    private static final boolean QUIET = Boolean.getBoolean("ringsight.boards.quiet");

    private static final int STALLS_PERCENT = 2;
    private static final int OVERLOADS_PERCENT = 1;
    /** A busy machine needs a while until one board has all its frames. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    private Path folder;

    @BeforeEach
    void need() {
        Rig.needCameras();
        Rig.needBrokers();
        System.out.println("seed " + seed);
    }

    @Test
    void eachBoardHasOneVerdictAndNoneIsTakenForGoodThatWasNotSeenWhole() throws Exception {
        try (BoardsRun run = new BoardsRun(folder, PER_SECOND, FPS)) {
            run.startDaemon();
            run.announce();
            int planned = 0;
            while (planned < BOARDS) {
                planned += PER_SECOND;
                disturb(run);
            }
            run.daemon()
                    .await(
                            "boards of each kind",
                            LIMIT,
                            () -> run.announced() >= BOARDS && run.counted("pass") > 0 && run.counted("reject") > 0);
            run.endOfBoards();
            run.daemon().await("the last verdict", BoardsRun.LIMIT, () -> verdicts(run) >= run.announced());
            assertThat(run.stopDaemon()).as(run.daemon().err()).isZero();
            judge(run);
        }
    }

    /** A second with the faults of its boards. */
    private void disturb(BoardsRun run) {
        long endNs = System.nanoTime() + 1_000_000_000L;
        for (int board = 0; board < PER_SECOND; board++) {
            int chance = random.nextInt(100);
            if (chance < STALLS_PERCENT) {
                run.stallCamera(random.nextInt(10) == 0 ? 2_000 : 150 + random.nextInt(300));
            } else if (chance < STALLS_PERCENT + OVERLOADS_PERCENT) {
                run.overload(150 + random.nextInt(200));
            }
        }
        run.daemon().runFor(Duration.ofNanos(Math.max(1, endNs - System.nanoTime())));
    }

    private static long verdicts(BoardsRun run) {
        return List.of("pass", "rework", "reject", "unknown").stream()
                .mapToLong(run::counted)
                .sum();
    }

    private static void judge(BoardsRun run) {
        BoardJudge judge = run.judge();
        System.out.println(judge);
        assertThat(judge.problems()).isEmpty();
        if (QUIET) {
            assertThat(judge.late()).as("late").isZero();
            assertThat(judge.count("unknown")).as("unknown").isLessThan(run.announced() / 3);
        }
    }

    @Test
    void noVerdictIsLostOrChangedWhenTheDaemonIsKilledAgainAndAgain() throws Exception {
        try (BoardsRun run = new BoardsRun(folder, PER_SECOND, FPS)) {
            run.startDaemon();
            run.announce();
            for (int kill = 0; kill < KILLS; kill++) {
                run.daemon().runFor(Duration.ofMillis(500 + random.nextInt(5_000)));
                run.killDaemon();
                run.startDaemon();
            }
            int before = run.announced();
            run.daemon().await("boards of the last life", LIMIT, () -> run.announced() > before + PER_SECOND);
            run.endOfBoards();
            Set<String> received = new HashSet<>();
            run.daemon().await("every verdict", BoardsRun.LIMIT, () -> {
                verdictsIn(run.inFile())
                        .forEach(verdict -> received.add(verdict.part().id()));
                return received.size() >= run.announced();
            });
            assertThat(run.stopDaemon()).as(run.daemon().err()).isZero();
            assertThat(verdictsIn(run.inFile())).isEqualTo(verdictsIn(run.inBroker()));
            judgeKilled(run);
        }
    }

    private static void judgeKilled(BoardsRun run) {
        BoardJudge judge = run.judge();
        System.out.println(KILLS + " kills: " + judge);
        assertThat(judge.problems()).isEmpty();
        if (QUIET) {
            assertThat(judge.count("pass")).as("pass").isPositive();
            assertThat(judge.count("reject")).as("reject").isPositive();
        }
    }

    /** Each once: it may come again, but not changed. */
    private static Set<VerdictMessage> verdictsIn(List<Message> messages) {
        return messages.stream()
                .filter(VerdictMessage.class::isInstance)
                .map(VerdictMessage.class::cast)
                .collect(Collectors.toSet());
    }
}
