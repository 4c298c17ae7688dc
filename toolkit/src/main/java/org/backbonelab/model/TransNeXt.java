package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.LayerNorm;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;

/**
 * TransNeXt (Shi, arXiv 2311.17132): attention to the neighbours of a position and to a coarse picture of the rest.
 *
 * <p>Names as the authors': {@code patch_embed1.proj, block1.0.attn.query_embedding, block1.0.mlp.dwconv.dwconv, norm1,
 * head}. Where their code divides by a side less one, a side of 1 counts as 2.
 */
public final class TransNeXt extends Backbone {
    private static final Init INIT = Init.normal(0.02);

    private final List<Layer> layers = new ArrayList<>();
    private final Linear head;

    /**
     * The sizes of one member of the family.
     *
     * @param patch stride of the stem, whose kernel is twice as large less 1
     * @param dims channels per stage; every stage but the first halves the resolution
     * @param depths blocks per stage
     * @param heads of the attention per stage
     * @param ratios hidden channels as multiples of the stage's, two thirds of which are computed
     * @param reductions side of the region that a coarse key stands for, per stage; 1 is attention to all positions
     */
    public record Config(
            int patch,
            List<Integer> dims,
            List<Integer> depths,
            List<Integer> heads,
            List<Integer> ratios,
            List<Integer> reductions) {}

    /** Where a block works: the side of its picture and of the coarse one, in positions. */
    private record Place(int dim, int heads, int hidden, int side, int coarse) {}

    /** Builds a network. */
    public TransNeXt(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        double[] rates =
                dropPathRates(config.depths.stream().mapToInt(Integer::intValue).sum(), dropPath);
        int in = spec.channels();
        int side = spec.size();
        int at = 0;
        for (int stage = 0; stage < config.dims.size(); stage++) {
            int dim = config.dims.get(stage);
            int stride = stage == 0 ? config.patch : 2;
            side = (side + stride - 1) / stride;
            layers.add(child("patch_embed" + (stage + 1), new Embed(in, dim, stride)));
            int hidden = config.ratios.get(stage) * dim * 2 / 3;
            int reduction = config.reductions.get(stage);
            int coarse = reduction == 1 ? 0 : Math.max(1, side / reduction);
            Place place = new Place(dim, config.heads.get(stage), hidden, side, coarse);
            for (int i = 0; i < config.depths.get(stage); i++) {
                String name = "block" + (stage + 1) + "." + i;
                layers.add(block(name, new Block(name, place, rates[at++])));
            }
            layers.add(child("norm" + (stage + 1), LayerNorm.last(dim)));
            in = dim;
        }
        head = child("head", Linear.classifier(in, spec.classes(), INIT));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = x.transpose(0, 2, 3, 1);
        return applyAll(layers, y, pass).transpose(0, 3, 1, 2);
    }

    @Override
    public Set<String> mixers() {
        return Set.of("attn");
    }

    @Override
    protected NDArray asMap(NDArray block) {
        return block.transpose(0, 3, 1, 2);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return head.apply(Kernels.spatialMean(features), pass);
    }

    /** Overlapping patches: (N, H, W, C) to (N, H / stride, W / stride, D). */
    private static final class Embed extends Layer {
        private final Conv proj;
        private final LayerNorm norm;

        Embed(int in, int dim, int stride) {
            proj = child("proj", new Conv(Conv.Spec.same(in, dim, 2 * stride - 1, stride), Init.heFanOut(), true));
            norm = child("norm", LayerNorm.last(dim, FovealAttention.DEFAULT_EPS));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            return norm.apply(proj.apply(x.transpose(0, 3, 1, 2), pass).transpose(0, 2, 3, 1), pass);
        }
    }

    /** A block: (N, H, W, C) to the same. */
    private static final class Block extends Layer {
        private final String name;
        private final LayerNorm norm1;
        private final FovealAttention attn;
        private final LayerNorm norm2;
        private final ConvolutionalGlu mlp;
        private final double dropPath;

        Block(String name, Place place, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            norm1 = child("norm1", LayerNorm.last(place.dim));
            attn = child("attn", FovealAttention.of(place.dim, place.heads, place.side, place.coarse));
            norm2 = child("norm2", LayerNorm.last(place.dim));
            mlp = child("mlp", new ConvolutionalGlu(place.dim, place.hidden, name + ".act"));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = x.add(pass.dropPath(attn.apply(norm1.apply(x, pass), pass), dropPath));
            NDArray out = y.add(pass.dropPath(mlp.apply(norm2.apply(y, pass), pass), dropPath));
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }

    /** A gate that sees its neighbours (section 3.3): W2 (GELU(conv(W1 x)) * V x). */
    private static final class ConvolutionalGlu extends Layer {
        private final Linear fc1;
        private final Conv depthwise;
        private final Linear fc2;
        private final String tap;

        ConvolutionalGlu(int dim, int hidden, String tap) {
            this.tap = tap;
            fc1 = child("fc1", new Linear(dim, 2 * hidden, INIT));
            depthwise = child("dwconv.dwconv", new Conv(Conv.Spec.depthwise(hidden, 3), Init.heFanIn(), true));
            fc2 = child("fc2", new Linear(hidden, dim, INIT));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDList halves = fc1.apply(x, pass).split(2, 3);
            NDArray gate = depthwise.apply(halves.get(0).transpose(0, 3, 1, 2), pass);
            gate = Activation.gelu(gate.transpose(0, 2, 3, 1));
            pass.tap(Tap.NEURONS, tap, gate);
            return fc2.apply(gate.mul(halves.get(1)), pass);
        }
    }
}
