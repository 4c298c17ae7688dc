package org.backbonelab.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.backbonelab.data.Batch;
import org.backbonelab.study.Measure;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Supervised;

/**
 * The density of the eigenvalues of the Hessian of the training loss, its trace and its outer eigenvalues, by stochastic
 * Lanczos quadrature (PyHessian, arXiv 1912.07145, section 3; Ghorbani, Krishnan and Xiao, arXiv 1901.10159).
 *
 * <p>The density of one network is an estimate from few random directions: the share of eigenvalues in an outlying peak
 * has a relative error near the root of 2 / 3 with three of them; where the peaks are is much more certain.
 *
 * @param nodes places of eigenvalues, ascending within each start
 * @param weights shares of the nodes; their sum is 1
 * @param top the five largest eigenvalues in descending order, or all that were found: for each the largest node of any
 *     start, since nodes are never beyond the eigenvalue of their rank; two equal eigenvalues count as one
 * @param lowest eigenvalue
 */
public record SpectralDensity(List<Double> nodes, List<Double> weights, List<Double> top, double lowest) {
    private static final int IMAGES = 200;
    private static final int STARTS = 3;
    private static final int STEPS = 40;
    private static final int PROBES = 30;
    private static final int TOP = 5;
    /** PyHessian's: points of the curve, what it adds at both ends, and the kernel's variance at a range of up to 1. */
    private static final int POINTS = 10_000;

    private static final double MARGIN = 0.01;
    private static final double VARIANCE = 1e-5;

    /** Copies the lists. */
    public SpectralDensity {
        nodes = List.copyOf(nodes);
        weights = List.copyOf(weights);
        top = List.copyOf(top);
    }

    /**
     * Returns the measure {@code hessian_density}, on 200 training images without augmentation, in evaluation mode.
     *
     * <p>Metrics: {@code density_top} and {@code density_lowest}, the outer eigenvalues; {@code hessian_trace} and its
     * standard error {@code hessian_trace_error}. Series: {@code hessian_top_5}; {@code hessian_nodes} and
     * {@code hessian_weights}, of which {@link #curve} makes the density. 3 starts of 40 steps and 30 signs for the trace:
     * 150 products with the Hessian.
     */
    public static Measure measure() {
        return Measure.of("hessian_density", t -> {
            Batch batch = Hessian.batch(t.split(), IMAGES);
            try (WeightSpace space = new WeightSpace(new Supervised(t.model(), 0), batch)) {
                SpectralDensity found = of(space, STARTS, STEPS, t.seed());
                HessianTrace trace = HessianTrace.of(space, t.seed(), PROBES);
                return new Measure.Found(
                        Map.of(
                                "density_top", found.top.get(0),
                                "density_lowest", found.lowest,
                                "hessian_trace", trace.trace(),
                                "hessian_trace_error", trace.error()),
                        Map.of(
                                "hessian_top_5", found.top,
                                "hessian_nodes", found.nodes,
                                "hessian_weights", found.weights));
            }
        });
    }

    /**
     * Finds the density of the loss of one batch.
     *
     * @param starts random directions, 1 or more
     * @param steps of each, 1 or more: products with the Hessian
     * @param seed of the directions
     * @throws IllegalArgumentException if there is no start or no step
     */
    public static SpectralDensity of(Objective objective, Batch batch, int starts, int steps, long seed) {
        try (WeightSpace space = new WeightSpace(objective, batch)) {
            return of(space, starts, steps, seed);
        }
    }

    private static SpectralDensity of(WeightSpace space, int starts, int steps, long seed) {
        if (starts < 1) {
            throw new IllegalArgumentException("starts is " + starts + ", expected 1 or more");
        }
        return of(IntStream.range(0, starts)
                .mapToObj(i -> Lanczos.of(space, Seeds.derive(seed, "lanczos", i), steps))
                .toList());
    }

    /** Joins what the starts found, each with the same share. */
    static SpectralDensity of(List<Lanczos> starts) {
        List<Double> nodes = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        List<Double> top = new ArrayList<>();
        double lowest = Double.POSITIVE_INFINITY;
        for (Lanczos start : starts) {
            double[] found = start.nodes();
            for (int i = 0; i < found.length; i++) {
                nodes.add(found[i]);
                weights.add(start.weights()[i] / starts.size());
            }
            for (int rank = 0; rank < Math.min(TOP, found.length); rank++) {
                double node = found[found.length - 1 - rank];
                if (rank == top.size()) {
                    top.add(node);
                } else {
                    top.set(rank, Math.max(top.get(rank), node));
                }
            }
            lowest = Math.min(lowest, found[0]);
        }
        return new SpectralDensity(nodes, weights, top, lowest);
    }

    /**
     * A density as a curve.
     *
     * @param eigenvalues where it is known, ascending, equal distances
     * @param values the density there; the area is 1
     */
    public record Curve(double[] eigenvalues, double[] values) {}

    /**
     * Returns the density as PyHessian draws it: each node a Gaussian of variance 1e-5 max(1, range), 10,000 points from
     * 0.01 below the lowest node to 0.01 above the highest, the area scaled to 1.
     *
     * @param nodes of any number of starts, as the series {@code hessian_nodes}
     * @param weights one a node, as the series {@code hessian_weights}
     * @throws IllegalArgumentException if there is no node, one is not finite, or their numbers differ
     */
    public static Curve curve(List<Double> nodes, List<Double> weights) {
        if (nodes.isEmpty() || nodes.size() != weights.size()) {
            throw new IllegalArgumentException(nodes.size() + " nodes and " + weights.size()
                    + " weights, expected as many of both and at least one");
        }
        if (!nodes.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("a node is not finite: the training diverged, and has no density");
        }
        double from = nodes.stream().mapToDouble(x -> x).min().orElseThrow() - MARGIN;
        double to = nodes.stream().mapToDouble(x -> x).max().orElseThrow() + MARGIN;
        double[] grid = new double[POINTS];
        double gap = (to - from) / (POINTS - 1);
        Arrays.setAll(grid, i -> from + i * gap);
        double variance = VARIANCE * Math.max(1, to - from);
        double[] values = new double[POINTS];
        Arrays.setAll(values, i -> IntStream.range(0, nodes.size())
                .mapToDouble(k -> weights.get(k) * Math.exp(-Math.pow(grid[i] - nodes.get(k), 2) / (2 * variance)))
                .sum());
        double area = Arrays.stream(values).sum() * gap;
        Arrays.setAll(values, i -> values[i] / area);
        return new Curve(grid, values);
    }
}
