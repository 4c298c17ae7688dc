package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Recomputation;
import org.backbonelab.layer.Role;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Clipping;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.TimeTable.Part;

/**
 * One update in the making: what a {@link Step} works with.
 *
 * @param manager owns the inputs and gradients of this update
 * @param objective gives the loss
 * @param weights what the objective trains
 * @param batches the data, part by part through the network; gradients are averaged over the images of all
 * @param seed of random masks; both passes of SAM use the same
 * @param step number of this update in its run, from 0
 * @param optimizer changes the parameters
 * @param recipe says in which precision to compute, how to clip, and what to do where a number is not finite
 * @param times gets the time of each part
 */
public record Update(
        NDManager manager,
        Objective objective,
        Weights weights,
        List<Batch> batches,
        long seed,
        long step,
        BaseOptimizer optimizer,
        Recipe recipe,
        TimeTable times) {
    /** Builds the first update of a run whose times nobody asks for. */
    public Update(
            NDManager manager,
            Objective objective,
            Weights weights,
            List<Batch> batches,
            long seed,
            BaseOptimizer optimizer,
            Recipe recipe) {
        this(manager, objective, weights, batches, seed, 0, optimizer, recipe, new TimeTable());
    }

    /**
     * What a backward pass gave.
     *
     * @param loss mean over all images
     * @param gradients in the order of the weights; none where the update must be left out
     * @param isFinite whether the loss and all values of all gradients are
     */
    public record Backward(double loss, List<NDArray> gradients, boolean isFinite) {
        /** Tells whether there are gradients. */
        public boolean isUsable() {
            return !gradients.isEmpty();
        }

        /** Returns this second pass with the loss of the first. */
        Backward after(Backward first) {
            return new Backward(first.loss, gradients, isFinite && first.isFinite);
        }

        /** Gives the memory of the gradients back before the update ends. */
        public void release() {
            gradients.forEach(NDArray::close);
        }

        private Backward leftOut() {
            release();
            return new Backward(loss, List.of(), false);
        }
    }

    /** Returns the number of images. */
    int images() {
        return batches.stream().mapToInt(Batch::count).sum();
    }

    private Update with(List<Batch> newBatches, long newSeed) {
        return new Update(manager, objective, weights, newBatches, newSeed, step, optimizer, recipe, times);
    }

    private List<Update> parts() {
        List<Update> out = new ArrayList<>();
        for (int i = 0; i < batches.size(); i++) {
            out.add(with(List.of(batches.get(i)), batches.size() == 1 ? seed : Seeds.derive(seed, "part", i)));
        }
        return out;
    }

    /** Returns updates of so many images each, made of whole parts; the last may be smaller. */
    List<Update> chunks(int count) {
        List<List<Batch>> groups = new ArrayList<>();
        int in = count;
        for (Batch batch : batches) {
            if (in >= count) {
                groups.add(new ArrayList<>());
                in = 0;
            }
            groups.get(groups.size() - 1).add(batch);
            in += batch.count();
        }
        List<Update> out = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            out.add(with(groups.get(i), groups.size() == 1 ? seed : Seeds.derive(seed, "chunk", i)));
        }
        return out;
    }

    /** Returns the means over the images of all given updates. */
    Backward averaged(List<Update> updates, Function<Update, Backward> pass) {
        if (updates.size() == 1) {
            return pass.apply(updates.get(0));
        }
        double loss = 0;
        boolean finite = true;
        List<NDArray> sums = List.of();
        for (Update update : updates) {
            Backward found = pass.apply(update);
            if (!found.isUsable()) {
                sums.forEach(NDArray::close);
                return found;
            }
            double share = (double) update.images() / images();
            loss += share * found.loss;
            finite &= found.isFinite;
            if (sums.isEmpty()) {
                sums = found.gradients;
                Kernels.inPlace("scale", sums, share);
            } else {
                Kernels.inPlace("accumulate", sums, found.gradients, share);
                found.release();
            }
        }
        return new Backward(loss, sums, finite);
    }

    /**
     * Computes the loss and the gradients.
     *
     * @param again whether this is a second pass on the same batches, which leaves running statistics alone
     */
    public Backward backward(boolean again) {
        return checked(averaged(parts(), part -> part.differentiated(again)));
    }

    /** Makes a second pass where a step has moved the weights, and then puts back what they were. */
    Backward backwardAndRestore(List<NDArray> copies) {
        try {
            return backward(true);
        } finally {
            Kernels.inPlace("restore", weights.arrays(), copies);
            copies.forEach(NDArray::close);
        }
    }

    /** Looks at every value of the gradients; without those that the recipe says must not be used. */
    Backward checked(Backward found) {
        if (!found.isUsable()) {
            return found;
        }
        boolean finite = Double.isFinite(found.loss)
                && times.measure(Part.BACKWARD, () -> Gradients.areFinite(manager, found.gradients));
        if (finite || recipe.nonFinite() == NonFinite.PROPAGATE) {
            return new Backward(found.loss, found.gradients, finite && found.isFinite);
        }
        return found.leftOut();
    }

    private Backward differentiated(boolean again) {
        Pass pass = Pass.training(seed).withPrecision(recipe.precision());
        Batch batch = batches.get(0);
        return differentiated(
                again ? pass.withoutStatistics() : pass, p -> objective.loss(manager, batch, p), Part.FORWARD);
    }

    /** Gives the gradient of the loss with sampled labels; its masks are other ones, its statistics touch nothing. */
    private Backward sampled() {
        Pass pass = Pass.training(Seeds.derive(seed, "curvature"))
                .withPrecision(recipe.precision())
                .withoutStatistics();
        long labels = Seeds.derive(seed, "labels");
        return differentiated(pass, p -> objective.sampledLoss(manager, batches.get(0), p, labels), Part.BACKWARD);
    }

    private Backward differentiated(Pass pass, Function<Pass, NDArray> forward, Part part) {
        return Torch.withGradients(() -> {
            if (!recipe.gradientCheckpointing()) {
                return differentiated(() -> alone(() -> forward.apply(pass)), Kernels::grad, part);
            }
            Recomputation blocks = new Recomputation();
            // The backward pass computes from arrays of the forward pass: all stay until its end.
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Pass recomputing = pass.withRecomputation(blocks);
                Backward made = differentiated(() -> forward.apply(recomputing), blocks::grad, part);
                made.gradients.forEach(NDScope::unregister);
                return made;
            }
        });
    }

    private Backward differentiated(
            Supplier<NDArray> forward, BiFunction<NDArray, List<NDArray>, List<NDArray>> grad, Part part) {
        long start = System.nanoTime();
        NDArray loss = forward.get();
        double value = loss.getFloat();
        long middle = System.nanoTime();
        boolean usable = Double.isFinite(value) || recipe.nonFinite() == NonFinite.PROPAGATE;
        List<NDArray> gradients = usable ? grad.apply(loss, weights.arrays()) : List.of();
        loss.close();
        times.add(part, middle - start);
        times.add(Part.BACKWARD, System.nanoTime() - middle);
        return new Backward(value, gradients, Double.isFinite(value));
    }

    /** Gives up all arrays but the loss: what the backward pass needs, its graph holds, and frees on the way. */
    private static NDArray alone(Supplier<NDArray> forward) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray loss = forward.get();
            NDScope.unregister(loss);
            return loss;
        }
    }

    /**
     * Clips the gradients as the recipe says and hands them to the optimizer, with an estimate of the curvature where it
     * wants one.
     *
     * @return what was used; without gradients where nothing was changed
     */
    public Backward apply(Backward found) {
        if (!found.isUsable()) {
            return found;
        }
        boolean finite = found.isFinite;
        if (optimizer.wantsCurvature()) {
            Backward curvature = checked(averaged(parts(), Update::sampled));
            if (!curvature.isUsable()) {
                return found.leftOut();
            }
            finite &= curvature.isFinite;
            times.run(
                    Part.BACKWARD,
                    () -> optimizer.curvature(weights.names(), weights.arrays(), curvature.gradients, images()));
            curvature.release();
        }
        times.run(Part.UPDATE, () -> clipAndStep(found.gradients));
        return new Backward(found.loss, found.gradients, finite);
    }

    private void clipAndStep(List<NDArray> gradients) {
        if (recipe.agc() > 0) {
            adaptiveClip(gradients);
        }
        if (recipe.clipNorm() > 0) {
            Clipping.byGlobalNorm(manager, gradients, recipe.clipNorm());
        }
        optimizer.step(weights.names(), weights.arrays(), gradients);
    }

    private void adaptiveClip(List<NDArray> gradients) {
        List<NDArray> clippedWeights = new ArrayList<>();
        List<NDArray> clipped = new ArrayList<>();
        for (int i = 0; i < gradients.size(); i++) {
            // NFNets exempt the classifier's weight, and only it.
            if (weights.role(i) != Role.CLASSIFIER) {
                clippedWeights.add(weights.arrays().get(i));
                clipped.add(gradients.get(i));
            }
        }
        Clipping.adaptive(clippedWeights, clipped, recipe.agc());
    }
}
