package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;

/**
 * A linear classifier of the pixels: the yardstick that says what a network adds.
 *
 * <p>Its features are the pixels themselves, (N, C H W, 1, 1). It has no block and nothing to drop. Its training is convex, so
 * that all optimizers reach the same loss in the end. One layer: {@code fc}.
 */
public final class LinearClassifier extends Backbone {
    private final Linear fc;

    /** Builds it. */
    public LinearClassifier(ImageSpec spec) {
        super(spec);
        int pixels = spec.channels() * spec.size() * spec.size();
        fc = child("fc", Linear.classifier(pixels, spec.classes(), Init.ZEROS));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        return x.reshape(new Shape(x.getShape().get(0), -1, 1, 1));
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc.apply(features.flatten(1, 3), pass);
    }
}
