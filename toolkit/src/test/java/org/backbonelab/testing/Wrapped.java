package org.backbonelab.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.train.objective.Objective;

/** An objective as another one, for tests that change one of its methods. */
public class Wrapped implements Objective {
    private final Objective inner;

    public Wrapped(Objective inner) {
        this.inner = inner;
    }

    @Override
    public NDArray loss(NDManager manager, Batch batch, Pass pass) {
        return inner.loss(manager, batch, pass);
    }

    @Override
    public boolean canSample() {
        return inner.canSample();
    }

    @Override
    public NDArray sampledLoss(NDManager manager, Batch batch, Pass pass, long seed) {
        return inner.sampledLoss(manager, batch, pass, seed);
    }

    @Override
    public Backbone model() {
        return inner.model();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return inner.parameters();
    }

    @Override
    public Map<String, ParameterInfo> parameterInfos() {
        return inner.parameterInfos();
    }

    @Override
    public Map<String, Parameter> state() {
        return inner.state();
    }
}
