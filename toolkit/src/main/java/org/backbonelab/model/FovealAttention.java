package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import java.util.List;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.LayerNorm;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.tensor.Foveal;
import org.backbonelab.tensor.Spatial;

/**
 * The attention of TransNeXt (arXiv 2311.17132, sections 3.1 and 3.2) on (N, H, W, C): cosine similarity with a learned
 * temperature, a learned query for all, and a bias by relative position.
 *
 * <p>The bias is a small network's answer to a distance, which is given on a logarithmic scale.
 */
abstract class FovealAttention extends Layer {
    /** Of the norms that the authors leave at PyTorch's default, here and in the stem; their others have 1e-6. */
    static final double DEFAULT_EPS = 1e-5;

    private static final Init INIT = Init.normal(0.02);
    private static final int BIAS_HIDDEN = 512;
    /** Softplus makes 1 / 0.24 of it. */
    private static final double TEMPERATURE = Math.log(Math.expm1(1 / 0.24));

    private final int dim;
    private final int heads;
    private final int side;
    private final int coarse;
    private final Parameter temperature;
    private final Parameter queryEmbedding;
    private final Linear proj;
    private final Linear biasIn;
    private final Linear biasOut;

    private FovealAttention(int dim, int heads, int side, int coarse) {
        if (dim % heads != 0) {
            throw new IllegalArgumentException("heads " + heads + " do not divide dim " + dim);
        }
        this.dim = dim;
        this.heads = heads;
        this.side = side;
        this.coarse = coarse;
        temperature = parameter("temperature", Role.TEMPERATURE, Init.constant(TEMPERATURE), heads, 1, 1);
        queryEmbedding = parameter("query_embedding", Role.TOKEN, INIT, heads, 1, dim / heads);
        proj = child("proj", new Linear(dim, dim, INIT));
        biasIn = child("cpb_fc1", Linear.ofPositions(2, BIAS_HIDDEN, INIT));
        biasOut = child("cpb_fc2", Linear.ofPositions(BIAS_HIDDEN, heads, INIT));
    }

    /**
     * Builds an attention.
     *
     * @param side of the picture, in positions
     * @param coarse side of the coarse picture that stands for all of it, or 0 for attention to every position
     */
    static FovealAttention of(int dim, int heads, int side, int coarse) {
        return coarse == 0 ? new Global(dim, heads, side) : new Aggregated(dim, heads, side, coarse);
    }

    /** Mixes the values of tokens (N, T, C) before the last projection. */
    abstract NDArray mix(NDArray tokens, Foveal.Queries queries, NDArray bias, Pass pass);

    @Override
    public final NDArray apply(NDArray x, Pass pass) {
        NDArray distances = Foveal.distances(x, side, coarse == 0 ? side : coarse);
        NDArray hidden = Activation.relu(biasIn.apply(distances, pass));
        NDArray bias = Foveal.bias(biasOut.apply(hidden, pass), side, coarse == 0 ? side : coarse);
        NDArray tokens = x.reshape(-1, (long) side * side, dim);
        Foveal.Queries queries = new Foveal.Queries(heads, pass.value(queryEmbedding, x), pass.value(temperature, x));
        return proj.apply(mix(tokens, queries, bias, pass), pass).reshape(x.getShape());
    }

    /** Attention to every position. */
    private static final class Global extends FovealAttention {
        private final Linear qkv;

        Global(int dim, int heads, int side) {
            super(dim, heads, side, 0);
            qkv = child("qkv", new Linear(dim, 3 * dim, INIT));
        }

        @Override
        NDArray mix(NDArray tokens, Foveal.Queries queries, NDArray bias, Pass pass) {
            NDArray y = Foveal.global(qkv.apply(tokens, pass), queries, bias);
            pass.count(this, y, 2 * y.size() * tokens.getShape().get(1));
            return y;
        }
    }

    /** Attention to the 3 x 3 positions around and to the coarse picture, in one softmax. */
    private static final class Aggregated extends FovealAttention {
        private static final int WINDOW = 9;

        private final Linear q;
        private final Linear kv;
        private final Linear sr;
        private final LayerNorm norm;
        private final List<Parameter> local;
        private final int side;
        private final int coarse;

        Aggregated(int dim, int heads, int side, int coarse) {
            super(dim, heads, side, coarse);
            this.side = side;
            this.coarse = coarse;
            q = child("q", new Linear(dim, dim, INIT));
            kv = child("kv", new Linear(dim, 2 * dim, INIT));
            sr = child("sr", Linear.pointwise(dim, dim, Init.heFanOut()));
            norm = child("norm", LayerNorm.last(dim, DEFAULT_EPS));
            // The last two are what a query and the values of its neighbours are multiplied by: weights, which decay.
            local = List.of(
                    parameter("relative_pos_bias_local", Role.POSITION, Init.normal(0.0004), heads, WINDOW),
                    parameter("learnable_tokens", Role.WEIGHT, INIT, heads, dim / heads, WINDOW),
                    parameter("learnable_bias", Role.WEIGHT, Init.ZEROS, heads, 1, WINDOW));
        }

        @Override
        NDArray mix(NDArray tokens, Foveal.Queries queries, NDArray bias, Pass pass) {
            NDArray seen = Activation.gelu(sr.apply(tokens, pass)).transpose(0, 2, 1);
            long n = seen.getShape().get(0);
            long c = seen.getShape().get(1);
            seen = Spatial.adaptiveMean(seen.reshape(n, c, side, side), coarse);
            seen = norm.apply(seen.reshape(n, c, -1).transpose(0, 2, 1), pass);
            List<NDArray> values =
                    local.stream().map(p -> pass.value(p, tokens)).toList();
            NDArray y = Foveal.aggregated(
                    List.of(q.apply(tokens, pass), kv.apply(tokens, pass), kv.apply(seen, pass)),
                    queries,
                    bias,
                    values,
                    side);
            // Keys and values of both pictures, and the learned weights of the neighbours.
            pass.count(this, y, y.size() * (3L * WINDOW + 2L * coarse * coarse));
            return y;
        }
    }
}
