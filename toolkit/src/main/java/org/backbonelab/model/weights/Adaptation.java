package org.backbonelab.model.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.backbonelab.tensor.Spatial;
import org.backbonelab.tensor.Torch;

/** Makes weights fit another image: fewer or more channels, another size. The rules are timm's. */
final class Adaptation {
    private static final int RGB = 3;

    private Adaptation() {}

    /** Returns the name of the first weight of four axes: that of the convolution that sees the image. */
    static String firstConvolution(Map<String, Shape> shapes) {
        return shapes.entrySet().stream()
                .filter(e -> e.getValue().dimension() == 4 && e.getKey().endsWith("weight"))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    /** Returns the tensor in the wanted shape, or null where there is no rule for it. */
    static StoredTensor fit(String name, StoredTensor tensor, Shape wanted, boolean first) {
        Shape has = tensor.shape();
        if (first && has.dimension() == 4 && has.get(1) == RGB && equalBut(1, has, wanted)) {
            return new StoredTensor(wanted, () -> channels(tensor, wanted));
        }
        if (name.equals("pos_embed") && has.dimension() == 3 && equalBut(1, has, wanted)) {
            int from = side(has.get(1));
            int to = side(wanted.get(1));
            // One token of the class comes before those of the grid.
            if (from > 0 && to > 0) {
                return new StoredTensor(wanted, () -> positions(tensor, from, to));
            }
        }
        return null;
    }

    private static boolean equalBut(int axis, Shape a, Shape b) {
        if (a.dimension() != b.dimension()) {
            return false;
        }
        for (int i = 0; i < a.dimension(); i++) {
            if (i != axis && a.get(i) != b.get(i)) {
                return false;
            }
        }
        return true;
    }

    /** Grey sees the sum of the colours; more channels see them in turn, at 3 / channels of the size. */
    private static float[] channels(StoredTensor tensor, Shape wanted) {
        float[] from = tensor.values().get();
        int to = (int) wanted.get(1);
        int area = (int) (wanted.get(2) * wanted.get(3));
        float[] out = new float[Math.toIntExact(wanted.size())];
        for (int i = 0; i < out.length; i++) {
            int kernel = i / area / to;
            int channel = i / area % to;
            int at = kernel * RGB * area + i % area;
            if (to == 1) {
                for (int c = 0; c < RGB; c++) {
                    out[i] += from[at + c * area];
                }
            } else {
                out[i] = from[at + channel % RGB * area] * ((float) RGB / to);
            }
        }
        return out;
    }

    /** Returns the side of the grid of so many tokens and one of the class, or -1. */
    private static int side(long tokens) {
        int side = (int) Math.round(Math.sqrt(tokens - 1.0));
        return (long) side * side == tokens - 1 ? side : -1;
    }

    private static float[] positions(StoredTensor tensor, int from, int to) {
        float[] values = tensor.values().get();
        int dim = (int) tensor.shape().get(2);
        try (NDManager manager = Torch.newManager()) {
            NDArray grid = manager.create(values, tensor.shape())
                    .get(":, 1:")
                    .reshape(1, from, from, dim)
                    .transpose(0, 3, 1, 2);
            NDArray resized = Torch.withoutGradients(() -> Spatial.bicubic(grid, to));
            float[] inner = resized.transpose(0, 2, 3, 1).toFloatArray();
            float[] out = new float[dim + inner.length];
            System.arraycopy(values, 0, out, 0, dim);
            System.arraycopy(inner, 0, out, dim, inner.length);
            return out;
        }
    }
}
