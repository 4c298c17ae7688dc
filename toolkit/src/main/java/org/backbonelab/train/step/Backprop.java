package org.backbonelab.train.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Recomputation;
import org.backbonelab.recipe.NetworkSettings;
import org.backbonelab.recipe.NonFinite;
import org.backbonelab.tensor.InPlace;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.InputAttack;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Supervised;
import org.backbonelab.train.objective.Weights;
import org.backbonelab.train.step.TimeTable.Part;

/**
 * Passes through the network for one update: images in, gradients out. What a {@link Step} works with.
 *
 * <p>It changes no weight: a step may move them between two passes and puts them back, and {@link Update} changes them.
 */
public final class Backprop {
    private final UpdateContext context;
    private final List<Batch> batches;
    private final long seed;
    /** What an objective that moves its images has made of them; until then, the images themselves. */
    private List<Batch> seen;

    /**
     * Prepares the passes of an update.
     *
     * @param batches part by part through the network; gradients are averaged over the images of all
     * @param seed of random masks; both passes of SAM use the same
     */
    public Backprop(UpdateContext context, List<Batch> batches, long seed) {
        this.context = context;
        this.batches = batches;
        this.seed = seed;
        seen = batches;
    }

    /** Returns who owns the inputs and gradients of this update. */
    NDManager manager() {
        return context.manager();
    }

    /** Returns what is trained. */
    Weights weights() {
        return context.weights();
    }

    /** Returns the number of this update in its run, from 0. */
    long step() {
        return context.step();
    }

    /** Returns the learning rate of this update. */
    double learningRate() {
        return context.learningRate();
    }

    /** Returns the number of images. */
    int images() {
        return batches.stream().mapToInt(Batch::count).sum();
    }

    private List<Backprop> parts() {
        return split(seen.stream().map(List::of).toList(), "part");
    }

    /** Returns the passes of so many images each, made of whole parts; the last may be of fewer. */
    List<Backprop> chunks(int count) {
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
        return split(groups, "chunk");
    }

