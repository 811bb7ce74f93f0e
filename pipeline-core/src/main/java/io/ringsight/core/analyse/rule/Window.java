package io.ringsight.core.analyse.rule;

/** The last frames of a source: in which of them something was so, and when the oldest was. Made once; one thread. */
final class Window {
    private final boolean[] isSo;
    private final double[] atS;
    private final double[] missingS;
    private int next;
    private int size;
    private int soCount;

    Window(int frames) {
        isSo = new boolean[frames];
        atS = new double[frames];
        missingS = new double[frames];
    }

    void clear() {
        size = 0;
        soCount = 0;
    }

    void add(boolean so, double nowS, double missedS) {
        if (size == isSo.length) {
            soCount -= isSo[next] ? 1 : 0;
        } else {
            size++;
        }
        isSo[next] = so;
        atS[next] = nowS;
        missingS[next] = missedS;
        soCount += so ? 1 : 0;
        next = (next + 1) % isSo.length;
    }

    /** In how many frames it was so. */
    int soCount() {
        return soCount;
    }

    private int oldest() {
        return (next - size + isSo.length) % isSo.length;
    }

    /** When the oldest frame was, by the source's watch. */
    double sinceS() {
        return atS[oldest()];
    }

    /** How much had been missed until then. */
    double missingBeforeS() {
        return missingS[oldest()];
    }
}
