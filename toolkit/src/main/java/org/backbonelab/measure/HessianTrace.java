package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.backbonelab.tensor.Seeds;

/**
 * The trace of the Hessian by Hutchinson's estimator: the mean of z' H z over random signs z (Hutchinson 1990).
 *
 * @param trace the mean
 * @param error its standard error, from the scatter of the products
 */
record HessianTrace(double trace, double error) {
    /**
     * Estimates the trace.
     *
     * @param probes products with the Hessian, 2 or more
     * @throws IllegalArgumentException if there are fewer
     */
    static HessianTrace of(WeightSpace space, long seed, int probes) {
        if (probes < 2) {
            throw new IllegalArgumentException("probes is " + probes + ", expected 2 or more for a standard error");
        }
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < probes; i++) {
            List<NDArray> z = space.randomSigns(Seeds.derive(seed, "trace", i));
            List<NDArray> hz = space.hessianProduct(z);
            double value = WeightSpace.dot(z, hz);
            WeightSpace.release(hz);
            WeightSpace.release(z);
            sum += value;
            squares += value * value;
        }
        double mean = sum / probes;
        double variance = Math.max(0, squares / probes - mean * mean) * probes / (probes - 1);
        return new HessianTrace(mean, Math.sqrt(variance / probes));
    }
}
