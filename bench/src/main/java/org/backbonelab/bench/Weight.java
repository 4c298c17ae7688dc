package org.backbonelab.bench;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;

/**
 * A trained tensor of a network and its initial values: a constant plus normal noise.
 *
 * @param name timm's
 * @param shape of the tensor
 * @param constant mean of the initial values
 * @param deviation standard deviation of the initial values
 */
record Weight(String name, long[] shape, double constant, double deviation) {
    /** Number of values. */
    int size() {
        return Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    }

    /** Returns the initial values: the same in every process, so that the losses of the contenders can be compared. */
    float[] values() {
        RandomGenerator random = Seeds.stream(0, "bench " + name);
        float[] out = new float[size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (constant + (deviation == 0 ? 0 : deviation * random.nextGaussian()));
        }
        return out;
    }
}
