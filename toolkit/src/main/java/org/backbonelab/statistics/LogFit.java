package org.backbonelab.statistics;

import java.util.Arrays;

/**
 * The inner half of variable projection: with its exponents given, a scaling law f = sum of c_j times column_j is linear, and the c_j
 * not below 0 with the least misfit of ln f are found here.
 *
 * <p>The logarithm is taken by steps of Gauss and Newton's, a weight of Huber's by reweighting; each step is a non-negative least
 * squares problem. With three columns or fewer that one is solved exactly: its solution is the plain least squares solution on some
 * subset of the columns, and there are at most seven.
 *
 * @param coefficients the c_j
 * @param misfit the sum of the terms of {@link Misfit}
 * @param squares the sum of squared residuals in logarithms
 */
record LogFit(double[] coefficients, double misfit, double squares) {
    private static final int STEPS = 400;
    private static final double ENOUGH = 1e-13;

    /** Fits positive columns (columns[j][i] belongs to point i) to positive y. */
    static LogFit of(double[][] columns, double[] y, Misfit misfit) {
        double[] f = y.clone();
        double[] residuals = new double[y.length];
        LogFit best = null;
        for (int step = 0; step < STEPS; step++) {
            LogFit next = step(columns, y, f, residuals, misfit);
            boolean done = best != null && next.misfit > best.misfit * (1 - ENOUGH);
            best = best == null || next.misfit < best.misfit ? next : best;
            if (done) {
                break;
            }
        }
        return best;
    }

    /** Linearises ln f at the present f, solves, and leaves the new f and its residuals behind. */
    private static LogFit step(double[][] columns, double[] y, double[] f, double[] residuals, Misfit misfit) {
        int k = columns.length;
        double[][] gram = new double[k][k];
        double[] right = new double[k];
        for (int i = 0; i < y.length; i++) {
            double w = misfit.weight(residuals[i]);
            double target = 1 - residuals[i];
            for (int a = 0; a < k; a++) {
                double z = columns[a][i] / f[i];
                right[a] += w * z * target;
                for (int b = 0; b <= a; b++) {
                    gram[a][b] += w * z * columns[b][i] / f[i];
                }
            }
        }
        double[] c = nonNegative(gram, right);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < y.length; i++) {
            f[i] = 0;
            for (int a = 0; a < k; a++) {
                f[i] += c[a] * columns[a][i];
            }
            residuals[i] = Math.log(f[i] / y[i]);
            sum += misfit.term(residuals[i]);
            squares += residuals[i] * residuals[i];
        }
        return new LogFit(c, sum, squares);
    }

    /** Minimises c'Gc / 2 - r'c over c not below 0; only the lower triangle of G is read. */
    private static double[] nonNegative(double[][] gram, double[] right) {
        int k = right.length;
        double[] best = new double[k];
        double least = Double.POSITIVE_INFINITY;
        // All columns first: if their solution is feasible, it is the best.
        for (int subset = (1 << k) - 1; subset > 0; subset--) {
            double[] c = solve(gram, right, subset);
            if (Arrays.stream(c).allMatch(v -> v >= 0)) {
                // At a subset's own solution the quadratic is -r'c / 2.
                double value = 0;
                for (int a = 0; a < k; a++) {
                    value -= right[a] * c[a] / 2;
                }
                if (value < least) {
                    least = value;
                    best = c;
                }
                if (subset == (1 << k) - 1) {
                    break;
                }
            }
        }
        return best;
    }

    /** Solves a subset's normal equations by Cholesky's factors, without objects: a bootstrap solves millions. Returns -1 in all places where its columns are one and the same. */
    private static double[] solve(double[][] gram, double[] right, int subset) {
        int[] in = new int[Integer.bitCount(subset)];
        for (int a = 0, n = 0; a < right.length; a++) {
            if ((subset >> a & 1) == 1) {
                in[n++] = a;
            }
        }
        double[][] l = new double[in.length][in.length];
        double[] z = new double[in.length];
        for (int i = 0; i < in.length; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = gram[in[i]][in[j]];
                for (int m = 0; m < j; m++) {
                    sum -= l[i][m] * l[j][m];
                }
                if (i == j && !(sum > 1e-13 * gram[in[i]][in[i]])) {
                    double[] none = new double[right.length];
                    Arrays.fill(none, -1);
                    return none;
                }
                l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
            }
            z[i] = right[in[i]];
            for (int m = 0; m < i; m++) {
                z[i] -= l[i][m] * z[m];
            }
            z[i] /= l[i][i];
        }
        double[] c = new double[right.length];
        for (int i = in.length - 1; i >= 0; i--) {
            double sum = z[i];
            for (int m = i + 1; m < in.length; m++) {
                sum -= l[m][i] * c[in[m]];
            }
            c[in[i]] = sum / l[i][i];
        }
        return c;
    }

    /**
     * Returns Akaike's criterion with its correction for few points (Hurvich and Tsai, Biometrika 76, 1989), of normal scatter in
     * logarithms; infinite where there are too few points for the form.
     *
     * @param squares the sum of squared residuals in logarithms
     * @param points how many
     * @param parameters of the law; the scatter counts as one more
     */
    static double aicc(double squares, int points, int parameters) {
        int k = parameters + 1;
        return points <= k + 1
                ? Double.POSITIVE_INFINITY
                : points * Math.log(squares / points) + 2 * k + 2.0 * k * (k + 1) / (points - k - 1);
    }
}
