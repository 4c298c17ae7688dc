package org.backbonelab.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDManager;
import org.backbonelab.data.Batch;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.TinyNet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SupervisedTest {
    @ParameterizedTest
    @ValueSource(doubles = {0.0, 0.1})
    void crossEntropyAndItsGradientsFollowTorch(double smoothing) {
        Golden golden = Golden.load("training");
        String key = "cross_entropy " + smoothing;
        try (NDManager manager = Torch.newManager()) {
            TinyNet net = TinyNet.golden(manager);
            Nets.Gradients found = Nets.backward(new Supervised(net, smoothing), TinyNet.goldenBatch());
            assertEquals(golden.values(key, "loss")[0], found.loss(), 1e-6);
            Golden.assertClose(golden.values(key, "grad"), Nets.concat(found.values()), "gradients");
        }
    }

    /** Loss and gradients are linear in the target: a mixed batch is the mean of two batches of hard labels. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mixedTargetsWeighTheirLabels(boolean bce) {
        try (NDManager manager = Torch.newManager()) {
            Supervised objective = new Supervised(Nets.create(manager, "vit_micro"), 0.1, bce);
            Batch hard = Nets.batch(4);
            int[] others = {5, 6, 7, 8};
            Batch other = new Batch(hard.pixels(), others, 1, 28);
            float[] targets = new float[40];
            for (int i = 0; i < 4; i++) {
                targets[i * 10 + hard.labels()[i]] += 0.3f;
                targets[i * 10 + others[i]] += 0.7f;
            }
            Batch mixed = new Batch(hard.pixels(), hard.labels(), targets, 1, 28);
            double expected = 0.3 * Nets.backward(objective, hard).loss()
                    + 0.7 * Nets.backward(objective, other).loss();
            assertEquals(expected, Nets.backward(objective, mixed).loss(), 1e-5);
        }
    }
}
