package io.ringsight.core.analyse.track;

import java.util.Arrays;

/**
 * Pairs rows with columns so that the sum of the pairs' weights is the largest there is; each row and column is in one
 * pair at most, and only pairs that were {@link #allow allowed} are made.
 *
 * <p>Exact: H. W. Kuhn, "The Hungarian Method for the Assignment Problem", 1955, by shortest augmenting paths as in
 * R. Jonker and A. Volgenant, "A Shortest Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems",
 * 1987. Rows and columns that have only each other to choose are paired first; of the others n and m, n the fewer, it
 * takes n&sup2; m steps at most. Made once and used again; one thread; allocates nothing.
 */
public final class Assignment {
    private static final int NONE = -1;

    private final int maxColumns;
    private final float[] weights;
    private final int[] rowDegree;
    private final int[] columnDegree;
    private final int[] lastColumn;
    private final int[] columnOf;
    /** Those that are left for the general method. */
    private final int[] restRows;

    private final int[] restColumns;
    // The general method's own, counted from 1; 0 stands for none.
    private final double[] rowPotential;
    private final double[] columnPotential;
    private final double[] distance;
    private final int[] rowAt;
    private final int[] before;
    private final boolean[] reached;

    private int rows;
    private int columns;

    /** For as many rows and columns as a {@link Tracker} has. */
    public Assignment() {
        this(Tracker.MAX_TRACKS, Tracker.MAX_OBJECTS);
    }

    Assignment(int maxRows, int maxColumns) {
        this.maxColumns = maxColumns;
        int most = Math.max(maxRows, maxColumns);
        weights = new float[maxRows * maxColumns];
        rowDegree = new int[maxRows];
        columnDegree = new int[maxColumns];
        lastColumn = new int[maxRows];
        columnOf = new int[maxRows];
        restRows = new int[most];
        restColumns = new int[most];
        rowPotential = new double[most + 1];
        columnPotential = new double[most + 1];
        distance = new double[most + 1];
        rowAt = new int[most + 1];
        before = new int[most + 1];
        reached = new boolean[most + 1];
    }

    /** Begins with {@code rows} and {@code columns} of which no pair is allowed. */
    void begin(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        for (int row = 0; row < rows; row++) {
            Arrays.fill(weights, row * maxColumns, row * maxColumns + columns, 0);
        }
        Arrays.fill(rowDegree, 0, rows, 0);
        Arrays.fill(columnDegree, 0, columns, 0);
        Arrays.fill(columnOf, 0, rows, NONE);
    }

    /** Allows a pair, once, of a weight above 0. */
    void allow(int row, int column, float weight) {
        weights[row * maxColumns + column] = weight;
        rowDegree[row]++;
        columnDegree[column]++;
        lastColumn[row] = column;
    }

    /** Makes the pairs. */
    void solve() {
        int restOfRows = 0;
        for (int row = 0; row < rows; row++) {
            if (rowDegree[row] == 1 && columnDegree[lastColumn[row]] == 1) {
                columnOf[row] = lastColumn[row];
                columnDegree[lastColumn[row]] = 0;
            } else if (rowDegree[row] > 0) {
                restRows[restOfRows++] = row;
            }
        }
        int restOfColumns = 0;
        for (int column = 0; column < columns; column++) {
            if (columnDegree[column] > 0) {
                restColumns[restOfColumns++] = column;
            }
        }
        if (restOfRows <= restOfColumns) {
            pair(restRows, restOfRows, restColumns, restOfColumns, false);
        } else {
            pair(restColumns, restOfColumns, restRows, restOfRows, true);
        }
    }

    /** Pairs each of the {@code few} with one of the {@code many}; pairs that are not allowed weigh nothing. */
    private void pair(int[] few, int fewCount, int[] many, int manyCount, boolean fewAreColumns) {
        Arrays.fill(rowPotential, 0, fewCount + 1, 0);
        Arrays.fill(columnPotential, 0, manyCount + 1, 0);
        Arrays.fill(rowAt, 0, manyCount + 1, 0);
        for (int i = 1; i <= fewCount; i++) {
            augment(i, few, many, manyCount, fewAreColumns);
        }
        for (int j = 1; j <= manyCount; j++) {
            if (rowAt[j] > 0) {
                int row = fewAreColumns ? many[j - 1] : few[rowAt[j] - 1];
                int column = fewAreColumns ? few[rowAt[j] - 1] : many[j - 1];
                columnOf[row] = weights[row * maxColumns + column] > 0 ? column : NONE;
            }
        }
    }

    /** Gives {@code i} of the few a partner along the shortest path on which others change theirs. */
    private void augment(int i, int[] few, int[] many, int manyCount, boolean fewAreColumns) {
        Arrays.fill(distance, 0, manyCount + 1, Double.POSITIVE_INFINITY);
        Arrays.fill(reached, 0, manyCount + 1, false);
        rowAt[0] = i;
        int at = 0;
        do {
            reached[at] = true;
            int mine = few[rowAt[at] - 1];
            int nearest = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int j = 1; j <= manyCount; j++) {
                if (!reached[j]) {
                    int other = many[j - 1];
                    float weight = weights[fewAreColumns ? other * maxColumns + mine : mine * maxColumns + other];
                    double reduced = -weight - rowPotential[rowAt[at]] - columnPotential[j];
                    if (reduced < distance[j]) {
                        distance[j] = reduced;
                        before[j] = at;
                    }
                    if (distance[j] < least) {
                        least = distance[j];
                        nearest = j;
                    }
                }
            }
            shift(least, manyCount);
            at = nearest;
        } while (rowAt[at] != 0);
        for (int j = at; j != 0; j = before[j]) {
            rowAt[j] = rowAt[before[j]];
        }
    }

    private void shift(double by, int manyCount) {
        for (int j = 0; j <= manyCount; j++) {
            if (reached[j]) {
                rowPotential[rowAt[j]] += by;
                columnPotential[j] -= by;
            } else {
                distance[j] -= by;
            }
        }
    }

    /** The column that is paired with {@code row}; negative if none is. */
    int columnOf(int row) {
        return columnOf[row];
    }
}
