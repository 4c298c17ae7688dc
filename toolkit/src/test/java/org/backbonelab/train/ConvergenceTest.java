package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every optimizer of the list, at its default learning rate and decay, on real images.
 *
 * <p>A small ResNet sees 500 images of Fashion-MNIST six times, in batches of 20. The loss is the mean of the last
 * epoch; chance is ln 10 = 2.303.
 */
class ConvergenceTest {
    /** Above what seeds 0 and 1 gave at most, by a tenth of the way from there to chance. */
    private static final Map<String, Double> BOUNDS = new HashMap<>();

    static {
        BOUNDS.put("sgd", 0.946);
        BOUNDS.put("sgdp", 0.996);
        BOUNDS.put("lion", 2.196);
        BOUNDS.put("adam", 1.786);
        BOUNDS.put("adamax", 1.810);
        BOUNDS.put("nadam", 1.754);
        BOUNDS.put("adamw", 1.786);
        BOUNDS.put("lamb", 1.919);
        BOUNDS.put("radam", 2.218);
        BOUNDS.put("adamp", 1.510);
        BOUNDS.put("adan", 1.493);
        BOUNDS.put("lars", 1.766);
        BOUNDS.put("adafactor", 1.818);
        BOUNDS.put("adabound", 1.775);
        BOUNDS.put("adabelief", 1.543);
        BOUNDS.put("novograd", 1.507);
        BOUNDS.put("sophia", 2.174);
        BOUNDS.put("adagrad", 2.234);
        BOUNDS.put("adadelta", 1.065);
        BOUNDS.put("rmsprop", 1.490);
        BOUNDS.put("sgd_nesterov", 0.875);
        BOUNDS.put("adamw_mae", 2.201);
        BOUNDS.put("lamb_bocb", 1.920);
        BOUNDS.put("radam_bocb", 2.218);
        BOUNDS.put("lars_bocb", 1.000);
        BOUNDS.put("adafactor_bocb", 1.768);
        BOUNDS.put("adabelief_bocb", 1.986);
        BOUNDS.put("sophia_bocb", 2.174);
        BOUNDS.put("prodigy", 1.059);
        BOUNDS.put("muon", 1.719);
        BOUNDS.put("soap", 1.106);
        BOUNDS.put("schedulefree_adamw", 1.278);
    }

    @ParameterizedTest
    @MethodSource("org.backbonelab.optim.Optimizers#names")
    void lossFallsBelowTheBoundOfTheOptimizer(String name) {
        double loss = lossAfterSixEpochs(name, 0);
        assertTrue(loss < BOUNDS.get(name), "mean loss of the last epoch: " + loss);
    }

    @Test
    void everyOptimizerHasABound() {
        assertEquals(Optimizers.names(), BOUNDS.keySet());
    }

    private static double lossAfterSixEpochs(String optimizer, long seed) {
        Split split = Split.of(Datasets.get("fashion-mnist"), 500, 100, 100, 0);
        Recipe recipe = Recipe.supervised()
                .withBatchSize(20)
                .withAugmentation(Augmentation.NONE)
                .withOptimizer(optimizer)
                .withEpochs(6);
        try (NDManager manager = Torch.newManager()) {
            TrainLoop.Outcome outcome =
                    TrainLoop.run(new Supervised(Nets.create(manager, "resnet_micro"), 0), split, recipe, seed);
            assertFalse(outcome.diverged(), "diverged");
            return outcome.trainLoss().get(5);
        }
    }
}
