package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Uniform;
import org.junit.jupiter.api.Test;

class UniRepLkNetTest {
    @Test
    void theDeployedFormComputesTheSame() {
        List<List<Integer>> kernels = List.of(List.of(3, 17, 15), List.of(13, 11, 9, 7, 5));
        UniRepLkNet.Config config = new UniRepLkNet.Config(List.of(1, 1), List.of(8, 16), kernels, false);
        UniRepLkNet model = new UniRepLkNet(new ImageSpec(1, 28, 10), config, 0);
        try (NDManager manager = Torch.newManager()) {
            model.initialize(manager, 7);
            // Norms as they are after training, and branches that count.
            Map<String, Shape> shapes = model.storedShapes();
            model.namedParameters()
                    .forEach((name, p) -> Golden.set(p.getArray(), Uniform.weights(name, shapes.get(name))));
            UniRepLkNet deployed = model.deploy();
            NDArray x = Golden.fill(manager, new Shape(2, 1, 28, 28), 0);
            float[] expected = model.apply(x, Pass.evaluation()).toFloatArray();
            double largest = 0;
            for (float e : expected) {
                largest = Math.max(largest, Math.abs(e));
            }
            assertArrayEquals(expected, deployed.apply(x, Pass.evaluation()).toFloatArray(), (float) (1e-5 * largest));
            assertEquals(
                    0,
                    deployed.namedParameters().keySet().stream()
                            .filter(n -> n.contains("running_mean") || n.contains("dil_conv"))
                            .count());
            assertThrows(IllegalStateException.class, deployed::deploy);
        }
    }

    /** UniRepLKNet-T is published with 31 M parameters and 4.9 G multiply-adds. */
    @Test
    void publishedSizeOfTheDeployedForm() {
        UniRepLkNet.Config tiny = UniRepLkNet.Config.tiny();
        UniRepLkNet.Config config = new UniRepLkNet.Config(tiny.stemStrides(), tiny.dims(), tiny.kernels(), true);
        UniRepLkNet model = new UniRepLkNet(new ImageSpec(3, 224, 1000), config, 0);
        assertEquals(31e6, (double) model.parameterCount(), 0.5e6);
        try (NDManager manager = Torch.newManager()) {
            model.initializeBlank(manager);
            assertEquals(4.9e9, (double) model.macs(), 0.049e9);
        }
    }
}
