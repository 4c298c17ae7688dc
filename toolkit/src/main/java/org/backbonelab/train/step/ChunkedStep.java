package org.backbonelab.train.step;

/**
 * m-sharpness (Foret et al., arXiv 2010.01412, section 4.1): every m images of an update are perturbed by themselves.
 *
 * <p>The optimizer gets the mean of the chunks' gradients over all images; the loss is the mean of their first passes.
 * A step that keeps nothing from update to update can be chunked: {@link Sam}, {@link Asam}.
 *
 * @param step what is done with each chunk
 * @param images of a chunk, m; the last one may be smaller
 */
public record ChunkedStep(Step step, int images) implements Step {
    /** Checks the number of images. */
    public ChunkedStep {
        if (images < 1) {
            throw new IllegalArgumentException("images of a chunk is " + images + ", expected 1 or more");
        }
    }

    @Override
    public Gradient gradient(Backprop passes) {
        return passes.averaged(passes.chunks(images), step::gradient);
    }
}
