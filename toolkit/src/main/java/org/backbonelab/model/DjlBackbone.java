package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.tensor.Torch;

/**
 * Any DJL block that classifies images, as a backbone: it trains with every optimizer and step.
 *
 * <pre>{@code
 * Backbone mine = new DjlBackbone(new ImageSpec(1, 28, 10), new SequentialBlock()
 *         .add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(32).build())
 *         .add(Activation::relu).add(Pool.globalAvgPool2dBlock()).add(Linear.builder().setUnits(10).build()));
 * }</pre>
 *
 * <p>What a parameter is for follows from its DJL type: weights, biases, a norm's factors and what it adds, running statistics. The
 * last weight with a row a class is the classifier. Parameters start as the block's own initialisers have it, drawn by seed and
 * name; they are named as DJL names them, a dot in place of the last underscore.
 *
 * <p>A block knows less of a pass than a {@link Layer}: it computes in float32, DJL's dropout draws its masks from libtorch's
 * generator (a training continued from a checkpoint draws others), SAM's second pass updates running statistics, and nobody
 * counts its multiply-adds or hears its activations. Its features are its logits.
 */
public final class DjlBackbone extends Backbone {
    private final Block block;

    /**
     * Wraps a block.
     *
     * @param block (N, C, H, W) to logits (N, classes); a new one for every network
     * @throws IllegalArgumentException if it has values already, or gives another shape for these images
     */
    public DjlBackbone(ImageSpec spec, Block block) {
        super(spec);
        this.block = block;
        if (block.getParameters().values().stream().anyMatch(Parameter::isInitialized)) {
            throw new IllegalArgumentException("the block has values already, expected a new one for every network");
        }
        prepare();
        addChildBlock("block", block);
        String classifier = classifier();
        Map<String, List<Pair<String, Parameter>>> groups = new LinkedHashMap<>();
        for (Pair<String, Parameter> each : block.getParameters()) {
            groups.computeIfAbsent(group(each), name -> new ArrayList<>()).add(each);
        }
        groups.forEach((name, members) -> child(name, new Held(members, classifier)));
    }

    /** Lets the parameters learn their shapes; their values come later, by the seed. */
    private void prepare() {
        Shape images = new Shape(2, spec().channels(), spec().size(), spec().size());
        try (NDManager manager = Torch.newManager()) {
            block.initialize(manager, DataType.FLOAT32, images);
            Shape logits =
                    Pass.evaluation().forward(block, manager.zeros(images)).getShape();
            Shape expected = new Shape(images.get(0), spec().classes());
            if (!logits.equals(expected)) {
                throw new IllegalArgumentException(
                        "the block makes " + logits + " of images " + images + ", expected logits " + expected);
            }
        } finally {
            block.getParameters().values().forEach(Parameter::close);
        }
    }

    /** DJL's name of a parameter is that of its block, an underscore, and its own. */
    private static String group(Pair<String, Parameter> parameter) {
        String own = "_" + parameter.getValue().getName();
        return parameter.getKey().endsWith(own)
                ? parameter.getKey().substring(0, parameter.getKey().length() - own.length())
                : parameter.getKey();
    }

    private String classifier() {
        String found = "";
        for (Pair<String, Parameter> each : block.getParameters()) {
            Shape shape = each.getValue().getShape();
            if (shape.dimension() > 1 && shape.get(0) == spec().classes()) {
                found = each.getKey();
            }
        }
        return found;
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray logits = pass.forward(block, x);
        return logits.reshape(new Shape(x.getShape().get(0), spec().classes(), 1, 1));
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return features.flatten(1, 3);
    }

    /** The parameters of one block of DJL's; it computes nothing itself. */
    private static final class Held extends Layer {
        Held(List<Pair<String, Parameter>> parameters, String classifier) {
            for (Pair<String, Parameter> each : parameters) {
                Parameter parameter = each.getValue();
                boolean isLast = each.getKey().equals(classifier);
                adopt(
                        parameter,
                        isLast ? Role.CLASSIFIER : role(parameter),
                        (shape, random) -> drawn(parameter, random));
            }
        }

        /** Draws as the parameter's own initialiser does, after libtorch's generator was given a seed. */
        private static float[] drawn(Parameter parameter, RandomGenerator random) {
            try (NDManager manager = Torch.newManager()) {
                manager.getEngine().setRandomSeed(random.nextInt());
                parameter.initialize(manager, DataType.FLOAT32);
                return parameter.getArray().toFloatArray();
            } finally {
                parameter.close();
            }
        }

        private static Role role(Parameter parameter) {
            return switch (parameter.getType()) {
                case BIAS, BETA -> Role.BIAS;
                case GAMMA -> Role.NORM;
                case RUNNING_MEAN, RUNNING_VAR -> Role.STATISTIC;
                default -> parameter.getShape().dimension() > 1 ? Role.WEIGHT : Role.SCALE;
            };
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            throw new UnsupportedOperationException("the parameters of a DJL block are computed with by the block");
        }
    }
}
