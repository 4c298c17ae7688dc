package org.backbonelab.model;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/** An image classifier: features, then a head; (N, C, H, W) to logits (N, classes). */
public abstract class Backbone extends Layer {
    /** Every network takes images of this size. */
    private static final int LARGE = 256;

    private final ImageSpec spec;
    private Function<ImageSpec, Backbone> rebuild;

    /** Builds the network for images of one size. */
    protected Backbone(ImageSpec spec) {
        this.spec = spec;
    }

    /** Returns what the network was built for. */
    public final ImageSpec spec() {
        return spec;
    }

    /**
     * Computes the features before the head.
     *
     * @param x (N, C, H, W)
     * @return (N, D, h, w) for convolutional networks, (N, T, D) for token networks
     */
    public abstract NDArray forwardFeatures(NDArray x, Pass pass);

    /**
     * Returns one vector an image, (N, D): the features averaged over positions; where the head reads a token of the class,
     * that token.
     */
    public NDArray pooled(NDArray features) {
        return features.getShape().dimension() == 4
                ? features.flatten(2, 3).mean(new int[] {2})
                : features.mean(new int[] {1});
    }

    /** Pools the features and classifies them: (N, classes). */
    protected abstract NDArray head(NDArray features, Pass pass);

    /** Computes layers one after the other, each with {@link Layer#applyAlone}. */
    protected static NDArray applyAll(List<? extends Layer> layers, NDArray x, Pass pass) {
        NDArray y = x;
        for (Layer layer : layers) {
            y = layer.applyAlone(y, pass);
        }
        return y;
    }

    /** Returns the output of a block as (N, D, h, w); families whose blocks have another layout override it. */
    protected NDArray asMap(NDArray block) {
        return block;
    }

    /**
     * Returns the layers of a block that are there to let its positions see one another, by their names within the block.
     *
     * <p>Empty where no layer is there for that alone, as in most convolutional networks.
     */
    public Set<String> mixers() {
        return Set.of();
    }

    @Override
    public final NDArray apply(NDArray x, Pass pass) {
        return head(forwardFeatures(x, pass), pass);
    }

    /**
     * Computes the feature map after each stage: the output of the last block of each resolution.
     *
     * <p>A ViT or Mixer has one stage. Norms between or after the stages are not part of them, and the token of a ViT's
     * class is left out. A listener of the pass itself hears nothing.
     *
     * @param x (N, C, H, W)
     * @return (N, D, h, w), one a stage, from the largest h and w to the smallest; float32
     */
    public final List<NDArray> stageFeatures(NDArray x, Pass pass) {
        Map<Long, NDArray> maps = new LinkedHashMap<>();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            forwardFeatures(x, pass.withTap(Tap.BLOCK, (name, y) -> {
                NDArray map = asMap(y);
                NDScope.unregister(map);
                NDArray earlier = maps.put(map.getShape().get(2), map);
                if (earlier != null) {
                    // The next block has used it by now, and the graph holds what it needs.
                    earlier.close();
                }
            }));
            maps.values().forEach(NDScope::unregister);
        }
        maps.values().forEach(NDScope::register);
        return List.copyOf(maps.values());
    }

    /**
     * Returns a network for other classes: copies of all weights, but a new classifier.
     *
     * <p>The classifier is the parameters whose shape depends on the number of classes; it is new even if the number stays.
     *
     * @param seed of the classifier's initial values
     * @throws IllegalStateException if the network is not of {@link Backbones#create}, or not initialised
     */
    public final Backbone withClasses(int classes, long seed) {
        if (rebuild == null || !namedParameters().values().iterator().next().isInitialized()) {
            throw new IllegalStateException("another classifier is for initialised networks of Backbones.create only");
        }
        Backbone out = rebuild.apply(spec.withClasses(classes));
        Map<String, Parameter> from = namedParameters();
        out.initialize(from.values().iterator().next().getArray().getManager(), seed);
        Map<String, Shape> shapes = storedShapes();
        Map<String, Shape> others =
                rebuild.apply(spec.withClasses(spec.classes() + 1)).storedShapes();
        out.namedParameters().forEach((name, p) -> {
            if (shapes.get(name).equals(others.get(name))) {
                Kernels.assign(p.getArray(), from.get(name).getArray());
            }
        });
        return out;
    }

    /** Says how to build this network for other images or classes. */
    final Backbone rebuiltBy(Function<ImageSpec, Backbone> build) {
        rebuild = build;
        return this;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        return new Shape[] {new Shape(shapes[0].get(0), spec.classes())};
    }

    /** Returns the trained parameters by timm-style name, without buffers. */
    public final Map<String, Parameter> trainedParameters() {
        Map<String, Parameter> out = new LinkedHashMap<>(namedParameters());
        out.values().removeIf(p -> !p.requiresGradient());
        return out;
    }

    /** Returns the number of trained values; known before initialisation. */
    public final long parameterCount() {
        Map<String, Shape> shapes = storedShapes();
        return trainedParameters().keySet().stream()
                .mapToLong(name -> shapes.get(name).size())
                .sum();
    }

    /** Returns the multiply-adds of one image, counted in a real forward pass of the initialised network. */
    public final long macs() {
        return run(Pass.evaluation()).macs();
    }

    /**
     * Shows zeros to the network.
     *
     * @throws IllegalArgumentException if the images are too small for it
     */
    final Pass run(Pass pass) {
        NDManager manager =
                trainedParameters().values().iterator().next().getArray().getManager();
        try {
            show(manager, spec.size(), pass);
        } catch (EngineException e) {
            // Its pooling has nothing left to pool, most likely: then a larger image passes.
            for (int size = spec.size() + 1; size <= LARGE; size++) {
                if (takes(manager, size)) {
                    throw new IllegalArgumentException(
                            "images of " + spec.size() + " x " + spec.size() + " are too small for this network"
                                    + ", which needs at least " + size + " x " + size
                                    + "; take <data set>@" + size + " or more, or choose another backbone",
                            e);
                }
            }
            throw e;
        }
        return pass;
    }

    private void show(NDManager manager, int size, Pass pass) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray zeros = manager.zeros(new Shape(1, spec.channels(), size, size));
            Torch.withoutGradients(() -> apply(zeros, pass));
        }
    }

    private boolean takes(NDManager manager, int size) {
        try {
            show(manager, size, Pass.evaluation());
            return true;
        } catch (EngineException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Checks that the image divides into patches. */
    static int patches(ImageSpec spec, int patch) {
        if (spec.size() % patch != 0) {
            throw new IllegalArgumentException("image size " + spec.size() + " is not a multiple of the patch size "
                    + patch + "; pad or resize the images, or choose another backbone");
        }
        return spec.size() / patch;
    }

    /** Returns the drop-path rate of each block: from 0 to the given rate, linear in depth. */
    static double[] dropPathRates(int blocks, double rate) {
        double[] rates = new double[blocks];
        for (int i = 0; i < blocks; i++) {
            rates[i] = blocks == 1 ? rate : rate * i / (blocks - 1);
        }
        return rates;
    }
}
