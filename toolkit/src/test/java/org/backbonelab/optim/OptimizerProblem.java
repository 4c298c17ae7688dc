package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Weights and gradients of {@code src/test/golden/make_optimizers.py}, which states the rule; exact in float32. */
final class OptimizerProblem {
    static final int STEPS = 50;
    static final int IMAGES = 128;

    /** Tensors that weight decay leaves alone in the case "decay". */
    static final Set<String> EXEMPT = Set.of("vector", "tiny");

    private static final List<String> NAMES = List.of(
            "scalar", "vector", "matrix", "kernel", "zero", "sparse", "huge", "vast", "tiny", "orthogonal", "fresh");
    private static final List<Shape> SHAPES = List.of(
            new Shape(),
            new Shape(5),
            new Shape(3, 4),
            new Shape(2, 3, 3, 3),
            new Shape(4, 5),
            new Shape(6),
            new Shape(3, 4),
            new Shape(3, 4),
            new Shape(3, 4),
            new Shape(2, 4),
            new Shape(4));

    private final NDManager manager;
    private final DataType type;

    OptimizerProblem(NDManager manager, DataType type) {
        this.manager = manager;
        this.type = type;
    }

    /** The learning rate is halved after 25 steps. */
    static double rate(double base, int step) {
        return step <= 25 ? base : base / 2;
    }

    NDArray weight(String name) {
        double scale = name.equals("tiny") ? 0x1p-20 : 1;
        return array(name, i -> startsAtZero(name, i) ? 0 : value(i, NAMES.indexOf(name) + 1) * scale);
    }

    private static boolean startsAtZero(String name, int i) {
        return name.equals("fresh") || (name.equals("orthogonal") && i % 4 >= 2);
    }

    NDArray gradient(String name, int step) {
        double scale = gradientScale(name, step);
        long salt = 1000L * step + NAMES.indexOf(name);
        return array(name, i -> hasNoGradient(name, i, step) ? 0 : value(i, salt) * scale);
    }

    private static boolean hasNoGradient(String name, int i, int step) {
        return switch (name) {
            case "zero" -> true;
            case "sparse" -> step % 4 == 1 || i == 4 || (i + step) % 3 == 0;
            case "orthogonal" -> i % 4 < 2;
            default -> false;
        };
    }

    private static double gradientScale(String name, int step) {
        return switch (name) {
            case "huge" -> step % 2 == 0 ? 0x1p20 : 1;
            case "vast" -> step % 10 == 0 ? 0x1p40 : 1;
            case "tiny" -> 0x1p-20;
            default -> 1;
        };
    }

    /** The gradient of a loss of sampled labels. */
    NDArray curvatureGradient(String name, int step) {
        long salt = 1000L * step + 500 + NAMES.indexOf(name);
        return array(name, i -> name.equals("zero") ? 0 : value(i, salt) * 2);
    }

    private static double value(long i, long salt) {
        return (7919 * i * i + 31 * i + 104729 * salt) % 65536 / 32768.0 - 1;
    }

    /** One number of a tensor from its position. */
    @FunctionalInterface
    private interface Rule {
        double at(int position);
    }

    private NDArray array(String name, Rule rule) {
        Shape shape = SHAPES.get(NAMES.indexOf(name));
        double[] values = IntStream.range(0, Math.toIntExact(shape.size()))
                .mapToDouble(rule::at)
                .toArray();
        NDArray exact = manager.create(values, shape);
        if (type == DataType.FLOAT64) {
            // Not a copy by toType: one of the same type shares the buffer, which is freed when this array is closed.
            return exact;
        }
        try (exact) {
            return exact.toType(type, true);
        }
    }
}
