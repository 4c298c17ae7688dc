package org.backbonelab.train.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;

/**
 * Fully convolutional masked auto-encoding (ConvNeXt V2, arXiv 2301.00808, section 3).
 *
 * <p>A random share of the patches is removed, per sample; the loss is the squared error of the normalised pixels of
 * the removed patches, averaged over the values of a patch and over the removed patches.
 */
public final class Masked implements Objective {
    private static final double VARIANCE_EPS = 1e-6;
    private static final int DECODER_WIDTH = 128;

    private final ConvNeXt encoder;
    private final FcmaeDecoder decoder;
    private final double maskRatio;

    /**
     * Builds the objective.
     *
     * @param maskRatio share of patches to remove, above 0 and below 1; the paper's is 0.6
     */
    public Masked(ConvNeXt encoder, FcmaeDecoder decoder, double maskRatio) {
        if (!(maskRatio > 0 && maskRatio < 1)) {
            throw new IllegalArgumentException("mask ratio is " + maskRatio + ", expected above 0 and below 1");
        }
        this.encoder = encoder;
        this.decoder = decoder;
        this.maskRatio = maskRatio;
    }

    /**
     * Makes the objective {@code fcmae}, with a decoder of one block.
     *
     * @throws IllegalArgumentException if the network is no ConvNeXt
     */
    static Masked of(ObjectiveContext context) {
        if (!(context.model() instanceof ConvNeXt encoder)) {
            throw new IllegalArgumentException("masked pre-training of "
                    + context.model().getClass().getSimpleName() + ", expected a ConvNeXt (V1 or V2)");
        }
        FcmaeDecoder decoder = new FcmaeDecoder(encoder, DECODER_WIDTH);
        NDManager manager = encoder.trainedParameters()
                .values()
                .iterator()
                .next()
                .getArray()
                .getManager();
        decoder.initialize(manager, context.seed("decoder"));
        return new Masked(encoder, decoder, context.setting(Recipe.MASK_RATIO));
    }

    /** What one masked pass saw and gave. */
    public record Reconstruction(NDArray images, NDArray visible, NDArray predicted, NDArray target) {
        /** Returns the mean squared error over the removed patches. */
        public NDArray loss() {
            NDArray removed = visible.flatten(1, 3).neg().add(1);
            NDArray perPatch = predicted.sub(target).square().mean(new int[] {2});
            return perPatch.mul(removed).sum().div(removed.sum());
        }
    }

    /** {@inheritDoc} The masks come from the pass's seed: each part of a batch has its own, both passes of SAM the same. */
    @Override
    public NDArray loss(NDManager manager, Batch batch, Pass pass) {
        return reconstruct(manager, batch, pass, pass.seed("mask")).loss();
    }

    @Override
    public Backbone model() {
        return encoder;
    }

    @Override
    public Map<String, Parameter> parameters() {
        Map<String, Parameter> out = withDecoder(encoder.trainedParameters());
        out.keySet().removeIf(name -> name.startsWith("head."));
        return out;
    }

    @Override
    public Map<String, Parameter> state() {
        return withDecoder(encoder.namedParameters());
    }

    @Override
    public Map<String, ParameterInfo> parameterInfos() {
        Map<String, ParameterInfo> out = new LinkedHashMap<>(encoder.parameterInfos());
        decoder.parameterInfos().forEach((name, info) -> out.put("decoder." + name, info));
        return out;
    }

    private Map<String, Parameter> withDecoder(Map<String, Parameter> ofEncoder) {
        Map<String, Parameter> out = new LinkedHashMap<>(ofEncoder);
        decoder.namedParameters().forEach((name, p) -> out.put("decoder." + name, p));
        return out;
    }

    /** Masks, encodes, decodes. */
    public Reconstruction reconstruct(NDManager manager, Batch batch, Pass pass, long maskSeed) {
        NDArray images = Supervised.images(manager, batch);
        int side = batch.size() / encoder.config().stride();
        NDArray visible = Torch.array(
                manager,
                mask(batch.count(), side * side, maskRatio, maskSeed),
                new Shape(batch.count(), 1, side, side));
        Pass masked = pass.withVisible(visible);
        NDArray predicted = decoder.apply(encoder.forwardFeatures(images, masked), masked);
        return new Reconstruction(images, visible, predicted, target(images));
    }

    /** Returns 1 for visible and 0 for removed; every sample keeps the same number of patches. */
    static float[] mask(int samples, int patches, double ratio, long maskSeed) {
        int keep = Math.max(1, (int) (patches * (1 - ratio)));
        float[] out = new float[samples * patches];
        for (int n = 0; n < samples; n++) {
            RandomGenerator random = Seeds.stream(maskSeed, "sample", n);
            int[] order = Seeds.permutation(patches, random);
            for (int i = 0; i < keep; i++) {
                out[n * patches + order[i]] = 1;
            }
        }
        return out;
    }

    /** Returns each patch's pixels, normalised by the patch's mean and unbiased variance. */
    private NDArray target(NDArray images) {
        NDArray patches = patchify(images, encoder.config().stride());
        double values = patches.getShape().get(2);
        NDArray centred = patches.sub(patches.mean(new int[] {2}, true));
        NDArray variance = centred.square().sum(new int[] {2}, true).div(values - 1);
        return centred.div(variance.add(VARIANCE_EPS).sqrt());
    }

    /** Cuts (N, C, H, W) into (N, h * w, p * p * C), in order row, column, channel. */
    public static NDArray patchify(NDArray images, int patch) {
        long n = images.getShape().get(0);
        long c = images.getShape().get(1);
        long side = images.getShape().get(2) / patch;
        return images.reshape(n, c, side, patch, side, patch)
                .transpose(0, 2, 4, 3, 5, 1)
                .reshape(n, side * side, (long) patch * patch * c);
    }
}
