package io.ringsight.sources.synthetic;

import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SyntheticSettings;
import java.nio.ByteBuffer;

/**
 * What the pictures of a synthetic source show: its own copy of the scene, so it may be asked while, before or after
 * the source runs. Owned by one thread; cheap when asked frame after frame.
 */
public final class SyntheticTruth {
    private final SyntheticSettings settings;
    private final Scene scene;

    public SyntheticTruth(SourceSpec.Synthetic spec) {
        settings = SyntheticSettings.of(spec);
        scene = Scene.open(settings);
    }

    /** The source's settings. */
    public SyntheticSettings settings() {
        return settings;
    }

    /** Room for the objects of any frame. */
    public static KnownObjects room() {
        return new KnownObjects(Scene.MAX_OBJECTS);
    }

    /** Fills {@code into} with what frame {@code frame}, counted from 0, shows. */
    public void objects(long frame, KnownObjects into) {
        scene.objects(frame, into);
    }

    /** Draws frame {@code frame}, its luma of limited range, row by row without padding. */
    public void draw(long frame, byte[] luma) {
        scene.draw(frame, ByteBuffer.wrap(luma), settings.width());
    }

    /** The number, from 1, of the board that is whole in the picture of presentation time {@code ptsNs}; 0 if none is. */
    public long wholeBoardAt(long ptsNs) {
        return scene.wholeBoard(settings.frameAt(ptsNs));
    }

    /** Fills {@code into} with what the picture of presentation time {@code ptsNs} shows. */
    public void objectsAt(long ptsNs, KnownObjects into) {
        objects(settings.frameAt(ptsNs), into);
    }
}
