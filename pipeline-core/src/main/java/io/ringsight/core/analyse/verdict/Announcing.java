package io.ringsight.core.analyse.verdict;

import io.ringsight.core.frame.SourceId;
import java.util.Optional;

/** Takes announcements of parts. Any thread; quick. */
public interface Announcing {
    /** What became of one; empty if the source is not there or its parts are not announced so. */
    Optional<PartLine.Announced> announce(SourceId source, Announcement announcement);
}
