package org.backbonelab.train.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.Map;
import java.util.Optional;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;

/** What loss: turns a batch into a scalar. How the loss becomes an update is the step's business. All randomness comes from the
 * pass's seed: another part of a batch has another one, the two passes of SAM have the same. */
public interface Objective {
    /**
     * Computes the mean loss of a batch.
     *
     * @param manager owns the input arrays
     * @param pass training or evaluation; called twice with equal passes it gives equal losses
     */
    NDArray loss(NDManager manager, Batch batch, Pass pass);

    /** Tells whether it trains the classifier, so that accuracy says how far it is. */
    default boolean classifies() {
        return false;
    }

    /** Tells whether {@link #sampledLoss} works: whether the network predicts a distribution of labels. */
    default boolean canSample() {
        return false;
    }

    /**
     * Computes the mean loss of a batch against labels drawn from the network's own prediction.
     *
     * <p>The squares of its gradient estimate the diagonal of the Gauss-Newton matrix (Sophia, arXiv 2305.14342, section
     * 2.3), once multiplied by the number of images.
     *
     * @param seed of the labels; equal seeds draw equal labels from equal predictions
     * @throws UnsupportedOperationException if {@link #canSample} says no
     */
    default NDArray sampledLoss(NDManager manager, Batch batch, Pass pass, long seed) {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " predicts no labels to draw from");
    }

    /** Returns how it moves its images before it learns from them; most do not. */
    default Optional<InputAttack> attack() {
        return Optional.empty();
    }

    /** Returns the multiply-adds of the loss of one image: those of the network, and of what the objective brings along. */
    default long macs() {
        return model().macs();
    }

    /** Returns the network it trains. */
    Backbone model();

    /** Returns the parameters it trains, by name. */
    Map<String, Parameter> parameters();

    /** Returns what each of the parameters it trains is, by name; it may know more names. */
    default Map<String, ParameterInfo> parameterInfos() {
        return model().parameterInfos();
    }

    /** Returns all arrays of the networks involved, by name: trained parameters, others, and running statistics. */
    Map<String, Parameter> state();
}