    /** Each group draws masks of its own. */
    private List<Backprop> split(List<List<Batch>> groups, String purpose) {
        List<Backprop> out = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            long own = groups.size() == 1 ? seed : Seeds.derive(seed, purpose, i);
            out.add(new Backprop(context, groups.get(i), own));
        }
        return out;
    }

    /** Returns the means over the images of all given passes. */
    Gradient averaged(List<Backprop> parts, Function<Backprop, Gradient> pass) {
        if (parts.size() == 1) {
            return pass.apply(parts.get(0));
        }
        double loss = 0;
        boolean finite = true;
        List<NDArray> sums = List.of();
        for (Backprop part : parts) {
            Gradient found = pass.apply(part);
            if (!found.isUsable()) {
                sums.forEach(NDArray::close);
                return found;
            }
            double share = (double) part.images() / images();
            loss += share * found.loss();
            finite &= found.isFinite();
            if (sums.isEmpty()) {
                sums = found.arrays();
                InPlace.scale(sums, share);
            } else {
                InPlace.accumulate(sums, found.arrays(), share);
                found.release();
            }
        }
        return new Gradient(loss, sums, finite);
    }

    /**
     * Computes the loss and the gradients of a first pass; of an objective that moves its images, after one that does so.
     */
    public Gradient first() {
        if (context.objective().attack().isPresent()) {
            Gradient moving = moved(false);
            if (!moving.isFinite() && context.nonFinite() != NonFinite.PROPAGATE) {
                return moving;
            }
        }
        return checked(averaged(parts(), part -> part.differentiated(true)));
    }

    /**
     * Computes the loss and the gradients of a first pass that says where the second one is taken, and no more: an objective
     * that moves its images moves them by the same pass.
     */
    public Gradient ascent() {
        return context.objective().attack().isPresent() ? checked(moved(true)) : first();
    }

    /** Moves the images of all parts; returns the gradients by the weights of that pass where they are asked for. */
    private Gradient moved(boolean byWeights) {
        List<Backprop> parts = parts();
        Gradient found = byWeights
                ? averaged(parts, part -> part.moveImages(true))
                : parts.stream()
                        .map(part -> part.moveImages(false))
                        .reduce(Gradient::orWorse)
                        .orElseThrow();
        seen = parts.stream().map(part -> part.seen.get(0)).toList();
        return found;
    }

    private Gradient moveImages(boolean byWeights) {
        Batch batch = batches.get(0);
        InputAttack attack = context.objective().attack().orElseThrow();
        Batch start = attack.start(batch, Seeds.derive(seed, "attack"));
        NDArray images = Supervised.images(manager(), start);
        images.setRequiresGradient(true);
        List<NDArray> leaves = new ArrayList<>(byWeights ? weights().arrays() : List.of());
        leaves.add(images);
        Pass pass = Pass.training(seed).withPrecision(context.network().precision());
        Gradient found = gradientOf(
                byWeights ? pass : pass.withoutStatistics(),
                p -> attack.loss(manager(), images, start, p),
                leaves,
                Part.FORWARD);
        if (!found.isUsable()) {
            return found;
        }
        List<NDArray> arrays = new ArrayList<>(found.arrays());
        NDArray byImages = arrays.remove(arrays.size() - 1);
        seen = List.of(attack.move(manager(), batch, Torch.withoutGradients(images::stopGradient), byImages));
        byImages.close();
        return new Gradient(found.loss(), arrays, found.isFinite());
    }

    /** Makes a second pass where a step has moved the weights, and then puts back what they were. */
    Gradient secondThenRestore(List<NDArray> copies) {
        try {
            // Running statistics are those of the first pass.
            return checked(averaged(parts(), part -> part.differentiated(false)));
        } finally {
            InPlace.restore(weights().arrays(), copies);
            copies.forEach(NDArray::close);
        }
    }

    /** Computes the gradient of the loss with labels drawn from the network's prediction, for curvature. */
    Gradient ofSampledLabels() {
        return checked(averaged(parts(), Backprop::sampled));
    }

    /** Looks at every value of the gradients; without those that the recipe says must not be used. */
    Gradient checked(Gradient found) {
        if (!found.isUsable()) {
            return found;
        }
        boolean finite = Double.isFinite(found.loss())
                && context.times().measure(Part.BACKWARD, () -> found.hasFiniteValues(manager()));
        if (finite || context.nonFinite() == NonFinite.PROPAGATE) {
            return new Gradient(found.loss(), found.arrays(), finite && found.isFinite());
        }
        return found.leftOut();
    }

    private Gradient differentiated(boolean updateStatistics) {
        Pass pass = Pass.training(seed).withPrecision(context.network().precision());
        Pass chosen = updateStatistics ? pass : pass.withoutStatistics();
        return gradientOf(
                chosen,
                p -> context.objective().loss(manager(), batches.get(0), p),
                weights().arrays(),
                Part.FORWARD);
    }

    /** Its masks are other ones, its statistics touch nothing. */
    private Gradient sampled() {
        Pass pass = Pass.training(Seeds.derive(seed, "curvature"))
                .withPrecision(context.network().precision())
                .withoutStatistics();
        long labels = Seeds.derive(seed, "labels");
        Objective objective = context.objective();
        return gradientOf(
                pass,
                p -> objective.sampledLoss(manager(), batches.get(0), p, labels),
                weights().arrays(),
                Part.BACKWARD);
    }

    private Gradient gradientOf(Pass pass, Function<Pass, NDArray> forward, List<NDArray> leaves, Part part) {
        NetworkSettings network = context.network();
        return Torch.withGradients(() -> {
            if (!network.gradientCheckpointing()) {
                return timed(() -> alone(() -> forward.apply(pass)), loss -> Kernels.grad(loss, leaves), part);
            }
            Recomputation blocks = new Recomputation();
            // The backward pass computes from arrays of the forward pass: all stay until its end.
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Pass recomputing = blocks.in(pass);
                Gradient made = timed(() -> forward.apply(recomputing), loss -> blocks.grad(loss, leaves), part);
                made.arrays().forEach(NDScope::unregister);
                return made;
            }
        });
    }

    private Gradient timed(Supplier<NDArray> forward, Function<NDArray, List<NDArray>> grad, Part part) {
        long start = System.nanoTime();
        NDArray loss = forward.get();
        double value = loss.getFloat();
        long middle = System.nanoTime();
        boolean usable = Double.isFinite(value) || context.nonFinite() == NonFinite.PROPAGATE;
        List<NDArray> gradients = usable ? grad.apply(loss) : List.of();
        loss.close();
        context.times().add(part, middle - start);
        context.times().add(Part.BACKWARD, System.nanoTime() - middle);
        return new Gradient(value, gradients, Double.isFinite(value));
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
}
