package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.Map;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/** What networks need that are deployed in a simpler form than they are trained in. */
final class Fusion {
    /** Of batch norms. */
    private static final double EPS = 1e-5;

    private Fusion() {}

    /** What a batch norm does in evaluation mode, per channel: x becomes factor x + shift. */
    record Affine(double[] factor, double[] shift) {}

    /** Returns what a batch norm does in evaluation mode; {@code prefix} is its name and a dot. */
    static Affine norm(Map<String, Parameter> p, String prefix) {
        double[] factor = values(p, prefix + "weight");
        double[] shift = values(p, prefix + "bias");
        double[] mean = values(p, prefix + "running_mean");
        double[] variance = values(p, prefix + "running_var");
        for (int c = 0; c < factor.length; c++) {
            factor[c] /= Math.sqrt(variance[c] + EPS);
            shift[c] -= mean[c] * factor[c];
        }
        return new Affine(factor, shift);
    }

    /** Returns the values of a parameter, in row-major order. */
    static double[] values(Map<String, Parameter> p, String name) {
        float[] from = p.get(name).getArray().toFloatArray();
        double[] out = new double[from.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = from[i];
        }
        return out;
    }

    /** Overwrites a parameter. */
    static void set(Map<String, Parameter> p, String name, double[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) values[i];
        }
        NDArray target = p.get(name).getArray();
        Torch.withoutGradients(() -> {
            try (NDArray source = Torch.array(target.getManager(), rounded, target.getShape())) {
                Kernels.assign(target, source);
            }
            return null;
        });
    }

    /** Copies what two networks or layers have by one name and in one shape. */
    static void copyShared(Map<String, Parameter> from, Map<String, Parameter> to) {
        to.forEach((name, p) -> {
            Parameter source = from.get(name);
            if (source != null
                    && source.getArray().getShape().equals(p.getArray().getShape())) {
                Kernels.assign(p.getArray(), source.getArray());
            }
        });
    }
}
