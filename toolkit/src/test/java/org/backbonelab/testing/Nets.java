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
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.Objective;
import org.backbonelab.train.Recipe;
import org.backbonelab.train.Step;
import org.backbonelab.train.Update;

/** Small networks and batches. */
public final class Nets {
    private static final ImageSpec SPEC = new ImageSpec(1, 28, 10);

    private Nets() {}

    /** Returns the names of the small backbones. */
    public static List<String> micro() {
        return Backbones.names().stream().filter(n -> n.contains("_micro")).toList();
    }

    /** Returns an initialised backbone for 28 x 28 grey images of 10 classes. */
    public static Backbone create(NDManager manager, String name) {
        Backbone model = Backbones.create(name, SPEC, 0);
        model.initialize(manager, 7);
        return model;
    }

    /** Returns a batch of synthetic images. */
    public static Batch batch(int count) {
        Images images = Images.synthetic(count, 1, 28, 10, 3);
        Dataset dataset = Datasets.of("batch", images, images);
        return Batches.inOrder(dataset, images, count).get(0);
    }

    /** Makes one update and returns the loss before it. */
    public static double step(Step step, Objective objective, Batch batch, BaseOptimizer optimizer, Recipe recipe) {
        try (NDManager manager = Torch.newManager()) {
            return step.update(new Update(manager, objective, batch, 1, optimizer, recipe));
        }
    }

    /** Returns the loss and leaves gradients at the parameters. */
    public static double backward(Objective objective, Batch batch) {
        try (NDManager manager = Torch.newManager()) {
            return new Update(manager, objective, batch, 1, null, Recipe.supervised()).backward(false);
        }
    }

    /** Returns copies of the values. */
    public static Map<String, float[]> values(Map<String, Parameter> parameters) {
        Map<String, float[]> out = new LinkedHashMap<>();
        parameters.forEach((name, p) -> out.put(name, p.getArray().toFloatArray()));
        return out;
    }

    /** Returns the arrays of the parameters. */
    public static List<NDArray> arrays(Map<String, Parameter> parameters) {
        return parameters.values().stream().map(Parameter::getArray).toList();
    }
}
