package io.ringsight.app.tools.dataset;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.app.tools.dataset.ReviewedPictures.Labelled;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.Identity;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.sinks.review.ReviewState;
import io.ringsight.sinks.review.ReviewedVerdict;
import io.ringsight.sinks.review.Reviews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a data set of the pictures that are kept and of what people said of their parts. Reads files only: the daemon may
 * run.
 */
public final class EvidenceExport {
    private final Config config;
    private final Path evidence;
    private final YoloFolder out;
    private int falseCalls;
    private int unreviewed;
    private int gone;
    private int uncertain;

    /**
     * Makes the folders.
     *
     * @param evidence where pictures are kept
     * @param devPercent share of the boards that models are measured with
     * @throws IOException if they cannot be made
     */
    public EvidenceExport(Config config, Path evidence, Path dir, int devPercent) throws IOException {
        this.config = config;
        this.evidence = evidence;
        Set<String> classes = new LinkedHashSet<>();
        config.modelsInUse()
                .values()
                .forEach(model -> classes.addAll(model.model().labels()));
        out = new YoloFolder(dir, List.copyOf(classes), devPercent);
    }

    /** Exports all of it; says in one line what it is. */
    public String run() throws IOException {
        for (SourceConfig source : config.sources()) {
            if (source.analysis().parts().isPresent()) {
                Path dir = source.analysis().parts().get().dir();
                for (ReviewedVerdict reviewed : Reviews.read(dir, source.id())) {
                    export(reviewed);
                }
            }
        }
        out.finish();
        return out.trained() + out.measured() + " pictures of " + out.boards() + " boards: " + out.trained()
                + " to train, " + out.measured() + " to measure; " + out.boxes() + " boxes, " + falseCalls
                + " false calls as background; left out: " + unreviewed + " boards that nobody reviewed, " + gone
                + " without a picture, " + uncertain + " pictures of which it is not certain what they show";
    }

    private void export(ReviewedVerdict reviewed) throws IOException {
        if (reviewed.state() == ReviewState.NOT_VERIFIED) {
            unreviewed++;
            return;
        }
        Identity of = reviewed.verdict().identity();
        Path epoch = evidence.resolve(of.sourceId()).resolve(of.streamEpoch());
        int kept = 0;
        int added = 0;
        for (long number : reviewed.verdict().seen().frames()) {
            Path folder = epoch.resolve(Long.toString(number));
            Optional<FrameMessage> frame = message(folder.resolve("message.json"));
            if (frame.isPresent()) {
                try {
                    added += export(reviewed, folder, frame.get(), kept == 0) ? 1 : 0;
                    kept++;
                } catch (NoSuchFileException e) {
                    // the daemon runs, and the oldest pictures make room
                }
            }
        }
        gone += kept == 0 ? 1 : 0;
        falseCalls += added == 0
                ? 0
                : (int) reviewed.defects().stream()
                        .filter(ReviewState.DEFECT_REJECTED::equals)
                        .count();
    }

    private boolean export(ReviewedVerdict reviewed, Path folder, FrameMessage frame, boolean isFirst)
            throws IOException {
        Optional<List<Labelled>> boxes = ReviewedPictures.boxes(reviewed, frame, isFirst)
                .filter(all -> all.stream().allMatch(box -> out.knows(box.label())));
        if (boxes.isEmpty()) {
            uncertain++;
            return false;
        }
        out.add(reviewed.verdict().part().id(), folder.resolve("picture.jpg"), boxes.get());
        return true;
    }

    /** Empty if the picture is not kept, or not any more. */
    private static Optional<FrameMessage> message(Path file) throws IOException {
        try {
            return MessageReader.read(Files.readAllBytes(file)) instanceof FrameMessage frame
                    ? Optional.of(frame)
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (MessageFormatException e) {
            throw new IOException(file + ": expected a frame's message, but " + e.getMessage(), e);
        }
    }
}
