package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The best size at each of some budgets, and the power laws through those that are minima. */
final class BestSizes {
    /** What a true minimum is called. */
    static final String MINIMUM = "minimum";
    /** A minimum at the edge of what was trained may lie anywhere beyond it. */
    static final String EDGE = "edge: the best size has no trained neighbour on one side";

    static final String[] PARAMETERS = {"size_exponent", "images_exponent", "loss_exponent"};

    private BestSizes() {}

    /**
     * The best size at a budget; numbers in natural logarithms.
     *
     * @param network the best of the networks
     * @param verdict {@link #MINIMUM}, or why it is none
     */
    record Best(double logBudget, String network, double logSize, double logImages, double logLoss, String verdict) {
        boolean isMinimum() {
            return verdict.equals(MINIMUM);
        }
    }

    /** Returns the place of the lowest loss, -1 if there is no point. */
    static int lowest(LossCurves.Point... points) {
        return IntStream.range(0, points.length)
                .filter(i -> points[i] != null)
                .reduce((i, j) -> points[i].logLoss() <= points[j].logLoss() ? i : j)
                .orElse(-1);
    }

    /** Returns whether a place lacks a neighbour. */
    static boolean isEdge(int place, LossCurves.Point... points) {
        return place == 0 || place == points.length - 1 || points[place - 1] == null || points[place + 1] == null;
    }

    /** Returns the exponents in compute of the best size, of its images (over minima alone) and of the loss. */
    static double[] exponents(List<Best> all, List<Best> forLoss) {
        List<Best> minima = all.stream().filter(Best::isMinimum).toList();
        double[] budgets = minima.stream().mapToDouble(Best::logBudget).toArray();
        double[] sizes = minima.stream().mapToDouble(Best::logSize).toArray();
        boolean isOne = Arrays.stream(sizes).distinct().count() < 2;
        return new double[] {
            isOne ? Double.NaN : LossCurves.slope(budgets, sizes),
            isOne
                    ? Double.NaN
                    : LossCurves.slope(
                            budgets,
                            minima.stream().mapToDouble(Best::logImages).toArray()),
            LossCurves.slope(
                    forLoss.stream().mapToDouble(Best::logBudget).toArray(),
                    forLoss.stream().mapToDouble(Best::logLoss).toArray())
        };
    }

    /** Returns the columns compute, network, loss, size, images, verdict. */
    static Table table(List<Best> all) {
        return Table.create(
                "best sizes",
                DoubleColumn.create(
                        "compute",
                        all.stream().mapToDouble(b -> Math.exp(b.logBudget)).toArray()),
                StringColumn.create("network", all.stream().map(Best::network)),
                DoubleColumn.create(
                        "loss",
                        all.stream().mapToDouble(b -> Math.exp(b.logLoss)).toArray()),
                DoubleColumn.create(
                        "size",
                        all.stream().mapToDouble(b -> Math.exp(b.logSize)).toArray()),
                DoubleColumn.create(
                        "images",
                        all.stream().mapToDouble(b -> Math.exp(b.logImages)).toArray()),
                StringColumn.create("verdict", all.stream().map(Best::verdict)));
    }
}
