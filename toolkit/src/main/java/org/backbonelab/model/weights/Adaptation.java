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
        if (name.endsWith("relative_position_bias_table") && has.dimension() == 2 && equalBut(0, has, wanted)) {
            int from = root(has.get(0));
            int to = root(wanted.get(0));
            if (from % 2 == 1 && to % 2 == 1) {
                return new StoredTensor(wanted, () -> biases(tensor, from, to));
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
        return root(tokens - 1);
    }

    /** Returns the side of a square, or -1 where the area is none's. */
    private static int root(long area) {
        int side = (int) Math.round(Math.sqrt((double) area));
        return (long) side * side == area ? side : -1;
    }

    /**
     * Resizes a table of biases by relative row and column.
     *
     * <p>As BEiT's code has it, distances of the old table are spread over the new one in geometric progression, so that
     * small distances keep their bias; between them it is linear.
     */
    private static float[] biases(StoredTensor tensor, int from, int to) {
        float[] old = tensor.values().get();
        int heads = (int) tensor.shape().get(1);
        double[] points = progression(from / 2, to / 2);
        float[] out = new float[to * to * heads];
        for (int i = 0; i < out.length; i++) {
            double row = index(points, i / heads / to - to / 2);
            double column = index(points, i / heads % to - to / 2);
            int top = (int) row;
            int left = (int) column;
            for (int r = top; r < Math.min(top + 2, from); r++) {
                for (int c = left; c < Math.min(left + 2, from); c++) {
                    double weight = (1 - Math.abs(row - r)) * (1 - Math.abs(column - c));
                    out[i] += (float) (weight * old[(r * from + c) * heads + i % heads]);
                }
            }
        }
        return out;
    }

    /** Returns the new place of each of the distances -reach to reach: sums of powers whose ratio fits the new reach. */
    private static double[] progression(int reach, int newReach) {
        double low = 1.01;
        double high = 1.5;
        double ratio = low;
        while (high - low > 1e-6) {
            ratio = (low + high) / 2;
            if ((1 - Math.pow(ratio, reach)) / (1 - ratio) > newReach) {
                high = ratio;
            } else {
                low = ratio;
            }
        }
        double[] out = new double[2 * reach + 1];
        double at = 1;
        for (int i = 1; i <= reach; i++) {
            out[reach + i] = at;
            out[reach - i] = -at;
            at += Math.pow(ratio, i);
        }
        return out;
    }

    /** Returns where a value lies among rising points, as a number between indices; outside it is the nearest one. */
    private static double index(double[] points, double value) {
        int right = 0;
        while (right < points.length - 1 && points[right] < value) {
            right++;
        }
        if (right == 0 || value >= points[right]) {
            return right;
        }
        return right - (points[right] - value) / (points[right] - points[right - 1]);
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
