package io.ringsight.core.analyse.verdict;

/** Which parts were judged and seen last, so that none is taken twice. Bounded. One thread. */
final class RecentParts {
    private static final int REMEMBERED = PartJudge.MAX_OPEN;

    private final String[] judgedIds = new String[REMEMBERED];
    private final long[] judgedAtNs = new long[REMEMBERED];
    private final long[] appeared = new long[REMEMBERED];
    private int judged;
    private int appearances;

    void judged(String partId, long nowNs) {
        judgedIds[judged % REMEMBERED] = partId;
        judgedAtNs[judged % REMEMBERED] = nowNs;
        judged++;
    }

    /** Whether the part was judged after {@code sinceNs}. */
    boolean wasJudged(String partId, long sinceNs) {
        for (int i = 0; i < REMEMBERED; i++) {
            if (judgedAtNs[i] - sinceNs > 0 && partId.equals(judgedIds[i])) {
                return true;
            }
        }
        return false;
    }

    /** A part is seen. Returns whether that is news. */
    boolean appears(long part) {
        for (long known : appeared) {
            if (known == part) {
                return false;
            }
        }
        appeared[appearances++ % REMEMBERED] = part;
        return true;
    }
}
