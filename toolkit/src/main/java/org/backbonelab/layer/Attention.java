package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import org.backbonelab.tensor.Torch;

/**
 * Multi-head self-attention (Vaswani et al. 2017) on (N, T, D).
 *
 * <p>Written as plain products and a softmax: fused kernels have no second derivative, which the Hessian needs.
 */
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
        if (dim % heads != 0) {
            throw new IllegalArgumentException("heads " + heads + " do not divide dim " + dim);
        }
        this.heads = heads;
        qkv = child("qkv", new Linear(dim, 3 * dim, init));
        proj = child("proj", new Linear(dim, dim, init));
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        long n = x.getShape().get(0);
        long t = x.getShape().get(1);
        long d = x.getShape().get(2);
        long width = d / heads;
        NDArray all = qkv.apply(x, pass).reshape(n, t, 3, heads, width).transpose(2, 0, 3, 1, 4);
        NDArray q = all.get(0).mul(Torch.scalar(x, 1 / Math.sqrt((double) width)));
        NDArray weights = q.matMul(all.get(1).transpose(0, 1, 3, 2)).softmax(-1);
        NDArray mixed = weights.matMul(all.get(2));
        pass.count(2 * n * t * t * d);
        return proj.apply(mixed.transpose(0, 2, 1, 3).reshape(n, t, d), pass);
    }
}
