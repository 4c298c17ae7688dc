package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.LayerNorm;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Mlp;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Windows;

/**
 * Swin Transformer (Liu et al., arXiv 2103.14030): attention inside windows, every second block's being shifted.
 *
 * <p>Where the map is not larger than a window there is one window. A map with an odd side is padded before it is halved,
 * so any image that is a multiple of the patch will do; windows and shifts follow the map as it is. So does timm from
 * 1.0.31 on: before, it took the halves for rounded down (at 60, 100, 104 or 240 pixels its bias tables or logits differ
 * from those here, at 228 it failed).
 *
 * <p>Names as timm's: {@code patch_embed.proj, layers.0.blocks.0.attn.relative_position_bias_table,
 * layers.1.downsample.reduction, norm, head.fc}.
 */
public final class Swin extends Backbone {
    private static final Init INIT = Init.normal(0.02);
    private static final double EPS = 1e-5;

    private final Conv patchEmbed;
    private final LayerNorm patchNorm;
    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear fc;

    /**
     * The sizes of one member of the family.
     *
     * @param patch side in pixels
     * @param dim channels of the first stage, doubled by each further one
     * @param depths blocks per stage; every stage but the first halves the resolution
     * @param heads of the attention per stage
     * @param window side in patches
     */
    public record Config(int patch, int dim, List<Integer> depths, List<Integer> heads, int window) {}

    /** Builds a network. */
    public Swin(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        int side = patches(spec, config.patch);
        int dim = config.dim;
        patchEmbed =
                child("patch_embed.proj", Conv.ofPytorchDefault(Conv.Spec.patch(spec.channels(), dim, config.patch)));
        patchNorm = child("patch_embed.norm", LayerNorm.last(dim, EPS));
        double[] rates =
                dropPathRates(config.depths.stream().mapToInt(Integer::intValue).sum(), dropPath);
        int at = 0;
        for (int stage = 0; stage < config.depths.size(); stage++) {
            if (stage > 0) {
                layers.add(child("layers." + stage + ".downsample", new PatchMerging(dim)));
                dim *= 2;
                side = (side + 1) / 2;
            }
            int window = Math.min(side, config.window);
            for (int i = 0; i < config.depths.get(stage); i++) {
                String name = "layers." + stage + ".blocks." + i;
                int shift = i % 2 == 0 || side <= window ? 0 : config.window / 2;
                Windows.Grid grid = new Windows.Grid(side, side, window, shift);
                layers.add(block(name, new SwinBlock(name, dim, config.heads.get(stage), grid, rates[at++])));
            }
        }
        norm = child("norm", LayerNorm.last(dim, EPS));
        fc = child("head.fc", Linear.classifier(dim, spec.classes(), INIT));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = patchNorm.apply(patchEmbed.apply(x, pass).transpose(0, 2, 3, 1), pass);
        return norm.apply(applyAll(layers, y, pass), pass).transpose(0, 3, 1, 2);
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
        return fc.apply(Kernels.spatialMean(features), pass);
    }

    /** Joins 2 x 2 positions, (N, H, W, C) to (N, H / 2, W / 2, 2 C); an odd side is padded with zeros. */
    private static final class PatchMerging extends Layer {
        private static final Windows.Grid NO_SHIFT = new Windows.Grid(0, 0, 2, 0);

        private final LayerNorm norm;
        private final Linear reduction;

        PatchMerging(int dim) {
            norm = child("norm", LayerNorm.last(4 * dim, EPS));
            reduction = child("reduction", new Linear(4 * dim, 2 * dim, INIT, null));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            long n = x.getShape().get(0);
            long rows = (x.getShape().get(1) + 1) / 2;
            long columns = (x.getShape().get(2) + 1) / 2;
            long c = x.getShape().get(3);
            // A window of 2 has its positions row by row; timm joins them column by column.
            NDArray y = Windows.split(x, NO_SHIFT)
                    .reshape(n, rows, columns, 2, 2, c)
                    .transpose(0, 1, 2, 4, 3, 5)
                    .reshape(n, rows, columns, 4 * c);
            return reduction.apply(norm.apply(y, pass), pass);
        }
    }

    private static final class WindowAttention extends Layer {
        private final Parameter table;
        private final Linear qkv;
        private final Linear proj;
        private final int heads;
        private final Windows.Grid grid;

        WindowAttention(int dim, int heads, Windows.Grid grid) {
            this.heads = heads;
            this.grid = grid;
            long side = 2L * grid.window() - 1;
            table = parameter("relative_position_bias_table", Role.POSITION, INIT, side * side, heads);
            qkv = child("qkv", new Linear(dim, 3 * dim, INIT));
            proj = child("proj", new Linear(dim, dim, INIT));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray windows = qkv.apply(Windows.split(x, grid), pass);
            NDArray y = Windows.attention(windows, pass.value(table, x), heads, grid, pass.isBf16());
            pass.count(this, y, 2 * y.getShape().size() * y.getShape().get(1));
            return Windows.merge(proj.apply(y, pass), grid);
        }
    }

    private static final class SwinBlock extends Layer {
        private final String name;
        private final LayerNorm norm1;
        private final WindowAttention attn;
        private final LayerNorm norm2;
        private final Mlp mlp;
        private final double dropPath;

        SwinBlock(String name, int dim, int heads, Windows.Grid grid, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            norm1 = child("norm1", LayerNorm.last(dim, EPS));
            attn = child("attn", new WindowAttention(dim, heads, grid));
            norm2 = child("norm2", LayerNorm.last(dim, EPS));
            mlp = child("mlp", new Mlp(dim, 4 * dim, INIT, Init.ZEROS, name + ".act"));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = x.add(pass.dropPath(attn.apply(norm1.apply(x, pass), pass), dropPath));
            NDArray out = y.add(pass.dropPath(mlp.apply(norm2.apply(y, pass), pass), dropPath));
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }
}
