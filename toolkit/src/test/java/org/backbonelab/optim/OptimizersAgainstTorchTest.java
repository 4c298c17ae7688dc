package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fifty steps on tensors of rank 0, 1, 2 and 4, against torch.optim or the published formula in float64. */
class OptimizersAgainstTorchTest {
    private static final Golden GOLDEN = Golden.load("optimizers");
    private static final List<Shape> SHAPES =
            List.of(new Shape(), new Shape(5), new Shape(3, 4), new Shape(2, 3, 2, 2));

    /** The small gradient shows where epsilon stands, and which it is. */
    private static final double[] SCALES = {1, 1, 1e-4, 1};

    @ParameterizedTest(name = "{0} {2}")
    @CsvSource({
        "sgd, 0.1, 0", "sgd, 0.1, 0.05",
        "sgd_nesterov, 0.1, 0", "sgd_nesterov, 0.1, 0.05",
        "adamw, 0.01, 0", "adamw, 0.01, 0.1",
        "adamw_mae, 0.01, 0", "adamw_mae, 0.01, 0.1",
        "lamb, 0.01, 0", "lamb, 0.01, 0.1",
        "lion, 0.01, 0", "lion, 0.01, 0.1"
    })
    void followsTheReference(String name, double lr, double decay) {
        String key = decay > 0 ? name + "+decay" : name;
        BaseOptimizer optimizer = Optimizers.get(name).factory().build(lr, decay);
        try (NDManager manager = Torch.newManager()) {
            List<NDArray> weights = new ArrayList<>();
            for (int k = 0; k < SHAPES.size(); k++) {
                weights.add(Golden.fill(manager, SHAPES.get(k), k + 1));
            }
            for (int step = 1; step <= 50; step++) {
                optimizer.setLearningRate(step <= 25 ? lr : lr / 2);
                for (int k = 0; k < SHAPES.size(); k++) {
                    float[] values = Golden.fill(SHAPES.get(k).size(), 10 * step + k, SCALES[k], 0);
                    NDArray gradient = manager.create(values, SHAPES.get(k));
                    optimizer.update("w" + k, weights.get(k), gradient);
                }
                if (Set.of(1, 2, 10, 50).contains(step)) {
                    double[] expected = GOLDEN.values(key, String.valueOf(step));
                    Golden.assertClose(expected, Golden.concat(weights), key + ", step " + step);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0.5", "1000.0"})
    void globalNormClippingFollowsTorch(double maxNorm) {
        Golden golden = Golden.load("clipping");
        String key = String.valueOf(maxNorm);
        try (NDManager manager = Torch.newManager()) {
            List<NDArray> gradients = new ArrayList<>();
            for (int k = 0; k < SHAPES.size(); k++) {
                gradients.add(Golden.fill(manager, SHAPES.get(k), k));
            }
            double norm = Clipping.byGlobalNorm(manager, gradients, maxNorm);
            assertEquals(golden.values(key, "norm")[0], norm, 1e-5 * norm);
            Golden.assertClose(golden.values(key, "grad"), Golden.concat(gradients), "gradients");
        }
    }

    @Test
    void everyOptimizerOfTheListHasAReference() {
        Optimizers.names().forEach(n -> GOLDEN.values(n, "50"));
    }
}
