package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.track.TrackNumbers;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Numbering and counters of every source, and the tracks' numbers, shared by pipelines so that a source may go from one to another. Any thread; a
 * source is in one pipeline at a time, with nothing of it on its way in another.
 */
public final class SourceAccounts {
    private final Map<SourceId, SourceIntake.Account> accounts = new ConcurrentHashMap<>();
    private final TrackNumbers trackNumbers = new TrackNumbers();
    private final Clock clock;

    public SourceAccounts(Clock clock) {
        this.clock = clock;
    }

    TrackNumbers trackNumbers() {
        return trackNumbers;
    }

    SourceIntake.Account of(SourceId source) {
        return accounts.computeIfAbsent(source, id -> new SourceIntake.Account(clock.epochNanos()));
    }
}
