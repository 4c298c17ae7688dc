package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Loader;
import org.backbonelab.data.Split;
import org.backbonelab.layer.Pass;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Schedule;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.ScheduleSettings;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Weights;
import org.backbonelab.train.step.Backprop;
import org.backbonelab.train.step.Gradient;
import org.backbonelab.train.step.Parts;
import org.backbonelab.train.step.Step;
import org.backbonelab.train.step.Steps;
import org.backbonelab.train.step.TimeTable;
import org.backbonelab.train.step.TimeTable.Part;
import org.backbonelab.train.step.Update;
import org.backbonelab.train.step.UpdateContext;

/**
 * The training loop.
 *
 * <p>A run that continues a checkpoint gives the bits of one that was never broken, on the same machine with the same
 * number of threads: random streams are functions of seed and step, and everything else is in the checkpoint.
 */
public final class TrainLoop {
    /** Updates whose passes give new running statistics, as the authors of schedule-free training do it. */
    private static final long REFRESHING = 50;

    private final Objective objective;
    private final Split data;
    private final Recipe recipe;
    private final long seed;
    private final TrainOptions options;
    private final TimeTable times;
    private final Weights weights;
    private final KeptWeights kept;
    private final BaseOptimizer optimizer;
    private final Step step;
    private final Update use;
    private final Batches batches;
    private final Schedule.Run run;
    private LoopState state = LoopState.START;

    /**
     * What a training run gave.
     *
     * @param diverged whether the run stopped at a number that is not finite, as the recipe's policy says, or at a loss
     *     above the recipe's ceiling
     * @param trainLoss mean loss of each epoch, NaN in the one that diverged
     * @param images seen
     * @param nonFinite updates whose loss or gradient was NaN or infinite
     * @param evaluations on the validation images, where the recipe asks for them; the last one is of the end
     * @param best the weights of the best of these evaluations, null where there was none
     */
    public record Outcome(
            boolean diverged,
            List<Double> trainLoss,
            long images,
            long nonFinite,
            List<Evaluation> evaluations,
            WeightCopy best) {}

    private TrainLoop(Objective objective, Split data, Recipe recipe, long seed, TrainOptions options) {
        this.objective = objective;
        this.data = data;
        this.recipe = recipe;
        this.seed = seed;
        this.options = options;
        times = options.times();
        weights = Weights.of(objective);
        weights.scale(recipe.network().startScales());
        optimizer = ParameterGroups.optimizer(objective, weights, recipe);
        kept = new KeptWeights(objective, weights, optimizer, recipe.evaluation(), this::refreshStatistics);
        step = Steps.of(recipe);
        use = new Update(optimizer, recipe.optimization());
        Batches unbroken = new Batches(data, recipe.data().augmentation(), seed);
        int epoch = unbroken.perEpoch(recipe.data().batchSize());
        ScheduleSettings schedule = recipe.schedule();
        long total = Math.max(1, Math.round(schedule.epochs() * epoch));
        run = new Schedule.Run(Math.round(schedule.warmupEpochs() * epoch), total, epoch);
        batches = unbroken.interrupted(
                recipe.data().interruptions(), total, recipe.data().batchSize());
    }

    /**
     * Trains.
     *
     * @param objective the loss, with the parameters it trains
     * @param seed of order, augmentation and masks
     * @throws CancellationException if the thread is interrupted
     */
    public static Outcome run(Objective objective, Split data, Recipe recipe, long seed) {
        return run(objective, data, recipe, seed, TrainOptions.none());
    }

    /**
     * Trains, with checkpoints, listeners, or what else the options say.
     *
     * @throws CancellationException if the thread is interrupted or the options say stop; with checkpoints, the last of
     *     them is of this moment
     * @throws CheckpointException if the checkpoint to continue is of another network
     */
    public static Outcome run(Objective objective, Split data, Recipe recipe, long seed, TrainOptions options) {
        TrainLoop loop = new TrainLoop(objective, data, recipe, seed, options);
        try (Listeners listeners = new Listeners(options.listeners(), objective.model())) {
            if (options.from() != null) {
                loop.resume(options.from());
            }
            long left = loop.run.total() - loop.state.step();
            try (Loader loader =
                    new Loader(loop.batches, recipe.data().batchSize(), loop.state.step(), left, dataWorkers())) {
                return loop.train(loader, listeners);
            }
        }
    }

