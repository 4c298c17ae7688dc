package org.backbonelab.train.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Patches;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.model.ImageSpec;
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

    /** How many channels the decoder has. */
    static final String DECODER_WIDTH = "decoder_width";
    /** How many blocks the decoder has. */
    static final String DECODER_DEPTH = "decoder_depth";
    /** 1 for a decoder of transformer blocks, 0 for ConvNeXt's. */
    static final String DECODER_TRANSFORMER = "decoder_transformer";
    /** 1 to mask pixels alone, so that the encoder sees where nothing is; 0 for the sparse encoder. */
    static final String LEAKY = "leaky";

    static final Map<String, Double> DEFAULTS = Map.of(
            Recipe.MASK_RATIO, 0.6, DECODER_WIDTH, 128.0, DECODER_DEPTH, 1.0, DECODER_TRANSFORMER, 0.0, LEAKY, 0.0);

    /** How the encoder looks at images of which patches are removed. */
    public enum Encoding {
        /** Computes visible patches alone. */
        PACKED,
        /** Computes all, and masks what visible ones would see of others: equal to PACKED, which is held against it. */
        MASKED,
        /** Computes an image whose removed patches are grey, and so tells where they are: the paper's first attempt. */
        LEAKY
    }

    private final ConvNeXt encoder;
    private final FcmaeDecoder decoder;
    private final double maskRatio;
    private final Encoding encoding;

    /**
     * Builds the objective.
     *
     * @param maskRatio share of patches to remove, above 0 and below 1; the paper's is 0.6
     */
    public Masked(ConvNeXt encoder, FcmaeDecoder decoder, double maskRatio, Encoding encoding) {
        if (!(maskRatio > 0 && maskRatio < 1)) {
            throw new IllegalArgumentException("mask ratio is " + maskRatio + ", expected above 0 and below 1");
        }
        this.encoder = encoder;
        this.decoder = decoder;
        this.maskRatio = maskRatio;
        this.encoding = encoding;
    }

    /**
     * Makes the objective {@code fcmae}.
     *
     * @throws IllegalArgumentException if the network is no ConvNeXt, or a setting is out of its range
     */
    static Masked of(ObjectiveContext context) {
        if (!(context.model() instanceof ConvNeXt encoder)) {
            throw new IllegalArgumentException("masked pre-training of "
                    + context.model().getClass().getSimpleName() + ", expected a ConvNeXt (V1 or V2)");
        }
        FcmaeDecoder.Kind kind =
                isOne(context, DECODER_TRANSFORMER) ? FcmaeDecoder.Kind.TRANSFORMER : FcmaeDecoder.Kind.CONVNEXT;
        FcmaeDecoder decoder = new FcmaeDecoder(
                encoder, new FcmaeDecoder.Config(kind, whole(context, DECODER_WIDTH), whole(context, DECODER_DEPTH)));
        NDManager manager = encoder.trainedParameters()
                .values()
                .iterator()
                .next()
                .getArray()
                .getManager();
        decoder.initialize(manager, context.seed("decoder"));
        Encoding encoding = isOne(context, LEAKY) ? Encoding.LEAKY : Encoding.PACKED;
        return new Masked(encoder, decoder, context.setting(Recipe.MASK_RATIO), encoding);
    }

    private static int whole(ObjectiveContext context, String setting) {
        double value = context.setting(setting);
        if (value != Math.rint(value)) {
            throw new IllegalArgumentException(setting + " is " + value + ", expected a whole number");
        }
        return (int) value;
    }

    private static boolean isOne(ObjectiveContext context, String setting) {
        int value = whole(context, setting);
        if (value != 0 && value != 1) {
            throw new IllegalArgumentException(setting + " is " + value + ", expected 0 or 1");
        }
        return value == 1;
    }

    /** What one masked pass saw and gave; what is predicted and true of visible patches has no meaning. */
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
        return encoding == Encoding.PACKED
                ? packedLoss(manager, batch, pass)
                : reconstruct(manager, batch, pass, pass.seed("mask")).loss();
    }

    /** Computes visible patches alone in the encoder, and removed ones alone where they are predicted. */
    private NDArray packedLoss(NDManager manager, Batch batch, Pass pass) {
        NDArray images = Supervised.images(manager, batch);
        Patches visible = new Patches(visible(manager, batch, mask(batch, pass.seed("mask"))));
        NDArray target = target(visible.others().take(images));
        return removed(images, visible, pass).sub(target).square().mean();
    }

    /** {@inheritDoc} Of the visible patches alone where no others are computed; with the decoder. */
    @Override
    public long macs() {
        ImageSpec spec = encoder.spec();
        Batch blank = new Batch(
                new float[spec.channels() * spec.size() * spec.size()], new int[1], spec.channels(), spec.size());
        AtomicLong sum = new AtomicLong();
        Pass counted = Pass.evaluation().withTrace((layer, output, multiplyAdds) -> sum.addAndGet(multiplyAdds));
        return Torch.withoutGradients(() -> {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                loss(manager, blank, counted);
            }
            return sum.get();
        });
    }

    private NDArray visible(NDManager manager, Batch batch, float[] mask) {
        int side = batch.size() / encoder.config().stride();
        return Torch.array(manager, mask, new Shape(batch.count(), 1, side, side));
    }

    private float[] mask(Batch batch, long seed) {
        int side = batch.size() / encoder.config().stride();
        return mask(batch.count(), side * side, maskRatio, seed);
    }

    @Override
    public Backbone model() {
        return encoder;
    }

    @Override
    public Map<String, Parameter> parameters() {
        Map<String, Parameter> out = withDecoder(encoder.trainedParameters());
        // The decoder stands in place of the head, which no loss reaches.
        Map<String, ParameterInfo> infos = encoder.parameterInfos();
        int head = encoder.headBlock();
        out.keySet().removeIf(name -> infos.containsKey(name) && infos.get(name).block() == head);
        return out;
    }

    @Override
    public Map<String, Parameter> state() {
        return withDecoder(encoder.namedParameters());
    }

    @Override
    public Map<String, ParameterInfo> parameterInfos() {
        Map<String, ParameterInfo> out = new LinkedHashMap<>(encoder.parameterInfos());
        int head = encoder.headBlock();
        decoder.parameterInfos().forEach((name, info) -> out.put("decoder." + name, info.withBlock(head)));
        return out;
    }

    private Map<String, Parameter> withDecoder(Map<String, Parameter> ofEncoder) {
        Map<String, Parameter> out = new LinkedHashMap<>(ofEncoder);
        decoder.namedParameters().forEach((name, p) -> out.put("decoder." + name, p));
        return out;
    }

    /** Masks at random, encodes, decodes. */
    public Reconstruction reconstruct(NDManager manager, Batch batch, Pass pass, long maskSeed) {
        return reconstruct(manager, batch, pass, mask(batch, maskSeed));
    }

    /**
     * Masks as asked, encodes, decodes.
     *
     * @param mask of each image, row by row of its patches, 1 for visible and 0 for removed; the same number of ones, and
     *     at least one, in each image
     * @throws IllegalArgumentException if the mask is another
     */
    public Reconstruction reconstruct(NDManager manager, Batch batch, Pass pass, float[] mask) {
        check(mask, batch);
        NDArray images = Supervised.images(manager, batch);
        NDArray visible = visible(manager, batch, mask);
        NDArray predicted =
                encoding == Encoding.PACKED ? packed(images, new Patches(visible), pass) : whole(images, visible, pass);
        return new Reconstruction(images, visible, predicted, target(images));
    }

    private void check(float[] mask, Batch batch) {
        int side = batch.size() / encoder.config().stride();
        int[] kept = new int[batch.count()];
        if (mask.length != kept.length * side * side) {
            throw new IllegalArgumentException("the mask has " + mask.length + " values, expected " + side + " x "
                    + side + " patches of " + kept.length + " images");
        }
        for (int i = 0; i < mask.length; i++) {
            kept[i / (side * side)] += mask[i] == 1 ? 1 : 0;
        }
        if (kept[0] == 0 || Arrays.stream(kept).distinct().count() > 1) {
            throw new IllegalArgumentException("the mask keeps " + Arrays.toString(kept)
                    + " patches of the images, expected the same number of each, and at least one");
        }
    }

    private NDArray whole(NDArray images, NDArray visible, Pass pass) {
        Pass masked = pass.withVisible(visible);
        NDArray features = encoding == Encoding.LEAKY
                ? encoder.forwardFeatures(images.mul(masked.visible(images)), pass)
                : encoder.forwardFeatures(images, masked);
        return decoder.apply(features, masked);
    }

    /** Where patches are visible nothing is predicted: zero. */
    private NDArray packed(NDArray images, Patches visible, Pass pass) {
        NDArray rows = removed(images, visible, pass).transpose(0, 2, 1).expandDims(3);
        return visible.others().put(rows).flatten(2, 3).transpose(0, 2, 1);
    }

    /** Returns what is predicted of the L removed patches of each image, (N, L, patch * patch * channels). */
    private NDArray removed(NDArray images, Patches visible, Pass pass) {
        Pass packed = pass.withPatches(visible);
        return decoder.predictRemoved(encoder.forwardFeatures(images, packed), visible.others(), packed);
    }

    /** Returns 1 for visible and 0 for removed; every sample keeps the same number of patches. */
    public static float[] mask(int samples, int patches, double ratio, long maskSeed) {
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
        long rows = images.getShape().get(2) / patch;
        long columns = images.getShape().get(3) / patch;
        return images.reshape(n, c, rows, patch, columns, patch)
                .transpose(0, 2, 4, 3, 5, 1)
                .reshape(n, rows * columns, (long) patch * patch * c);
    }
}
