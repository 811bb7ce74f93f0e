package io.ringsight.core.analyse.track;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How good tracks are, beside the truth: HOTA (J. Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object
 * Tracking", IJCV 2021), IDF1 (E. Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera
 * Tracking", 2016) and identity switches (K. Bernardin, R. Stiefelhagen, "Evaluating Multiple Object Tracking Performance:
 * The CLEAR MOT Metrics", 2008). Shares no code with what it judges.
 */
public final class TrackScores {
    private static final double IDF1_IOU = 0.5;

    /** One box of an object or of a track in a frame. */
    public record Box(long id, double left, double top, double width, double height) {
        /** The overlap: both over either. */
        public double iou(Box other) {
            double across = Math.min(left + width, other.left + other.width) - Math.max(left, other.left);
            double down = Math.min(top + height, other.top + other.height) - Math.max(top, other.top);
            double shared = Math.max(0, across) * Math.max(0, down);
            return shared / (width * height + other.width * other.height - shared);
        }
    }

    private record Frame(List<Box> truth, List<Box> tracks) {}

    private record Pair(long truth, long track) {}

    private final List<Frame> frames = new ArrayList<>();
    private final Map<Long, Integer> truthCount = new HashMap<>();
    private final Map<Long, Integer> trackCount = new HashMap<>();

    /** A frame: what is there, and what the tracks say. */
    public void add(List<Box> truth, List<Box> tracks) {
        frames.add(new Frame(List.copyOf(truth), List.copyOf(tracks)));
        truth.forEach(box -> truthCount.merge(box.id(), 1, Integer::sum));
        tracks.forEach(box -> trackCount.merge(box.id(), 1, Integer::sum));
    }

    /** How many tracks. */
    public int tracks() {
        return trackCount.size();
    }

    /** How many objects. */
    public int objects() {
        return truthCount.size();
    }

    /** The mean over overlaps from 0.05 to 0.95. */
    public double hota() {
        Map<Pair, Double> alignment = alignment();
        List<List<Match>> matches = new ArrayList<>();
        for (Frame frame : frames) {
            matches.add(matches(frame, alignment));
        }
        double sum = 0;
        for (int step = 1; step <= 19; step++) {
            sum += hota(matches, step * 0.05);
        }
        return sum / 19;
    }

    private record Match(Pair pair, double iou) {}

    /** By how much a truth and a track are the same over all frames: what decides between equal overlaps. */
    private Map<Pair, Double> alignment() {
        Map<Pair, Double> shared = new HashMap<>();
        for (Frame frame : frames) {
            double[][] iou = iou(frame);
            for (int i = 0; i < iou.length; i++) {
                for (int j = 0; j < iou[i].length; j++) {
                    double around = -iou[i][j];
                    for (double[] row : iou) {
                        around += row[j];
                    }
                    around += Arrays.stream(iou[i]).sum();
                    if (iou[i][j] > 0) {
                        Pair pair = new Pair(
                                frame.truth().get(i).id(), frame.tracks().get(j).id());
                        shared.merge(pair, iou[i][j] / around, Double::sum);
                    }
                }
            }
        }
        shared.replaceAll((pair, sum) -> sum / (truthCount.get(pair.truth()) + trackCount.get(pair.track()) - sum));
        return shared;
    }

    private static double[][] iou(Frame frame) {
        double[][] iou = new double[frame.truth().size()][frame.tracks().size()];
        for (int i = 0; i < iou.length; i++) {
            for (int j = 0; j < iou[i].length; j++) {
                iou[i][j] = frame.truth().get(i).iou(frame.tracks().get(j));
            }
        }
        return iou;
    }

    private static List<Match> matches(Frame frame, Map<Pair, Double> alignment) {
        double[][] iou = iou(frame);
        double[][] score = new double[iou.length][frame.tracks().size()];
        for (int i = 0; i < iou.length; i++) {
            for (int j = 0; j < iou[i].length; j++) {
                Pair pair = new Pair(
                        frame.truth().get(i).id(), frame.tracks().get(j).id());
                score[i][j] = iou[i][j] * alignment.getOrDefault(pair, 0.0);
            }
        }
        int[] partner = best(score);
        List<Match> matches = new ArrayList<>();
        for (int i = 0; i < partner.length; i++) {
            if (partner[i] >= 0) {
                Pair pair = new Pair(
                        frame.truth().get(i).id(),
                        frame.tracks().get(partner[i]).id());
                matches.add(new Match(pair, iou[i][partner[i]]));
            }
        }
        return matches;
    }

    private double hota(List<List<Match>> matches, double alpha) {
        Map<Pair, Integer> together = new HashMap<>();
        matches.forEach(frame -> frame.stream()
                .filter(match -> match.iou() >= alpha)
                .forEach(match -> together.merge(match.pair(), 1, Integer::sum)));
        int found = together.values().stream().mapToInt(Integer::intValue).sum();
        if (found == 0) {
            return 0;
        }
        double association = 0;
        for (Map.Entry<Pair, Integer> entry : together.entrySet()) {
            int both = entry.getValue();
            int either = truthCount.get(entry.getKey().truth())
                    + trackCount.get(entry.getKey().track())
                    - both;
            association += both * ((double) both / either);
        }
        double detection = (double) found / (total(truthCount) + total(trackCount) - found);
        return Math.sqrt(detection * association / found);
    }

    private static int total(Map<Long, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The share of boxes that are right when each object is given one track for all time. */
    double idf1() {
        List<Long> truths = List.copyOf(truthCount.keySet());
        List<Long> tracks = List.copyOf(trackCount.keySet());
        Map<Long, Integer> truthAt = positions(truths);
        Map<Long, Integer> trackAt = positions(tracks);
        double[][] together = new double[truths.size()][tracks.size()];
        for (Frame frame : frames) {
            double[][] iou = iou(frame);
            for (int i = 0; i < iou.length; i++) {
                for (int j = 0; j < iou[i].length; j++) {
                    if (iou[i][j] >= IDF1_IOU) {
                        together[truthAt.get(frame.truth().get(i).id())][
                                trackAt.get(frame.tracks().get(j).id())]++;
                    }
                }
            }
        }
        int[] partner = best(together);
        double right = 0;
        for (int i = 0; i < partner.length; i++) {
            right += partner[i] < 0 ? 0 : together[i][partner[i]];
        }
        return 2 * right / (total(truthCount) + total(trackCount));
    }

    private static Map<Long, Integer> positions(List<Long> ids) {
        Map<Long, Integer> at = new HashMap<>();
        ids.forEach(id -> at.put(id, at.size()));
        return at;
    }

    /** How often an object that has a track is found to have another. A pair that overlaps by half is kept. */
    public int switches() {
        Map<Long, Long> trackOf = new HashMap<>();
        int switches = 0;
        for (Frame frame : frames) {
            double[][] score = iou(frame);
            for (int i = 0; i < score.length; i++) {
                for (int j = 0; j < score[i].length; j++) {
                    boolean isKept = frame.tracks().get(j).id()
                            == trackOf.getOrDefault(frame.truth().get(i).id(), -1L);
                    score[i][j] = score[i][j] < IDF1_IOU ? 0 : score[i][j] + (isKept ? 1_000 : 0);
                }
            }
            int[] partner = best(score);
            for (int i = 0; i < partner.length; i++) {
                if (partner[i] >= 0) {
                    long track = frame.tracks().get(partner[i]).id();
                    Long before = trackOf.put(frame.truth().get(i).id(), track);
                    switches += before != null && before != track ? 1 : 0;
                }
            }
        }
        return switches;
    }

    /**
     * For each row the column that makes the sum of the scores the largest, -1 for none; pairs of score 0 are not made.
     * By augmenting along the path that gains most, found as Bellman and Ford do.
     */
    static int[] best(double[][] score) {
        int[] columnOf = new int[score.length];
        int columns = score.length == 0 ? 0 : score[0].length;
        int[] rowOf = new int[columns];
        Arrays.fill(columnOf, -1);
        Arrays.fill(rowOf, -1);
        while (augment(score, columnOf, rowOf)) {
            // each time one row more has a column
        }
        return columnOf;
    }

    private static boolean augment(double[][] score, int[] columnOf, int[] rowOf) {
        double[] gain = new double[rowOf.length];
        int[] from = new int[rowOf.length];
        Arrays.fill(gain, Double.NEGATIVE_INFINITY);
        List<Integer> rows = new ArrayList<>();
        double[] loss = new double[columnOf.length];
        for (int row = 0; row < columnOf.length; row++) {
            if (columnOf[row] < 0) {
                rows.add(row);
            }
        }
        while (!rows.isEmpty()) {
            List<Integer> next = new ArrayList<>();
            for (int row : rows) {
                for (int column = 0; column < rowOf.length; column++) {
                    double reached = loss[row] + score[row][column];
                    if (score[row][column] > 0 && columnOf[row] != column && reached > gain[column] + 1e-12) {
                        gain[column] = reached;
                        from[column] = row;
                        int owner = rowOf[column];
                        if (owner >= 0) {
                            loss[owner] = reached - score[owner][column];
                            next.add(owner);
                        }
                    }
                }
            }
            rows = next;
        }
        int end = -1;
        for (int column = 0; column < rowOf.length; column++) {
            if (rowOf[column] < 0 && gain[column] > 1e-12 && (end < 0 || gain[column] > gain[end])) {
                end = column;
            }
        }
        for (int column = end; column >= 0; ) {
            int row = from[column];
            int before = columnOf[row];
            columnOf[row] = column;
            rowOf[column] = row;
            column = before;
        }
        return end >= 0;
    }
}
