package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;

class FeatureDistanceTest {
    @Test
    void equalsTheMeanOverAllPairs() {
        int n = 2;
        int positions = 6;
        int channels = 5;
        try (NDManager manager = Torch.newManager()) {
            NDArray x = Golden.fill(manager, new Shape(n, 2, 3, channels), 0);
            float[] v = x.toFloatArray();
            double sum = 0;
            for (int image = 0; image < n; image++) {
                for (int i = 0; i < channels; i++) {
                    for (int j = 0; j < channels; j++) {
                        int start = image * positions * channels;
                        sum += (1 - cosine(v, start, positions, channels, i, j)) / 2;
                    }
                }
            }
            assertEquals(sum / (n * channels * channels), FeatureDistance.of(x), 1e-6);
        }
    }

    private static double cosine(float[] v, int start, int positions, int channels, int i, int j) {
        double ij = 0;
        double ii = 0;
        double jj = 0;
        for (int p = 0; p < positions; p++) {
            double a = v[start + p * channels + i];
            double b = v[start + p * channels + j];
            ij += a * b;
            ii += a * a;
            jj += b * b;
        }
        return ij / Math.sqrt(ii * jj);
    }

    @Test
    void equalChannelsHaveDistanceZero() {
        try (NDManager manager = Torch.newManager()) {
            NDArray one = Golden.fill(manager, new Shape(2, 3, 3, 1), 0);
            assertEquals(0, FeatureDistance.of(one.repeat(3, 16)), 1e-6);
        }
    }

    /** Only a channel's pair with itself counts: 0.5 (1 - 1 / C). */
    @Test
    void uncorrelatedChannelsAreNearAHalf() {
        int channels = 32;
        RandomGenerator random = Seeds.stream(0, "channels");
        float[] v = new float[2 * 4000 * channels];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) random.nextGaussian();
        }
        try (NDManager manager = Torch.newManager()) {
            NDArray x = manager.create(v, new Shape(2, 40, 100, channels));
            assertEquals(0.5 * (1 - 1.0 / channels), FeatureDistance.of(x), 1e-3);
        }
    }

    @Test
    void deadChannelCountsAsUncorrelated() {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = manager.create(new float[] {1, 0, 2, 0}, new Shape(1, 1, 2, 2));
            // pairs: (1,1) has cosine 1, the other three 0
            assertEquals(0.5 * 3 / 4, FeatureDistance.of(x), 1e-6);
        }
    }
}
