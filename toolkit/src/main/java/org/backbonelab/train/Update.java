package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
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
 * @param batches the data; gradients are averaged over the images of all
 * @param seed of random masks; both passes of SAM use the same
 * @param optimizer changes the parameters
 * @param recipe says in which precision to compute and how to clip
 * @param times gets the time of each part
 */
public record Update(
        NDManager manager,
        Objective objective,
        Weights weights,
        List<Batch> batches,
        long seed,
        BaseOptimizer optimizer,
        Recipe recipe,
        TimeTable times) {
    /** Builds an update whose times nobody asks for. */
    public Update(
            NDManager manager,
            Objective objective,
            Weights weights,
            List<Batch> batches,
            long seed,
            BaseOptimizer optimizer,
            Recipe recipe) {
        this(manager, objective, weights, batches, seed, optimizer, recipe, new TimeTable());
    }

    /**
     * What a backward pass gave.
     *
     * @param loss mean over all images
     * @param gradients in the order of the weights; empty where the loss is not finite
     */
    public record Backward(double loss, List<NDArray> gradients) {
        /** Tells whether there are gradients. */
        public boolean isFinite() {
            return Double.isFinite(loss);
        }

        /** Gives the memory of the gradients back before the update ends. */
        public void release() {
            gradients.forEach(NDArray::close);
        }
    }

    /**
     * Computes the loss and the gradients.
     *
     * @param again whether this is a second pass on the same batches, which leaves running statistics alone
     */
    public Backward backward(boolean again) {
        int images = batches.stream().mapToInt(Batch::count).sum();
        double loss = 0;
        List<NDArray> sums = null;
        for (int i = 0; i < batches.size(); i++) {
            double share = (double) batches.get(i).count() / images;
            Backward part = backward(batches.get(i), batches.size() == 1 ? seed : Seeds.derive(seed, "part", i), again);
            loss += share * part.loss;
            if (!part.isFinite()) {
                return new Backward(part.loss, List.of());
            } else if (batches.size() == 1) {
                return part;
            } else if (sums == null) {
                sums = part.gradients;
                Kernels.inPlace("scale", sums, share);
            } else {
                Kernels.inPlace("accumulate", sums, part.gradients, share);
                part.release();
            }
        }
        return new Backward(loss, sums);
    }

    private Backward backward(Batch batch, long passSeed, boolean again) {
        Pass pass = Pass.training(passSeed).withPrecision(recipe.precision());
        return Torch.withGradients(() -> {
            long start = System.nanoTime();
            NDArray loss = forward(batch, again ? pass.withoutStatistics() : pass);
            double value = loss.getFloat();
            long forward = System.nanoTime();
            List<NDArray> gradients = Double.isFinite(value) ? Kernels.grad(loss, weights.arrays()) : List.of();
            loss.close();
            times.add(Part.FORWARD, forward - start);
            times.add(Part.BACKWARD, System.nanoTime() - forward);
            return new Backward(value, gradients);
        });
    }

    /** Gives up all arrays but the loss: what the backward pass needs, its graph holds, and frees on the way. */
    private NDArray forward(Batch batch, Pass pass) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray loss = objective.loss(manager, batch, pass);
            NDScope.unregister(loss);
            return loss;
        }
    }

    /** Clips the gradients as the recipe says and hands them to the optimizer. */
    public void apply(List<NDArray> gradients) {
        times.run(Part.UPDATE, () -> clipAndStep(gradients));
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
            if (!isClassifierWeight(weights.names().get(i))) {
                clippedWeights.add(weights.arrays().get(i));
                clipped.add(gradients.get(i));
            }
        }
        Clipping.adaptive(clippedWeights, clipped, recipe.agc());
    }

    /** NFNets exempt the classifier's weight, and only it, from adaptive clipping. */
    private static boolean isClassifierWeight(String name) {
        return name.equals("head.fc.weight") || name.equals("fc.weight") || name.equals("head.weight");
    }
}
