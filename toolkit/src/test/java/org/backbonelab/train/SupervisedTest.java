package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDManager;
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
}
