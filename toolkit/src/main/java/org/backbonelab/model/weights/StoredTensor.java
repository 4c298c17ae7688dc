package org.backbonelab.model.weights;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A tensor in a weight file; its values are read when asked for.
 *
 * @param shape as the file has it
 * @param values in row-major order
 */
public record StoredTensor(Shape shape, Supplier<float[]> values) {
    /** Returns the tensor with its axes in another order; axis i of the result is axis {@code axes[i]} of this one. */
    StoredTensor permute(int... axes) {
        long[] to = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            to[i] = shape.get(axes[i]);
        }
        return new StoredTensor(new Shape(to), () -> permuted(values.get(), axes));
    }

    private float[] permuted(float[] from, int[] axes) {
        int rank = axes.length;
        long[] strides = new long[rank];
        long stride = 1;
        for (int i = rank - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape.get(i);
        }
        float[] out = new float[from.length];
        long[] at = new long[rank];
        long source = 0;
        for (int i = 0; i < out.length; i++) {
            out[i] = from[(int) source];
            for (int k = rank - 1; k >= 0; k--) {
                source += strides[axes[k]];
                if (++at[k] < shape.get(axes[k])) {
                    break;
                }
                source -= strides[axes[k]] * at[k];
                at[k] = 0;
            }
        }
        return out;
    }

    /** Returns the tensor in another shape of as many values. */
    StoredTensor reshape(long... to) {
        Shape target = new Shape(to);
        if (target.size() != shape.size()) {
            throw new WeightException("a tensor of shape " + shape + " cannot become " + target
                    + "; the file does not hold what its names say");
        }
        return new StoredTensor(target, values);
    }

    /** Returns part {@code index} of the first axis. */
    StoredTensor slice(int index) {
        Shape inner = shape.slice(1);
        int size = Math.toIntExact(inner.size());
        return new StoredTensor(
                inner, () -> java.util.Arrays.copyOfRange(values.get(), index * size, (index + 1) * size));
    }

    /** Joins tensors of equal shape but for the first axis, along it. */
    static StoredTensor concat(List<StoredTensor> parts) {
        long[] to = parts.get(0).shape.getShape().clone();
        to[0] = parts.stream().mapToLong(p -> p.shape.get(0)).sum();
        return new StoredTensor(new Shape(to), () -> {
            List<float[]> all = new ArrayList<>();
            parts.forEach(p -> all.add(p.values.get()));
            float[] out = new float[all.stream().mapToInt(a -> a.length).sum()];
            int at = 0;
            for (float[] a : all) {
                System.arraycopy(a, 0, out, at, a.length);
                at += a.length;
            }
            return out;
        });
    }

    /** Tells whether two shapes differ by axes of length 1 only. */
    static boolean sameButForOnes(Shape a, Shape b) {
        return java.util.Arrays.equals(withoutOnes(a), withoutOnes(b));
    }

    private static long[] withoutOnes(Shape shape) {
        return java.util.Arrays.stream(shape.getShape()).filter(n -> n != 1).toArray();
    }
}
