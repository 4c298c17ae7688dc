package org.backbonelab.train;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Split;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;

/** The training loop. */
public final class TrainLoop {
    private TrainLoop() {}

    /**
     * What a training run gave.
     *
     * @param diverged whether the loss became NaN or infinite; the run stopped there
     * @param trainLoss mean loss of each epoch, NaN in the one that diverged
     * @param images seen
     */
    public record Outcome(boolean diverged, List<Double> trainLoss, long images) {}

    /**
     * Trains.
     *
     * @param objective the loss, with the parameters it trains
     * @param seed of order, augmentation and masks
     * @throws CancellationException if the thread is interrupted
     */
    public static Outcome run(Objective objective, Split data, Recipe recipe, long seed) {
        BaseOptimizer optimizer = optimizer(objective, recipe);
        Weights weights = Weights.of(objective);
        Step step = recipe.rho() > 0 ? new Sam(recipe.rho()) : Step.PLAIN;
        Batches batches = new Batches(data, recipe.augmentation(), seed);
        int perEpoch = batches.perEpoch(recipe.batchSize());
        long total = Math.max(1, Math.round(recipe.epochs() * perEpoch));
        long warmup = Math.round(recipe.warmupEpochs() * perEpoch);

        List<Double> curve = new ArrayList<>();
        long images = 0;
        double sum = 0;
        for (long i = 0; i < total; i++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("training was interrupted at step " + i + " of " + total);
            }
            int number = (int) (i % perEpoch);
            Batch batch = batches.train((int) (i / perEpoch), number, recipe.batchSize());
            optimizer.setLearningRate(recipe.schedule().at(recipe.lr(), i, warmup, total));
            double loss = update(step, objective, weights, batch, Seeds.derive(seed, "step", i), optimizer, recipe);
            images += batch.count();
            sum += loss;
            if (!Double.isFinite(loss)) {
                curve.add(Double.NaN);
                return new Outcome(true, curve, images);
            }
            if (number == perEpoch - 1 || i == total - 1) {
                curve.add(sum / (number + 1));
                sum = 0;
            }
        }
        return new Outcome(false, curve, images);
    }

    private static double update(
            Step step,
            Objective objective,
            Weights weights,
            Batch batch,
            long seed,
            BaseOptimizer optimizer,
            Recipe recipe) {
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            double loss = step.update(new Update(manager, objective, weights, List.of(batch), seed, optimizer, recipe));
            if (objective instanceof Masked masked) {
                masked.nextMasks();
            }
            return loss;
        }
    }

    private static BaseOptimizer optimizer(Objective objective, Recipe recipe) {
        Optimizers.Entry entry = Optimizers.get(recipe.optimizer());
        BaseOptimizer optimizer = entry.factory().build(recipe.lr(), recipe.weightDecay());
        if (!entry.decaysAll()) {
            objective.parameters().forEach((name, p) -> {
                boolean vector = p.getArray().getShape().dimension() < 2;
                if (vector || name.endsWith("_embed") || name.endsWith("_token")) {
                    optimizer.group(name, false, 1);
                }
            });
        }
        return optimizer;
    }
}
