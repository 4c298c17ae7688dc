package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.api.Test;

class RepVggTest {
    @Test
    void theDeployedFormComputesTheSame() {
        try (NDManager manager = Torch.newManager()) {
            RepVgg model = (RepVgg) Nets.create(manager, "repvgg_micro");
            // Norms as they are after training.
            model.namedParameters().forEach((name, p) -> {
                if (!name.contains("conv.weight") && !name.startsWith("head")) {
                    double offset = name.endsWith("running_var") || name.endsWith("weight") ? 1 : 0;
                    Golden.set(p.getArray(), Golden.fill(p.getArray().size(), name.length(), 0.3, offset));
                }
            });
            RepVgg deployed = model.deploy();
            NDArray x = Golden.fill(manager, new Shape(2, 1, 28, 28), 0);
            float[] expected = model.apply(x, Pass.evaluation()).toFloatArray();
            assertArrayEquals(expected, deployed.apply(x, Pass.evaluation()).toFloatArray(), 1e-4f);
            assertEquals(
                    1 + 4,
                    deployed.namedParameters().keySet().stream()
                            .filter(n -> n.endsWith("reparam_conv.weight"))
                            .count());
            assertThrows(IllegalStateException.class, deployed::deploy);
        }
    }

    /** RepVGG, table 2: 12.79 M of 14.09 M parameters remain. */
    @Test
    void publishedSizeOfTheDeployedForm() {
        RepVgg.Config config =
                new RepVgg.Config(64, java.util.List.of(64, 128, 256, 1280), java.util.List.of(2, 4, 14, 1), true);
        assertEquals(12.79e6, (double) new RepVgg(new ImageSpec(3, 224, 1000), config, 0).parameterCount(), 0.005e6);
    }
}
