package org.backbonelab.train.objective;

import static org.backbonelab.io.Checks.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.Map;
import java.util.Optional;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Dataset;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;

/**
 * Fast adversarial training (Wong et al., arXiv 2001.03994): cross-entropy of images that one step of the sign of the
 * gradient has moved from a random start, within epsilon of each pixel.
 *
 * <p>d0 is uniform in [-epsilon, epsilon], d = d0 + step epsilon sign(gradient at x + d0), cut to [-epsilon, epsilon], and
 * x + d to the range of pixels, 0 to 1. An update takes one pass more for it. With SAM and ASAM it takes none: the gradient
 * at x + d0 gives the perturbation of the weights and that of the images together, as arXiv 2106.01548 does; GSAM and LookSAM
 * also learn from their first gradient, which is taken at the moved images. Running statistics are of the images that the first
 * gradient by the weights is taken at: with SAM and ASAM of x + d0. {@link #loss} is that of images as they are.
 *
 * @param clean the cross-entropy
 * @param pixels the range of pixels, and the attack
 */
public record Adversarial(Supervised clean, PixelAttack pixels) implements Objective, InputAttack {
    /** The setting epsilon, in units of the pixels' range. */
    static final String EPSILON = "epsilon";

    /** The setting step, in units of epsilon; 1.25 is the authors'. */
    static final String STEP = "step";

    /** Makes the objective {@code adversarial}. */
    static Adversarial of(ObjectiveContext context) {
        Dataset images = context.images();
        require(images != null, "data set of adversarial training", images, "one, for it says what a pixel is");
        double epsilon = context.setting(EPSILON);
        double step = context.setting(STEP);
        require(epsilon > 0 && epsilon <= 1, "epsilon", epsilon, "above 0, and at most 1, the range of pixels");
        require(step > 0 && Double.isFinite(step), "step", step, "a positive number, in units of epsilon");
        return new Adversarial(
                Supervised.softmax(context), PixelAttack.on(images, epsilon).withStep(step * epsilon));
    }

    @Override
    public Optional<InputAttack> attack() {
        return Optional.of(this);
    }

    @Override
    public Batch start(Batch batch, long seed) {
        return pixels.randomStart(batch, seed);
    }

    @Override
    public NDArray loss(NDManager manager, NDArray images, Batch batch, Pass pass) {
        return clean.loss(manager, images, batch, pass);
    }

    @Override
    public Batch move(NDManager manager, Batch batch, NDArray images, NDArray gradient) {
        NDArray origin = Supervised.images(manager, batch);
        NDArray moved = pixels.step(origin, images, gradient);
        return batch.withPixels(moved.toFloatArray());
    }

    @Override
    public NDArray loss(NDManager manager, Batch batch, Pass pass) {
        return clean.loss(manager, batch, pass);
    }

    @Override
    public boolean classifies() {
        return true;
    }

    @Override
    public boolean canSample() {
        return true;
    }

    @Override
    public NDArray sampledLoss(NDManager manager, Batch batch, Pass pass, long seed) {
        return clean.sampledLoss(manager, batch, pass, seed);
    }

    @Override
    public Backbone model() {
        return clean.model();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return clean.parameters();
    }

    @Override
    public Map<String, Parameter> state() {
        return clean.state();
    }
}
