package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.Box;
import io.ringsight.client.Detection;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Compares what was found in two renderings of the same pictures. */
final class SameBoxes {
    /** What only just reaches the model's threshold, 0.51, in one rendering may miss it in the other. */
    static final double SURE = 0.6;

    private static final double MAX_EDGE_PIXELS = 2.5;

    private SameBoxes() {}

    /** Parses messages of frames, one a line. */
    static List<FrameMessage> parse(List<String> lines) throws MessageFormatException {
        List<FrameMessage> frames = new ArrayList<>();
        for (String line : lines) {
            frames.add((FrameMessage) MessageReader.read(line.getBytes(StandardCharsets.UTF_8)));
        }
        return frames;
    }

    /** As below, of all but what is near the threshold. */
    static int check(List<FrameMessage> found, List<FrameMessage> expected) {
        return check(found, expected, SURE);
    }

    /**
     * Checks that frame by frame the size is the same, and the objects, of at least a confidence, at the same places.
     *
     * @return how many they are
     */
    static int check(List<FrameMessage> found, List<FrameMessage> expected, double sure) {
        assertThat(found).hasSameSizeAs(expected);
        int objects = 0;
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).picture()).isEqualTo(expected.get(i).picture());
            objects += check(i, expected.get(i), found.get(i), sure);
            check(i, found.get(i), expected.get(i), sure);
        }
        return objects;
    }

    private static int check(int frame, FrameMessage these, FrameMessage others, double sure) {
        int objects = 0;
        for (Detection detection : these.objects()) {
            if (detection.confidence() >= sure) {
                assertThat(others.objects())
                        .as("frame %d", frame)
                        .anyMatch(other -> other.classId() == detection.classId()
                                && edgesApart(other.box(), detection.box()) <= MAX_EDGE_PIXELS);
                objects++;
            }
        }
        return objects;
    }

    private static double edgesApart(Box a, Box b) {
        double leftAndTop = Math.max(Math.abs(a.left() - b.left()), Math.abs(a.top() - b.top()));
        double right = Math.abs(a.left() + a.width() - b.left() - b.width());
        double bottom = Math.abs(a.top() + a.height() - b.top() - b.height());
        return Math.max(leftAndTop, Math.max(right, bottom));
    }
}
