package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Torch;

/** An image classifier: features, then a head; (N, C, H, W) to logits (N, classes). */
public abstract class Backbone extends Layer {
    private final ImageSpec spec;

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

    /** Pools the features and classifies them: (N, classes). */
    protected abstract NDArray head(NDArray features, Pass pass);

    @Override
    public final NDArray apply(NDArray x, Pass pass) {
        return head(forwardFeatures(x, pass), pass);
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

    /** Shows zeros to the network. */
    final Pass run(Pass pass) {
        NDManager manager =
                trainedParameters().values().iterator().next().getArray().getManager();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray zeros = manager.zeros(new Shape(1, spec.channels(), spec.size(), spec.size()));
            Torch.withoutGradients(() -> apply(zeros, pass));
        }
        return pass;
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
