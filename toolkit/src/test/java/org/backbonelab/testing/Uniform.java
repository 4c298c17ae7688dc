package org.backbonelab.testing;

import ai.djl.ndarray.types.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/** The rule of {@code make_backbones.py} for weights, images and test vectors: values from a name and an index. */
public final class Uniform {
    private static final int STEP = 0x9E3779B9;

    private Uniform() {}

    /** Returns values in [-1, 1). */
    public static double[] values(String name, long count) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        int start = (int) crc.getValue();
        double[] out = new double[Math.toIntExact(count)];
        for (int i = 0; i < out.length; i++) {
            out[i] = (mix(start + STEP * i) & 0xFFFFFFFFL) / 0x1p31 - 1;
        }
        return out;
    }

    /** Returns values in [-1, 1), rounded. */
    public static float[] floats(String name, long count) {
        return line(values(name, count), 0, 1);
    }

    /** Returns the weights of a parameter. */
    public static float[] weights(String name, Shape shape) {
        double[] x = values(name, shape.size());
        if (name.endsWith("running_var")) {
            return line(x, 1, 0.5);
        }
        if (name.endsWith("bias") || name.endsWith("running_mean")) {
            return line(x, 0, 0.2);
        }
        if (name.contains("layer_scale")) {
            return line(x, 0x1p-13, 0x1p-15);
        }
        if (Arrays.stream(shape.getShape()).filter(n -> n > 1).count() <= 1) {
            return line(x, 1, 0.25);
        }
        return line(x, 0, Math.sqrt(6.0 / ((double) shape.size() / shape.get(0))));
    }

    private static float[] line(double[] x, double offset, double scale) {
        float[] out = new float[x.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (offset + scale * x[i]);
        }
        return out;
    }

    /** Murmur3's 32-bit finaliser. */
    private static int mix(int h) {
        int x = h;
        x ^= x >>> 16;
        x *= 0x85EBCA6B;
        x ^= x >>> 13;
        x *= 0xC2B2AE35;
        x ^= x >>> 16;
        return x;
    }
}
