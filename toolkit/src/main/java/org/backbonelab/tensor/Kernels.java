package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Operators of libtorch that DJL's arrays lack or have only in slow form, a native call each.
 *
 * <p>The bodies are in {@code Kernels.py}. A result belongs to the first argument's manager. With {@code bf16} a
 * matrix product or a convolution casts its inputs to bfloat16 and gives bfloat16, as autocast does; such an array may
 * go through DJL's arithmetic and these kernels, but its values cannot be read in Java before {@link #toFloat}. Weights
 * and their gradients are always float32. A wrong shape is an {@link ai.djl.engine.EngineException} that shows
 * libtorch's message.
 */
public final class Kernels {
    private static final TorchScript SCRIPT = TorchScript.load(Kernels.class, "Kernels.py");

    private static final boolean GPU = Torch.device().isGpu();

    /** Channels innermost in memory are faster on processors, and on GPUs for bfloat16. */
    private static final boolean CHANNELS_LAST = !GPU;

    private static final boolean PRODUCTS_BY_CONVOLUTION =
            !GPU && Processor.current().strangeToMkl();

    private Kernels() {}

    /**
     * Maps the last axis.
     *
     * @param x (..., in)
     * @param weight (out, in)
     * @param bias (out), or null
     * @return (..., out)
     */
    public static NDArray linear(NDArray x, NDArray weight, NDArray bias, boolean bf16) {
        return one(x, "linear", x, weight, bias, bf16, PRODUCTS_BY_CONVOLUTION);
    }

    /**
     * How a convolution runs.
     *
     * @param stride of both axes, in pixels
     * @param padding of both axes, in pixels
     * @param groups that divide the channels
     */
    public record Geometry(int stride, int padding, int groups) {}

    /**
     * Convolves in two dimensions; depthwise convolutions always run in float32, which is faster.
     *
     * @param x (N, in, H, W)
     * @param weight (out, in / groups, k, k)
     * @param bias (out), or null
     * @return (N, out, H', W')
     */
    public static NDArray conv(NDArray x, NDArray weight, NDArray bias, Geometry geometry, boolean bf16) {
        long[] stride = {geometry.stride, geometry.stride};
        long[] padding = {geometry.padding, geometry.padding};
        return one(x, "conv", x, weight, bias, stride, padding, geometry.groups, CHANNELS_LAST || bf16, bf16);
    }

    /**
     * Normalises over channels, in float32.
     *
     * @param x (..., C), or (N, C, H, W) if {@code channelsFirst}
     * @param weight (C)
     * @param bias (C), or null
     */
    public static NDArray layerNorm(NDArray x, NDArray weight, NDArray bias, double eps, boolean channelsFirst) {
        return one(x, "layer_norm", x, weight, bias, eps, channelsFirst);
    }

    /**
     * Normalises each sample over groups of channels and space, in float32.
     *
     * @param x (N, C, ...)
     * @param weight (C)
     * @param bias (C), or null
     */
    public static NDArray groupNorm(NDArray x, int groups, NDArray weight, NDArray bias, double eps) {
        return one(x, "group_norm", x, groups, weight, bias, eps);
    }

    /**
     * Which statistics a batch norm uses, and keeps.
     *
     * @param ofBatch whether to normalise by the batch's own, as in training
     * @param momentum share of them in the new running ones, as PyTorch counts it; 0 leaves those alone
     */
    public record Statistics(boolean ofBatch, double momentum) {}

    /**
     * Normalises over samples and space; in training by the batch's own statistics, which it adds to the running ones.
     *
     * <p>One value a channel has no variance, and torch.nn refuses it: by the batch's own statistics the result and its
     * gradients are then NaN, and the running statistics stay.
     *
     * @param x (N, C, H, W)
     * @param affine weight and bias, (C) each
     * @param running mean and variance, (C) each, changed in place in training
     * @param relu whether to set what is below 0 to 0 afterwards
     */
    public static NDArray batchNorm(
            NDArray x, List<NDArray> affine, List<NDArray> running, Statistics statistics, double eps, boolean relu) {
        return one(
                x,
                "batch_norm",
                x,
                affine.get(0),
                affine.get(1),
                running.get(0),
                running.get(1),
                statistics.ofBatch,
                statistics.momentum,
                eps,
                relu);
    }

    /** Computes max(0, x + y). */
    public static NDArray addRelu(NDArray x, NDArray y) {
        return one(x, "add_relu", x, y);
    }

    /** Computes GELU, by the error function or by its approximation with tanh. */
    public static NDArray gelu(NDArray x, boolean tanh) {
        return one(x, "gelu", x, tanh);
    }

