package org.backbonelab.layer;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Initial values of a parameter, as a function of its shape and a random stream. */
@FunctionalInterface
public interface Init {
    /** All zeros. */
    Init ZEROS = constant(0);

    /** All ones. */
    Init ONES = constant(1);

    /**
     * Returns the values in row-major order.
     *
     * @param shape of the parameter; a weight's first axis is the output
     */
    float[] values(Shape shape, RandomGenerator random);

    /** Returns an initialiser with one value everywhere. */
    static Init constant(double value) {
        return (shape, random) -> {
            float[] out = new float[Math.toIntExact(shape.size())];
            Arrays.fill(out, (float) value);
            return out;
        };
    }

    /** Returns an initialiser that draws from N(0, std^2). */
    static Init normal(double std) {
        return (shape, random) -> {
            float[] out = new float[Math.toIntExact(shape.size())];
            for (int i = 0; i < out.length; i++) {
                out[i] = (float) (random.nextGaussian() * std);
            }
            return out;
        };
    }

    /** Returns He's initialiser for ReLU in its fan-out form: N(0, 2 / (out * kh * kw)). */
    static Init heFanOut() {
        return (shape, random) -> {
            double fanOut = (double) shape.size() / shape.get(1);
            return normal(Math.sqrt(2 / fanOut)).values(shape, random);
        };
    }

    /** Returns He's initialiser for ReLU in its fan-in form: N(0, 2 / fan-in); for a depthwise convolution 2 / k^2. */
    static Init heFanIn() {
        return (shape, random) -> {
            double fanIn = (double) shape.size() / shape.get(0);
            return normal(Math.sqrt(2 / fanIn)).values(shape, random);
        };
    }

    /** Returns LeCun's initialiser: N(0, 1 / fan-in). */
    static Init leCun() {
        return (shape, random) -> {
            double fanIn = (double) shape.size() / shape.get(0);
            return normal(Math.sqrt(1 / fanIn)).values(shape, random);
        };
    }

    /**
     * Returns LeCun's initialiser in Flax's form: N(0, s^2) cut off at 2 s, with s such that the variance is 1 / fan-in.
     */
    static Init truncatedLeCun() {
        return (shape, random) -> {
            double fanIn = (double) shape.size() / shape.get(0);
            // N(0, 1) cut off at 2 has the standard deviation 0.8796.
            double s = 1 / (Math.sqrt(fanIn) * 0.8796256610342398);
            float[] out = new float[Math.toIntExact(shape.size())];
            for (int i = 0; i < out.length; i++) {
                double z = random.nextGaussian();
                while (Math.abs(z) > 2) {
                    z = random.nextGaussian();
                }
                out[i] = (float) (z * s);
            }
            return out;
        };
    }

    /** Returns Glorot's uniform initialiser: U(-a, a), a = sqrt(6 / (fan-in + fan-out)). */
    static Init xavierUniform() {
        return (shape, random) -> {
            double a = Math.sqrt(6.0 * shape.get(0) / ((double) shape.size() + shape.get(0) * shape.get(0)));
            return uniform(a).values(shape, random);
        };
    }

    /** Returns an initialiser that draws from U(-bound, bound). */
    static Init uniform(double bound) {
        return (shape, random) -> {
            float[] out = new float[Math.toIntExact(shape.size())];
            for (int i = 0; i < out.length; i++) {
                out[i] = (float) ((random.nextDouble() * 2 - 1) * bound);
            }
            return out;
        };
    }

    /** Returns what PyTorch gives weights that an author leaves alone: U(-a, a), a = 1 / sqrt(fan-in). */
    static Init pytorchDefault() {
        return (shape, random) -> {
            double fanIn = (double) shape.size() / shape.get(0);
            return uniform(1 / Math.sqrt(fanIn)).values(shape, random);
        };
    }
}
