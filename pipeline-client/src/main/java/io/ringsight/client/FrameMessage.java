package io.ringsight.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One analysed frame. Without objects it is a statement, too: nothing was found, unless it is {@link #suspect()}.
 * Immutable.
 *
 * @param identity which message of which source it is
 * @param coverage its frame number, and the frames lost before it
 * @param times when it was taken and published, and where its time went
 * @param picture size of the source's picture, in pixels (field {@code frame})
 * @param model what looked at it (field {@code model})
 * @param suspect why the picture may not show what is before the camera now: {@code frozen}, {@code black} or
 *     {@code time-stopped}, {@code moved}; empty when there is no such doubt. What was not found in a suspect picture may be there all
 *     the same (field {@code suspect})
 * @param notes what only some frames have
 * @param objects what was found, highest confidence first (field {@code objects})
 */
public record FrameMessage(
        Identity identity,
        Coverage coverage,
        FrameTimes times,
        PictureSize picture,
        ModelIdentity model,
        Optional<String> suspect,
        Notes notes,
        List<Detection> objects)
        implements Message {
    /**
     * What only some frames have.
     *
     * @param attributeModels what computed the attributes of objects, by their names (field {@code attributeModels})
     * @param evidence where its picture is kept; empty if it is not (field {@code evidence})
     * @param clip where the clip is kept that shows it; empty if there is none (field {@code clip})
     */
    public record Notes(Map<String, ModelIdentity> attributeModels, Optional<String> evidence, Optional<String> clip) {
        public Notes {
            attributeModels = Map.copyOf(attributeModels);
        }

        /** Of a frame that no clip shows. */
        public Notes(Map<String, ModelIdentity> attributeModels, Optional<String> evidence) {
            this(attributeModels, evidence, Optional.empty());
        }
    }

    public FrameMessage {
        objects = List.copyOf(objects);
    }

    @Override
    public Instant publishedAt() {
        return times.publishedAt();
    }
}
