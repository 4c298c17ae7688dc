package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.backbonelab.layer.BatchNorm;
import org.backbonelab.layer.DilatedConv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Pass;

/**
 * The sum of a large depthwise convolution and dilated ones of its reach, each with a batch norm: (N, C, H, W) to the
 * same (UniRepLKNet, arXiv 2311.15599, section 3.1).
 */
final class DilatedBranches extends Layer {
    /** Kernel and dilation of each branch, by the side of the large kernel; the authors' choice. */
    private static final Map<Integer, int[][]> BRANCHES = Map.of(
            17, new int[][] {{5, 1}, {9, 2}, {3, 4}, {3, 5}, {3, 7}},
            15, new int[][] {{5, 1}, {7, 2}, {3, 3}, {3, 5}, {3, 7}},
            13, new int[][] {{5, 1}, {7, 2}, {3, 3}, {3, 4}, {3, 5}},
            11, new int[][] {{5, 1}, {5, 2}, {3, 3}, {3, 4}, {3, 5}},
            9, new int[][] {{5, 1}, {5, 2}, {3, 3}, {3, 4}},
            7, new int[][] {{5, 1}, {3, 2}, {3, 3}});

    private final List<DilatedConv> convs = new ArrayList<>();
    private final List<BatchNorm> norms = new ArrayList<>();

    DilatedBranches(int dim, int kernel, Init init) {
        int[][] branches = BRANCHES.get(kernel);
        if (branches == null) {
            throw new IllegalArgumentException("kernel " + kernel + ", expected 3, 5, or an odd number from 7 to 17");
        }
        convs.add(child("lk_origin", DilatedConv.withoutBias(dim, kernel, 1, init)));
        norms.add(child("origin_bn", new BatchNorm(dim, Init.ONES)));
        for (int[] branch : branches) {
            String suffix = suffix(branch);
            convs.add(child("dil_conv" + suffix, DilatedConv.withoutBias(dim, branch[0], branch[1], init)));
            norms.add(child("dil_bn" + suffix, new BatchNorm(dim, Init.ONES)));
        }
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray y = norms.get(0).apply(convs.get(0).apply(x, pass), pass);
        for (int i = 1; i < convs.size(); i++) {
            y = y.add(norms.get(i).apply(convs.get(i).apply(x, pass), pass));
        }
        return y;
    }

    private static String suffix(int[] branch) {
        return "_k" + branch[0] + "_" + branch[1];
    }

    /** Returns the kernel (C, k, k) that does what all branches do; {@code p} is the block's. */
    static double[] weight(Map<String, Parameter> p, int kernel) {
        double[] out = new double[p.get("dwconv.lk_origin.weight").getArray().toFloatArray().length];
        add(out, Fusion.values(p, "dwconv.lk_origin.weight"), Fusion.norm(p, "dwconv.origin_bn."), kernel, 1);
        for (int[] branch : BRANCHES.get(kernel)) {
            String suffix = suffix(branch);
            double[] values = Fusion.values(p, "dwconv.dil_conv" + suffix + ".weight");
            add(out, values, Fusion.norm(p, "dwconv.dil_bn" + suffix + "."), branch[0], branch[1]);
        }
        return out;
    }

    /** Adds a small kernel (C, k, k), its values {@code dilation} apart, at the centre of the large one. */
    private static void add(double[] out, double[] values, Fusion.Affine norm, int kernel, int dilation) {
        int channels = norm.factor().length;
        int side = (int) Math.round(Math.sqrt((double) out.length / channels));
        int first = side / 2 - kernel / 2 * dilation;
        for (int i = 0; i < values.length; i++) {
            int c = i / (kernel * kernel);
            int row = first + i / kernel % kernel * dilation;
            int column = first + i % kernel * dilation;
            out[(c * side + row) * side + column] += values[i] * norm.factor()[c];
        }
    }

    /** Returns the bias (C) of all branches; {@code p} is the block's. */
    static double[] bias(Map<String, Parameter> p, int kernel) {
        double[] out = Fusion.norm(p, "dwconv.origin_bn.").shift();
        for (int[] branch : BRANCHES.get(kernel)) {
            double[] more =
                    Fusion.norm(p, "dwconv.dil_bn" + suffix(branch) + ".").shift();
            for (int c = 0; c < out.length; c++) {
                out[c] += more[c];
            }
        }
        return out;
    }
}
