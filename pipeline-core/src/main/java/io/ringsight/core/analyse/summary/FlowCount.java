package io.ringsight.core.analyse.summary;

import io.ringsight.core.analyse.event.Watch;
import io.ringsight.core.decision.Summary;

/** What crosses one line in one direction. One thread; counting allocates nothing. */
final class FlowCount {
    private static final double NONE = -1;

    private long count;
    private long headways;
    private double headwaySumS;
    private double headwayMinS = Double.POSITIVE_INFINITY;
    private long speeds;
    private double speedSumKmh;
    /** When something crossed last, and how much had been missed until then. */
    private double lastS = NONE;

    private double missingBeforeS;

    /** @param kmh how fast it is, NaN where that is not known */
    void crossed(Watch watch, float kmh) {
        count++;
        if (lastS != NONE && watch.missingS() == missingBeforeS) {
            double headwayS = watch.nowS() - lastS;
            headways++;
            headwaySumS += headwayS;
            headwayMinS = Math.min(headwayMinS, headwayS);
        }
        lastS = watch.nowS();
        missingBeforeS = watch.missingS();
        if (!Float.isNaN(kmh)) {
            speeds++;
            speedSumKmh += kmh;
        }
    }

    /** Nobody knows what crossed since. */
    void interrupt() {
        lastS = NONE;
    }

    /** What was counted since the last call. */
    Summary.Flow take() {
        Summary.Headways between =
                new Summary.Headways(headways, headwaySumS / headways, headways == 0 ? Double.NaN : headwayMinS);
        Summary.Flow flow = new Summary.Flow(count, between, new Summary.Speeds(speeds, speedSumKmh / speeds));
        count = 0;
        headways = 0;
        headwaySumS = 0;
        headwayMinS = Double.POSITIVE_INFINITY;
        speeds = 0;
        speedSumKmh = 0;
        return flow;
    }
}
