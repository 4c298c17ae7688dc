package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.Table;

/**
 * Loss as a surface over size and data: L = E + A / N^alpha + B / D^beta (Hoffmann et al., arXiv 2203.15556, equation 2), with E, A
 * and B not below 0.
 *
 * <p>Fitted by variable projection: only the two exponents are searched, E, A and B follow from them ({@link LogFit}). Searching all
 * five at once is ill-conditioned, and ends where it started.
 *
 * @param floor E, in nats
 * @param a A, in nats times a size to the power of alpha
 * @param alpha exponent of the size, between 0.01 and 4: the ends of the search; NaN where A is 0
 * @param b B, in nats times a number of images to the power of beta
 * @param beta exponent of the data, between 0.01 and 4; NaN where B is 0
 * @param logRmse root of the mean squared residual in natural logarithms
 * @param points how many runs were fitted, means over seeds
 * @param misfit what was minimised
 */
public record ScalingSurface(
        double floor, double a, double alpha, double b, double beta, double logRmse, int points, Misfit misfit) {
    private static final double LOW = Math.log(0.01);
    private static final double HIGH = Math.log(4);
    private static final int GRID = 20;
    private static final int STARTS = 8;
    private static final int PARAMETERS = 5;
    private static final int FEWEST = 6;

    /**
     * The best division of a compute.
     *
     * @param size N
     * @param images D
     * @param loss the surface there, in nats
     */
    public record Optimum(double size, double images, double loss) {}

    /** Fits the mean losses of runs whose sizes and images are known. */
    public static ScalingSurface fit(ScalingRuns runs, Misfit misfit) {
        runs.requireSizes("a surface");
        return fit(runs.size, runs.images, runs.y, misfit);
    }

    /**
     * Fits points.
     *
     * @param size N of each, in any unit
     * @param images D of each, in any unit
     * @param loss of each
     * @throws IllegalArgumentException for fewer than 6 points, or fewer than 2 sizes or numbers of images, or numbers that are not
     *     positive
     */
    public static ScalingSurface fit(double[] size, double[] images, double[] loss, Misfit misfit) {
        require(size, images, loss);
        return new Data(size, images, loss, misfit).fit(List.of());
    }

    /** Fits by a search from here alone: much quicker than from a grid, and safe for runs that differ little. */
    ScalingSurface again(ScalingRuns runs) {
        // An exponent that was not identified may be any; 1 is one.
        double[] here = {Double.isNaN(alpha) ? 0 : Math.log(alpha), Double.isNaN(beta) ? 0 : Math.log(beta)};
        return new Data(runs.size, runs.images, runs.y, misfit).fit(List.of(here));
    }

    /** The points in logarithms around their middle. */
    private static final class Data {
        private final double[] n;
        private final double[] d;
        private final double nMiddle;
        private final double dMiddle;
        private final double[] loss;
        private final Misfit misfit;

        Data(double[] size, double[] images, double[] loss, Misfit misfit) {
            nMiddle = Arrays.stream(size).map(Math::log).average().orElseThrow();
            dMiddle = Arrays.stream(images).map(Math::log).average().orElseThrow();
            n = Arrays.stream(size).map(v -> Math.log(v) - nMiddle).toArray();
            d = Arrays.stream(images).map(v -> Math.log(v) - dMiddle).toArray();
            this.loss = loss;
            this.misfit = misfit;
        }

        ScalingSurface fit(List<double[]> starts) {
            ExponentSearch search = new ExponentSearch(this::at, 2, LOW, HIGH);
            ExponentSearch.Found found = starts.isEmpty()
                    ? search.fromGrid(GRID, STARTS, ExponentSearch.FINE)
                    : search.from(starts, 0.2, ExponentSearch.COARSE);
            double alpha = Math.exp(found.at()[0]);
            double beta = Math.exp(found.at()[1]);
            double[] c = found.fit().coefficients();
            return new ScalingSurface(
                    c[0],
                    c[1] * Math.exp(alpha * nMiddle),
                    c[1] > 0 ? alpha : Double.NaN,
                    c[2] * Math.exp(beta * dMiddle),
                    c[2] > 0 ? beta : Double.NaN,
                    Math.sqrt(found.fit().squares() / loss.length),
                    loss.length,
                    misfit);
        }

        private LogFit at(double... logExponents) {
            double alpha = Math.exp(logExponents[0]);
            double beta = Math.exp(logExponents[1]);
            double[][] columns = new double[3][loss.length];
            for (int i = 0; i < loss.length; i++) {
                columns[0][i] = 1;
                columns[1][i] = Math.exp(-alpha * n[i]);
                columns[2][i] = Math.exp(-beta * d[i]);
            }
            return LogFit.of(columns, loss, misfit);
        }
    }

    private static void require(double[] size, double[] images, double... loss) {
        if (size.length != images.length || size.length != loss.length || size.length < FEWEST) {
            throw new IllegalArgumentException(
                    "a surface of 5 parameters needs " + FEWEST + " or more runs with size, images and" + " loss, got "
                            + size.length + ", " + images.length + " and " + loss.length);
        }
        if (Arrays.stream(size).distinct().count() < 2
                || Arrays.stream(images).distinct().count() < 2) {
            throw new IllegalArgumentException("a surface needs 2 or more sizes and numbers of images, got sizes "
                    + Arrays.toString(size) + " and images " + Arrays.toString(images));
        }
        for (int i = 0; i < size.length; i++) {
            for (double value : new double[] {size[i], images[i], loss[i]}) {
                if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("run " + i + " has size " + size[i] + ", images " + images[i]
                            + ", loss " + loss[i] + ": expected positive finite numbers; leave diverged runs out");
                }
            }
        }
    }

    /** Returns the loss that the surface gives for a size and a number of images, in nats. */
    public double at(double size, double images) {
        return floor + (a > 0 ? a * Math.pow(size, -alpha) : 0) + (b > 0 ? b * Math.pow(images, -beta) : 0);
    }

    /** Returns the exponent of the best size in compute: beta / (alpha + beta). */
    public double sizeExponent() {
        return beta / (alpha + beta);
    }

    /** Returns the exponent of the best number of images in compute: alpha / (alpha + beta). */
    public double imagesExponent() {
        return alpha / (alpha + beta);
    }

    /** Returns the exponent with which the best loss falls to its floor with compute: -alpha beta / (alpha + beta). */
    public double lossExponent() {
        return -alpha * beta / (alpha + beta);
    }

    /**
     * Returns the best division of a compute C = k N D.
     *
     * @param compute C
     * @param k compute of one image and one unit of size, such as 6 where size is multiply-adds of a forward pass
     */
    public Optimum optimum(double compute, double k) {
        double sum = alpha + beta;
        double g = Math.pow(alpha * a / (beta * b), 1 / sum);
        double size = g * Math.pow(compute / k, beta / sum);
        double images = compute / k / size;
        return new Optimum(size, images, at(size, images));
    }

    /**
     * Returns 95 % intervals of all parameters from draws of the runs around this surface.
     *
     * <p>What they hold, of 300 simulated sets of 6 or 3 networks at 6 budgets with one or two seeds (scatter 0.6 %, floor half of the
     * loss): the law's exponent of the size, in 94 to 98 of 100.
     *
     * @param runs those it was fitted to
     * @param draws at least 100; 2000 or more for a report
     * @return {@code parameter} (floor, alpha, beta, size_exponent, images_exponent, loss_exponent), {@code estimate}, {@code lo},
     *     {@code hi}; the table's name is the recipe
     */
    public Table bootstrap(ScalingRuns runs, int draws, long seed) {
        double[] expected = new double[runs.settings()];
        Arrays.setAll(expected, i -> Math.log(at(runs.size[i], runs.images[i])));
        String[] names = {"floor", "alpha", "beta", "size_exponent", "images_exponent", "loss_exponent"};
        return RunBootstrap.around(runs, expected, PARAMETERS)
                .table(names, drawn -> again(drawn).parameters(), draws, seed);
    }

    private double[] parameters() {
        return new double[] {floor, alpha, beta, sizeExponent(), imagesExponent(), lossExponent()};
    }

    /** Returns Akaike's criterion with the correction for few points; see {@link Law#aicc()}. */
    public double aicc() {
        return LogFit.aicc(logRmse * logRmse * points, points, PARAMETERS);
    }

    /** Says how it was fitted. */
    public String recipe() {
        return String.format(
                Locale.ROOT,
                "L = E + A / N^alpha + B / D^beta on %d settings: %s; E, A, B by non-negative least squares for each pair of"
                        + " exponents; both on %d log-spaced values of [%.2f, %.2f], then Nelder-Mead from the best %d pairs",
                points,
                misfit,
                GRID,
                Math.exp(LOW),
                Math.exp(HIGH),
                STARTS);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "L = %.3f + %.4g / N^%.3f + %.4g / D^%.3f (log-RMSE %.4f, %d settings); best N ~ C^%.3f",
                floor,
                a,
                alpha,
                b,
                beta,
                logRmse,
                points,
                sizeExponent());
    }
}
