package io.ringsight.sinks.evidence;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.preprocess.JpegEncoder;
import io.ringsight.sinks.EncodedMessage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A picture on its way to the disk: one reference, given back by {@link #release}. */
final class HeldPicture {
    /** Room around an object, as a share of its size. */
    private static final float MARGIN = 0.5f;

    private static final int MIN_CROP = 96;

    private final EvidenceKey key;
    private final SourceEvidence source;
    private final SourceMatches.Match match;
    private final Picture picture;
    private final EvidenceItem.Box crop;
    private final Optional<EvidenceClips.Begun> clip;

    /** Takes a reference. By the Publish thread. */
    HeldPicture(
            EvidenceKey key,
            SourceEvidence source,
            SourceMatches.Match match,
            FrameResult frame,
            Optional<EvidenceClips.Begun> clip) {
        this.clip = clip;
        this.key = key;
        this.source = source;
        this.match = match;
        picture = frame.picture();
        crop = crop(frame.detections());
        picture.retain();
    }

    /** The surest object with some room around it, within the picture; the whole picture where there is none. */
    private EvidenceItem.Box crop(Detections found) {
        if (match.objects().isEmpty()) {
            return new EvidenceItem.Box(0, 0, picture.width(), picture.height());
        }
        int object = match.objects().get(0);
        int[] across = span(found.left(object), found.width(object), picture.width());
        int[] down = span(found.top(object), found.height(object), picture.height());
        return new EvidenceItem.Box(across[0], down[0], across[1], down[1]);
    }

    private static int[] span(float from, float length, int limit) {
        float wanted = Math.min(limit, Math.max(MIN_CROP, length * (1 + 2 * MARGIN)));
        float begin = Math.max(0, Math.min(limit - wanted, from + length / 2 - wanted / 2));
        int aligned = (int) begin / Crop.GRID * Crop.GRID;
        return new int[] {aligned, Math.min(limit - aligned, (int) Math.ceil(begin - aligned + wanted))};
    }

    EvidenceKey key() {
        return key;
    }

    SourceEvidence source() {
        return source;
    }

    /** What is to be kept, but for its size. */
    EvidenceItem item(EncodedMessage message) {
        long takenUtcNs = picture.captureUtcNs() == Picture.UNKNOWN ? message.utcNs() : picture.captureUtcNs();
        return new EvidenceItem(
                key,
                takenUtcNs,
                message.utcNs(),
                new EvidenceItem.Why(match.labels(), match.rules(), match.objects()),
                crop,
                clip.map(EvidenceClips.Begun::key),
                0);
    }

    /** The clip that shows it, if one does. */
    Optional<EvidenceClips.Begun> clip() {
        return clip;
    }

    /** The files of it, by name. */
    Map<String, byte[]> files(JpegEncoder whole, JpegEncoder part, EncodedMessage message) {
        Crop cut = new Crop();
        cut.set(crop.left(), crop.top(), crop.width(), crop.height());
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(
                EvidenceFolder.PICTURE, whole.encode(picture, Integer.MAX_VALUE).bytes());
        files.put(
                EvidenceFolder.CROP,
                part.encode(cut.of(picture), Integer.MAX_VALUE).bytes());
        files.put(EvidenceFolder.MESSAGE, message.bytes());
        return files;
    }

    /** Gives the picture back. Once. */
    void release() {
        picture.release();
        source.letGo();
    }
}