    private Outcome train(Loader loader, Listeners listeners) {
        boolean epochEnds = false;
        while (true) {
            if (state.evaluationIsDue(recipe.evaluation().every() * run.epoch(), run.total()) && evaluate()) {
                listeners.evaluated(state.evaluations().get(state.evaluations().size() - 1));
            }
            if (epochEnds) {
                listeners.epoch();
            }
            stopIfAsked();
            if (state.step() == run.total()) {
                return outcome(false);
            }
            Batch batch = next(loader);
            Gradient made = update(batch);
            listeners.batch(batch, made.loss(), state.step() % run.epoch(), run.epoch());
            state = state.updated(made, batch.count());
            options.watch().updated(state.step(), run.total(), run.epoch(), made.loss());
            if (recipe.evaluation().endsAt(made.loss(), made.isFinite())) {
                state = state.diverged();
                return outcome(true);
            }
            epochEnds = state.step() % run.epoch() == 0 || state.step() == run.total();
            if (epochEnds && endEpoch()) {
                return outcome(true);
            }
            if (options.checkpoints() != null && options.checkpoints().isDue()) {
                save(options.checkpoints()::save);
            }
        }
    }

    /** At least one thread prepares batches; more where libtorch was given more than two. */
    private static int dataWorkers() {
        return Math.max(1, Torch.threads() - 1);
    }

    private Batch next(Loader loader) {
        try {
            return times.measure(Part.DATA, loader::next);
        } catch (CancellationException e) {
            stopIfAsked();
            throw e;
        }
    }

    private Gradient update(Batch batch) {
        double rate = recipe.schedule().curve().at(recipe.optimization().lr(), state.step(), run);
        optimizer.setLearningRate(rate);
        kept.beforeUpdate();
        long stepSeed = Seeds.derive(seed, "step", state.step());
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            int chunk = recipe.optimization().sharpness().m();
            List<Batch> parts = Parts.of(batch, recipe.data().accumulate(), chunk);
            UpdateContext context = UpdateContext.of(manager, objective, weights, state.step(), rate, recipe, times);
            Backprop passes = new Backprop(context, parts, stepSeed);
            Gradient made = use.apply(passes, step.gradient(passes), times);
            times.run(Part.UPDATE, () -> kept.afterUpdate(made, state.step() + 1));
            return made;
        }
    }

    /** Returns whether the epoch had no update at all. */
    private boolean endEpoch() {
        long updates = (state.step() - 1) % run.epoch() + 1;
        boolean none = state.leftOut() == updates;
        state = state.epochEnded(updates);
        return none;
    }

    /** Evaluates what remains of the training if it ended here; returns false if it was asked to stop on the way. */
    private boolean evaluate() {
        try {
            kept.atTheEnd(() -> {
                state = state.evaluated(times.measure(
                        Part.EVALUATION,
                        () -> Evaluation.of(objective.model(), data.source(), data.validation(), this::isStopAsked)));
                if (state.lastIsBest()) {
                    kept.keepAsBest();
                }
            });
        } catch (CancellationException e) {
            return false;
        }
        return true;
    }

    /** Repeats the forward passes of the last updates, which leaves running statistics of the weights as they are now. */
    private void refreshStatistics() {
        long count = Math.min(REFRESHING, state.step());
        int batchSize = recipe.data().batchSize();
        // Prepared in this thread, so that nothing interrupts it between two kinds of weights.
        try (Loader loader = new Loader(batches, batchSize, state.step() - count, count, 0)) {
            for (long s = state.step() - count; s < state.step(); s++) {
                List<Batch> parts = Parts.of(
                        loader.next(),
                        recipe.data().accumulate(),
                        recipe.optimization().sharpness().m());
                Pass pass = Pass.training(Seeds.derive(seed, "step", s))
                        .withPrecision(recipe.network().precision());
                parts.forEach(part -> forward(part, pass));
            }
        }
    }

    private void forward(Batch batch, Pass pass) {
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Torch.withoutGradients(() -> objective.loss(manager, batch, pass));
        }
    }

    private Outcome outcome(boolean diverged) {
        kept.end();
        // The next phase of a cell has an optimizer of its own, and the arrays would stay as long as the network.
        optimizer.free();
        return new Outcome(
                diverged, state.trainLoss(), state.images(), state.nonFinite(), state.evaluations(), kept.best());
    }

    private boolean isStopAsked() {
        return Thread.currentThread().isInterrupted() || options.stop().getAsBoolean();
    }

    private void stopIfAsked() {
        if (!isStopAsked()) {
            return;
        }
        String message = "training was interrupted at step " + state.step() + " of " + run.total();
        if (options.checkpoints() != null) {
            save(options.checkpoints()::saveNow);
            message += "; started again, it continues there";
        }
        throw new CancellationException(message);
    }

    private void save(BiConsumer<ObjectNode, Map<String, NDArray>> write) {
        LoopArrays all = arrays();
        times.run(Part.CHECKPOINT, () -> write.accept(all.state(state, options.context()), all.tensors(kept.best())));
    }

    private void resume(CheckpointReader from) {
        state = arrays().restore(from);
        kept.restoreBest(state.best() >= 0 ? arrays().best(from) : null);
    }

    private LoopArrays arrays() {
        return new LoopArrays(kept.live(), weights, optimizer, step, kept.average(), times);
    }
}