    /**
     * Computes multi-head self-attention between the projections; the softmax is float32.
     *
     * @param qkv (N, T, 3 D): queries, keys, values, each split into heads
     * @param plain whether to use plain products and a softmax, which can be differentiated twice; else the fused form
     * @return (N, T, D)
     */
    public static NDArray attention(NDArray qkv, int heads, boolean plain, boolean bf16) {
        return one(qkv, "attention", qkv, heads, plain, bf16, GPU);
    }

    /**
     * Returns what {@link #attention} weighs the values by, after the softmax, in float32.
     *
     * @param qkv (N, T, 3 D), as there
     * @return (N, heads, T, T), the last axis adding up to 1
     */
    public static NDArray attentionWeights(NDArray qkv, int heads) {
        return one(qkv, "attention_weights", qkv, heads);
    }

    /** Averages (N, C, H, W) over space, in float32: (N, C). */
    public static NDArray spatialMean(NDArray x) {
        return one(x, "spatial_mean", x);
    }

    /** Returns the array as float32; the array itself where it is float32 already. */
    public static NDArray toFloat(NDArray x) {
        return one(x, "to_float", x);
    }

    /**
     * Computes the mean softmax cross-entropy, in float32.
     *
     * @param logits (N, K)
     * @param targets (N, K), probabilities
     * @param smoothing s: the target is (1 - s) t + s / K
     * @return a scalar, in nats
     */
    public static NDArray crossEntropy(NDArray logits, NDArray targets, double smoothing) {
        return one(logits, "cross_entropy", logits, targets, smoothing);
    }

    /**
     * Computes the mean binary cross-entropy of every logit by itself, in float32.
     *
     * @param logits (N, K)
     * @param targets (N, K), 0 to 1
     * @param smoothing s: the target is (1 - s) t + s / K, as timm's recipes have it
     * @return a scalar, in nats
     */
    public static NDArray binaryCrossEntropy(NDArray logits, NDArray targets, double smoothing) {
        return one(logits, "binary_cross_entropy", logits, targets, smoothing);
    }

    /** Returns zeros of the array's shape, laid out in memory as it is: what state of a fused update must be. */
    public static NDArray zerosLike(NDArray x) {
        return one(x, "zeros_like", x);
    }

    /** Returns a copy of an array, laid out in memory as another one of the same shape is; owned by that one's manager. */
    public static NDArray laidOutLike(NDArray x, NDArray like) {
        return Torch.withoutGradients(() -> one(like, "laid_out_like", x, like));
    }

    /**
     * Lays out the kernels of a convolution in memory as the convolution wants them, which saves a copy at each call.
     *
     * @param weight (out, in, k, k)
     */
    public static NDArray convolutionLayout(NDArray weight) {
        return CHANNELS_LAST ? one(weight, "channels_last", weight) : weight;
    }

    /**
     * Returns the gradients of a scalar; {@code .grad} of the parameters is neither read nor written.
     *
     * @param parameters leaves that record gradients
     * @return one array a parameter, zero where the loss does not depend on it; owned by the loss's manager
     */
    public static List<NDArray> grad(NDArray loss, List<NDArray> parameters) {
        return SCRIPT.arrays(loss.getManager(), "grad", loss, parameters, false);
    }

    /** As {@link #grad}, with the graph that {@link #hessianVectorProduct} asks for; the forward pass must use no fused attention. */
    public static List<NDArray> differentiableGrad(NDArray loss, List<NDArray> parameters) {
        return SCRIPT.arrays(loss.getManager(), "grad", loss, parameters, true);
    }

    /**
     * Returns H v, H the Hessian of a scalar, as often as asked: the graph lives as long as the gradient.
     *
     * @param gradient of {@link #differentiableGrad}
     * @param parameters the same as there
     * @param vector v, one array a parameter
     * @return one array a parameter, owned by the gradient's manager
     */
    public static List<NDArray> hessianVectorProduct(
            List<NDArray> gradient, List<NDArray> parameters, List<NDArray> vector) {
        return SCRIPT.arrays(gradient.get(0).getManager(), "hessian_vector_product", gradient, parameters, vector);
    }

    /**
     * Overwrites an array's values.
     *
     * <p>DJL's {@code copyTo} gives the target the source's layout in memory as well, which a fused update then takes
     * for that of the state.
     */
    public static void assign(NDArray target, NDArray source) {
        InPlace.restore(List.of(target), List.of(source));
    }

    private static NDArray one(NDArray first, String method, Object... arguments) {
        return SCRIPT.array(first.getManager(), method, arguments);
    }
}
