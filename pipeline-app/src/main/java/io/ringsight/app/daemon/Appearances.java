package io.ringsight.app.daemon;

import io.ringsight.core.analyse.verdict.Appearance;
import io.ringsight.core.analyse.verdict.FollowedAppearance;
import io.ringsight.core.analyse.verdict.PartTrigger;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.synthetic.SyntheticTruth;

/** Who sees that parts of a source are whole in the picture. */
public final class Appearances {
    private Appearances() {}

    /** Nobody, where they do not announce themselves. */
    public static Appearance of(SourceSpec source, PartTrigger trigger) {
        if (trigger.kind() != PartTrigger.Kind.APPEARANCE) {
            return any -> Appearance.NONE;
        }
        if (source instanceof SourceSpec.Synthetic drawn) {
            SyntheticTruth truth = new SyntheticTruth(drawn);
            return frame -> truth.wholeBoardAt(frame.picture().ptsNs());
        }
        return new FollowedAppearance(trigger.className());
    }
}
