package org.backbonelab.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Weights;
import org.backbonelab.train.step.Backprop;
import org.backbonelab.train.step.Gradient;
import org.backbonelab.train.step.Step;
import org.backbonelab.train.step.TimeTable;
import org.backbonelab.train.step.Update;
import org.backbonelab.train.step.UpdateContext;

/** Small networks and batches. */
public final class Nets {
    private static final ImageSpec SPEC = new ImageSpec(1, 28, 10);

    private Nets() {}

    /** Returns the names of the small backbones; of those that differ in width and depth only, one. */
    public static List<String> micro() {
        return Backbones.names().stream()
                .filter(n -> n.contains("_micro"))
                .filter(n -> n.contains("_w16") ? !n.contains("_d2") : !n.contains("_micro_w"))
                .toList();
    }

    /** Returns an initialised backbone for 28 x 28 grey images of 10 classes. */
    public static Backbone create(NDManager manager, String name) {
        Backbone model = Backbones.create(name, SPEC, 0);
        model.initialize(manager, 7);
        return model;
    }

    /** Returns a batch of synthetic images for {@link #create}. */
    public static Batch batch(int count) {
        return batch(count, SPEC.size());
    }

    /** Returns a batch of synthetic images, {@code size} pixels wide and high. */
    public static Batch batch(int count, int size) {
        Images images = Images.synthetic(count, 1, size, 10, 3);
        Dataset dataset = Datasets.of("batch", images, images);
        return Batches.inOrder(dataset, images, count).get(0);
    }

    /** Makes one update and returns the loss before it. */
    public static double step(Step step, Objective objective, Batch batch, BaseOptimizer optimizer, Recipe recipe) {
        try (NDManager manager = Torch.newManager()) {
            Weights weights = Weights.of(objective);
            return update(
                            step,
                            passes(manager, objective, weights, List.of(batch), 1, 0, optimizer, recipe),
                            optimizer,
                            recipe)
                    .loss();
        }
    }

    /** Returns the passes of an update of some batches. */
    public static Backprop passes(
            NDManager manager,
            Objective objective,
            Weights weights,
            List<Batch> batches,
            long seed,
            long step,
            BaseOptimizer optimizer,
            Recipe recipe) {
        double rate = optimizer == null ? recipe.optimization().lr() : optimizer.learningRate();
        return new Backprop(
                UpdateContext.of(manager, objective, weights, step, rate, recipe, new TimeTable()), batches, seed);
    }

    /** Makes an update. */
    public static Gradient update(Step step, Backprop passes, BaseOptimizer optimizer, Recipe recipe) {
        return new Update(optimizer, recipe.optimization()).apply(passes, step.gradient(passes), new TimeTable());
    }

    /** A loss and its gradients by name. */
    public record Gradients(double loss, Map<String, float[]> values) {}

    /** Returns the loss and its gradients in training mode. */
    public static Gradients backward(Objective objective, Batch batch) {
        return backward(objective, Recipe.supervised(), batch);
    }

    /** Returns the loss over some batches and its gradients, as a recipe computes them. */
    public static Gradients backward(Objective objective, Recipe recipe, Batch... batches) {
        Weights weights = Weights.of(objective);
        try (NDManager manager = Torch.newManager()) {
            Gradient found = passes(manager, objective, weights, List.of(batches), 1, 0, null, recipe)
                    .first();
            Map<String, float[]> values = new LinkedHashMap<>();
            for (int i = 0; i < found.arrays().size(); i++) {
                values.put(weights.names().get(i), found.arrays().get(i).toFloatArray());
            }
            return new Gradients(found.loss(), values);
        }
    }

    /** Returns copies of the values. */
    public static Map<String, float[]> values(Map<String, Parameter> parameters) {
        Map<String, float[]> out = new LinkedHashMap<>();
        parameters.forEach((name, p) -> out.put(name, p.getArray().toFloatArray()));
        return out;
    }

    /** Returns all values in one array. */
    public static float[] concat(Map<String, float[]> values) {
        float[] out = new float[values.values().stream().mapToInt(v -> v.length).sum()];
        int at = 0;
        for (float[] v : values.values()) {
            System.arraycopy(v, 0, out, at, v.length);
            at += v.length;
        }
        return out;
    }

    /** Returns the arrays of the parameters. */
    public static List<NDArray> arrays(Map<String, Parameter> parameters) {
        return parameters.values().stream().map(Parameter::getArray).toList();
    }
}
