package org.backbonelab.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Loader;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.model.ResNet;
import org.backbonelab.model.Vit;
import org.backbonelab.optim.AdamW;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Sgd;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Supervised;
import org.backbonelab.train.objective.Weights;
import org.backbonelab.train.step.Backprop;
import org.backbonelab.train.step.Step;
import org.backbonelab.train.step.TimeTable;
import org.backbonelab.train.step.Update;
import org.backbonelab.train.step.UpdateContext;

/** Backbone Lab's own networks, objective, step and optimizers, called as its training loop calls them. */
final class Ours implements Contender {
    private static final ImageSpec SPEC = new ImageSpec(Task.CHANNELS, Task.SIZE, Task.CLASSES);

    private final NDManager manager = Torch.newManager();
    private final Supervised objective;
    private final Weights weights;
    private final BaseOptimizer optimizer;
    private final Recipe recipe;
    private final Batch batch = new Batch(FixedBatch.pixels(), FixedBatch.labels(), Task.CHANNELS, Task.SIZE);
    private final Loader loader;
    private long seed;

    /**
     * Builds the network with the initial values of all contenders.
     *
     * @param withData whether to train on augmented images from a loader, in place of the one batch
     */
    Ours(Task task, Precision precision, boolean withData, int threads) {
        Torch.setThreads(threads);
        Backbone model = model(task);
        model.initialize(manager, 0);
        if (Task.networks().contains(task)) {
            fill(model, task.weights());
        }
        objective = new Supervised(model, 0);
        weights = Weights.of(objective);
        optimizer = task == Task.RESNET
                ? new Sgd(Task.SGD_RATE, 0, false)
                : new AdamW(Task.ADAMW_RATE, Task.ADAMW_DECAY, Task.BETA1, Task.BETA2);
        recipe = Recipe.supervised().withPrecision(precision);
        loader = withData ? new Loader(Data.batches(), Task.BATCH, 0, Integer.MAX_VALUE, 1) : null;
    }

    private static Backbone model(Task task) {
        return switch (task) {
            case VIT -> new Vit(SPEC, new Vit.Config(Task.PATCH, Task.DIM, Task.DEPTH, Task.HEADS), 0);
            case RESNET -> {
                List<Integer> widths = Arrays.stream(Task.WIDTHS).boxed().toList();
                List<Integer> depths = Collections.nCopies(widths.size(), Task.BLOCKS);
                yield new ResNet(SPEC, new ResNet.Config(widths, depths, false, true), 0);
            }
            case CONVNEXT -> {
                List<Integer> dims = Arrays.stream(Task.DIMS).boxed().toList();
                List<Integer> depths = Arrays.stream(Task.DEPTHS).boxed().toList();
                yield new ConvNeXt(SPEC, new ConvNeXt.Config(false, 2, dims, depths), 0);
            }
            case MICRO -> Backbones.create("resnet_micro", SPEC, 0);
            default -> throw new IllegalArgumentException(task + " is no network");
        };
    }

    /** Checks that the network is what the others have, and gives it their values. */
    private void fill(Backbone model, List<Weight> wanted) {
        Map<String, Parameter> parameters = new HashMap<>(model.trainedParameters());
        for (Weight w : wanted) {
            Parameter parameter = parameters.remove(w.name());
            Shape shape = new Shape(w.shape());
            if (parameter == null || !parameter.getArray().getShape().equals(shape)) {
                throw new IllegalStateException(w.name() + " of shape " + shape + " is expected of our network, it has "
                        + (parameter == null ? "none" : parameter.getArray().getShape()));
            }
            Torch.withoutGradients(() -> {
                // DJL's copyTo would give the parameter the layout of the source.
                Kernels.assign(parameter.getArray(), Torch.array(manager, w.values(), shape));
                return null;
            });
        }
        if (!parameters.isEmpty()) {
            throw new IllegalStateException("our network has more than the others: " + parameters.keySet());
        }
    }

    @Override
    public double step() {
        try (NDManager inputs = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Batch next = loader == null ? batch : loader.next();
            UpdateContext context =
                    UpdateContext.of(inputs, objective, weights, 0, optimizer.learningRate(), recipe, new TimeTable());
            Backprop passes = new Backprop(context, List.of(next), seed++);
            return new Update(optimizer, recipe.optimization())
                    .apply(passes, Step.PLAIN.gradient(passes), new TimeTable())
                    .loss();
        }
    }

    @Override
    public double waitedMs() {
        return loader == null ? 0 : loader.waitedNanos() / 1e6;
    }

    @Override
    public long parameters() {
        return weights.arrays().stream().mapToLong(NDArray::size).sum();
    }

    @Override
    public void close() {
        if (loader != null) {
            loader.close();
        }
        manager.close();
    }
}
