package io.ringsight.sinks.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.client.VerdictMessage.Place;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.Sample;
import io.ringsight.sinks.review.ReviewedVerdict.Missed;
import io.ringsight.sinks.verdict.SampleVerdicts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReviewsTest {
    private static final SourceId LINE1 = new SourceId("line1");

    @TempDir
    private Path dir;

    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final MessageJson json = Sample.json(clock);
    private Reviews reviews;

    @BeforeEach
    void open() {
        if (reviews != null) {
            reviews.close();
        }
        reviews = new Reviews(clock);
        reviews.open(LINE1, dir);
    }

    private ReviewedVerdict defective(long number) {
        reviews.saw(json.decision(SampleVerdicts.full(number, "A" + number), 42), 0);
        return find(number);
    }

    private ReviewedVerdict find(long number) {
        return reviews.find(LINE1, "line1/" + Sample.EPOCH + "/v" + number).orElseThrow();
    }

    private ReviewTotals.OfClass totals(String label) {
        return reviews.totals().get("line1").classes().get(label);
    }

    @Test
    void whatAPersonSaysOfADefectIsKeptOverARestart() throws IOException {
        ReviewedVerdict verdict = defective(1);
        assertThat(verdict.state()).isEqualTo(ReviewState.NOT_VERIFIED);

        reviews.review(verdict, 0, ReviewState.DEFECT_REJECTED, "Ada L\u00f6w");
        reviews.missed(verdict, new Missed("pin hole", Optional.of(new Place(0.25, 0.5, 0.01, 0.02))), "");
        open();

        ReviewedVerdict again = find(1);
        assertThat(again.defects()).containsExactly(ReviewState.DEFECT_REJECTED);
        assertThat(again.missed())
                .containsExactly(new Missed("pin hole", Optional.of(new Place(0.25, 0.5, 0.01, 0.02))));
        assertThat(again.state()).isEqualTo(ReviewState.DEFECT_CONFIRMED);
        assertThat(again.verdict()).isEqualTo(verdict.verdict());
        assertThat(totals("short").rejected()).isOne();
        assertThat(totals("pin hole").missed()).isOne();
        assertThat(totals("pin hole").escapeRate()).isOne();
    }

    @Test
    void anotherProcessReadsWhatIsWholeWhileTheLastLineIsTorn() throws IOException {
        defective(1);
        byte[] torn = "verdict {\"sourceName\":\"L\u00f6".getBytes(StandardCharsets.UTF_8);
        Files.write(dir.resolve("line1.reviews"), Arrays.copyOf(torn, torn.length - 1), StandardOpenOption.APPEND);

        assertThat(Reviews.read(dir, LINE1)).hasSize(1);
        assertThat(Reviews.read(dir, new SourceId("line2"))).isEmpty();
    }

    @Test
    void ratesFollowWhatIsSaidLast() throws IOException {
        for (int i = 1; i <= 4; i++) {
            reviews.review(defective(i), 0, ReviewState.DEFECT_CONFIRMED, "");
        }
        assertThat(totals("short").falseCallRate()).isZero();
        reviews.review(find(1), -1, ReviewState.DEFECT_REJECTED, "");
        reviews.review(find(2), 0, ReviewState.ACCEPTED, "");
        reviews.review(find(3), 0, ReviewState.REPAIRED, "");

        assertThat(totals("short")).isEqualTo(new ReviewTotals.OfClass(1, 1, 1, 1, 0));
        assertThat(totals("short").falseCallRate()).isEqualTo(0.25);
        assertThat(totals("short").escapeRate()).isZero();
        reviews.review(find(1), 0, ReviewState.NOT_VERIFIED, "");
        assertThat(totals("short")).isEqualTo(new ReviewTotals.OfClass(1, 0, 1, 1, 0));
    }

    @Test
    void aPartWithoutDefectsIsReviewedAsAWhole() throws IOException {
        reviews.saw(json.decision(SampleVerdicts.pass(5, "B5"), 42), 0);

        assertThat(reviews.review(find(5), -1, ReviewState.ACCEPTED, "").state())
                .isEqualTo(ReviewState.ACCEPTED);
        assertThat(reviews.missed(find(5), new Missed("short", Optional.empty()), "")
                        .state())
                .isEqualTo(ReviewState.DEFECT_CONFIRMED);
    }

    @Test
    void aVerdictThatComesTwiceIsOneAndRemembersWhatWasSaid() throws IOException {
        reviews.review(defective(1), 0, ReviewState.REPAIRED, "");
        defective(1);
        assertThat(reviews.list()).hasSize(1);
        assertThat(find(1).state()).isEqualTo(ReviewState.REPAIRED);
    }

    @Test
    void onlyTheLastThousandAreRememberedAndWhatWasSaidOfTheOthersStillCounts() throws IOException {
        reviews.review(defective(1), 0, ReviewState.DEFECT_REJECTED, "");
        reviews.missed(find(1), new Missed("open", Optional.empty()), "");
        for (int i = 2; i <= ReviewLines.KEPT + 5; i++) {
            reviews.saw(json.decision(SampleVerdicts.pass(i, "A" + i), 42), 0);
        }
        open();
        open();

        assertThat(reviews.list()).hasSize(ReviewLines.KEPT);
        assertThat(reviews.find(LINE1, "line1/" + Sample.EPOCH + "/v1")).isEmpty();
        assertThat(totals("short").rejected()).isOne();
        assertThat(totals("open").missed()).isOne();
    }

    @Test
    void aTornLastLineCostsNothingElse() throws IOException {
        reviews.review(defective(1), 0, ReviewState.ACCEPTED, "");
        Files.writeString(dir.resolve("line1.reviews"), "review line1/x/v1 0 accep", StandardOpenOption.APPEND);
        open();
        assertThat(find(1).state()).isEqualTo(ReviewState.ACCEPTED);
    }

    @Test
    void whatCannotBePutOnTheDiskDoesNotCount() throws IOException {
        ReviewedVerdict verdict = defective(1);
        reviews.close();
        Files.delete(dir.resolve("line1.reviews"));
        Files.createDirectories(dir.resolve("line1.reviews.next"));

        assertThatThrownBy(() -> reviews.review(verdict, 0, ReviewState.ACCEPTED, ""))
                .isInstanceOf(IOException.class);
        assertThat(find(1).state()).isEqualTo(ReviewState.NOT_VERIFIED);
    }
}
