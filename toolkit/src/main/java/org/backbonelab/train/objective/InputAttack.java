package org.backbonelab.train.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;

/**
 * How an objective moves its images before it learns from them, by the gradient of its loss by the pixels.
 *
 * <p>The passes of an update do it: from {@link #start} one pass and its gradient, then {@link #move}; all other passes of the
 * update see what that gave.
 */
public interface InputAttack {
    /**
     * Returns the images that the gradient is taken at.
     *
     * @param seed of whatever is random in them
     */
    Batch start(Batch batch, long seed);

    /**
     * Computes the mean loss of images.
     *
     * @param images (N, C, H, W), a leaf that records gradients
     * @param batch their labels
     */
    NDArray loss(NDManager manager, NDArray images, Batch batch, Pass pass);

    /**
     * Returns the images to learn from.
     *
     * @param batch the images themselves
     * @param images (N, C, H, W), those of {@link #start}
     * @param gradient of the loss by them
     */
    Batch move(NDManager manager, Batch batch, NDArray images, NDArray gradient);
}
