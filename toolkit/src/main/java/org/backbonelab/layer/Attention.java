package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import org.backbonelab.tensor.Kernels;

/** Multi-head self-attention (Vaswani et al. 2017) on (N, T, D). */
public final class Attention extends Layer {
    private final Linear qkv;
    private final Linear proj;
    private final int heads;

    /**
     * Builds the attention.
     *
     * @param dim D, a multiple of {@code heads}
     */
    public Attention(int dim, int heads, Init init) {
        this(dim, heads, init, Init.ZEROS);
    }

    /**
     * Builds the attention.
     *
     * @param dim D, a multiple of {@code heads}
     * @param biasInit of the biases, or null for none
     */
    public Attention(int dim, int heads, Init init, Init biasInit) {
        if (dim % heads != 0) {
            throw new IllegalArgumentException("heads " + heads + " do not divide dim " + dim);
        }
        this.heads = heads;
        qkv = child("qkv", new Linear(dim, 3 * dim, init, biasInit));
        proj = child("proj", new Linear(dim, dim, init, biasInit));
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        long n = x.getShape().get(0);
        long t = x.getShape().get(1);
        long d = x.getShape().get(2);
        NDArray projected = qkv.apply(x, pass);
        if (pass.hears(Tap.ATTENTION)) {
            pass.tap(Tap.ATTENTION, "attention", Kernels.attentionWeights(projected, heads));
        }
        NDArray mixed = Kernels.attention(projected, heads, pass.isTwiceDifferentiable(), pass.isBf16());
        pass.count(this, mixed, 2 * n * t * t * d);
        return proj.apply(mixed, pass);
    }
}
