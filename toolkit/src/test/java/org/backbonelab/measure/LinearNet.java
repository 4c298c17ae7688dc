package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ImageSpec;

/** Softmax regression on 4 x 4 images: a network whose Hessian is known in closed form. */
final class LinearNet extends Backbone {
    static final int INPUTS = 16;
    static final int CLASSES = 3;

    private final Linear fc;

    LinearNet() {
        this(CLASSES);
    }

    LinearNet(int classes) {
        super(new ImageSpec(1, 4, classes));
        fc = child("fc", new Linear(INPUTS, classes, Init.normal(0.3), Init.normal(0.3)));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        return x.reshape(x.getShape().get(0), INPUTS);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc.apply(features, pass);
    }
}
