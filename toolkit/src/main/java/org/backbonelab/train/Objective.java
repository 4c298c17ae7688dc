package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;

/** What loss: turns a batch into a scalar. How the loss becomes an update is the {@link Step}'s business. */
public interface Objective {
    /**
     * Computes the mean loss of a batch.
     *
     * @param manager owns the input arrays
     * @param pass training or evaluation; called twice with equal passes it gives equal losses
     */
    NDArray loss(NDManager manager, Batch batch, Pass pass);

    /** Returns the network it trains. */
    Backbone model();

    /** Returns the parameters it trains, by name. */
    Map<String, Parameter> parameters();

    /** Returns all arrays of the networks involved, by name: trained parameters, others, and running statistics. */
    Map<String, Parameter> state();
}
