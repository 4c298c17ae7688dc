package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.model.Backbone;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.recipe.Ema;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Supervised;
import org.backbonelab.train.objective.Weights;
import org.junit.jupiter.api.Test;

/** Weights that train in one place and are evaluated in another. */
class ScheduleFreeTest {
    private static final Recipe RECIPE = Recipe.supervised()
            .withBatchSize(20)
            .withAugmentation(Augmentation.NONE)
            .withOptimizer("schedulefree_adamw")
            .withEpochs(3);

    private static Split split() {
        Images images = Images.synthetic(120, 1, 28, 10, 3);
        return Split.of(Datasets.of("schedule-free", images, images), 50, 20, 40, 0);
    }

    private static float[] values(Objective objective) {
        Map<String, float[]> values = new LinkedHashMap<>();
        objective.state().forEach((name, p) -> values.put(name, p.getArray().toFloatArray()));
        return Nets.concat(values);
    }

    @Test
    void evaluationsAreOfWhatRemainsAndChangeNothing() {
        Split split = split();
        try (NDManager manager = Torch.newManager()) {
            Supervised plain = new Supervised(Nets.create(manager, "resnet_micro"), 0);
            TrainLoop.run(plain, split, RECIPE, 1);
            Backbone model = Nets.create(manager, "resnet_micro");
            Supervised evaluated = new Supervised(model, 0);
            TrainLoop.Outcome outcome = TrainLoop.run(evaluated, split, RECIPE.withEvaluateEvery(1), 1);
            assertArrayEquals(values(plain), values(evaluated), "evaluations moved the training");
            assertEquals(
                    Evaluation.of(model, split.source(), split.validation()),
                    outcome.evaluations().get(2));
        }
    }

    @Test
    void trainingGoesOnWhereItWas() {
        try (NDManager manager = Torch.newManager()) {
            Supervised objective = new Supervised(Nets.create(manager, "resnet_micro"), 0);
            Weights weights = Weights.of(objective);
            BaseOptimizer optimizer = ParameterGroups.optimizer(objective, weights, RECIPE);
            AtomicInteger refreshed = new AtomicInteger();
            KeptWeights kept =
                    new KeptWeights(objective, weights, optimizer, RECIPE.evaluation(), refreshed::incrementAndGet);
            List<NDArray> gradients = weights.arrays().stream()
                    .map(w -> Golden.fill(manager, w.getShape(), 1))
                    .toList();
            for (int step = 0; step < 3; step++) {
                Torch.withoutGradients(() -> {
                    optimizer.step(weights.names(), weights.arrays(), gradients);
                    return null;
                });
            }
            float[] training = values(objective);
            kept.atTheEnd(() -> {
                assertFalse(Arrays.equals(training, values(objective)));
                kept.keepAsBest();
            });
            assertArrayEquals(training, values(objective));
            kept.end();
            Map<String, NDArray> best = kept.best().arrays();
            kept.live()
                    .forEach((name, array) ->
                            assertArrayEquals(best.get(name).toFloatArray(), array.toFloatArray(), name));
            assertEquals(2, refreshed.get(), "running statistics are of other weights");
        }
    }

    @Test
    void twoAveragesAreRefused() {
        try (NDManager manager = Torch.newManager()) {
            Supervised objective = new Supervised(Nets.create(manager, "resnet_micro"), 0);
            Recipe both = RECIPE.withEma(Ema.of(0.9));
            String message = assertThrows(
                            IllegalArgumentException.class, () -> TrainLoop.run(objective, split(), both, 1))
                    .getMessage();
            assertTrue(message.contains("schedulefree_adamw averages the weights itself"), message);
        }
    }
}
