package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fifty steps of every optimizer of the list against torch.optim, or else its authors' or timm's code, in float64.
 *
 * <p>Tensors of ranks 0, 1, 2 and 4 with usual, zero, now and then zero, tiny and huge gradients, with and without decay.
 */
class OptimizersAgainstReferencesTest {
    static Stream<Arguments> runs() {
        return Optimizers.names().stream().flatMap(name -> cases(name)
                .flatMap(which -> Stream.of(
                        arguments(name, which, DataType.FLOAT32, 1e-5),
                        arguments(name, which, DataType.FLOAT64, 1e-10))));
    }

    /** "evaluated" is "decay" seen where the weights are evaluated, of optimizers that train elsewhere. */
    private static Stream<String> cases(String name) {
        boolean elsewhere = Optimizers.get(name).factory().build(1, 0).evaluatesElsewhere();
        return elsewhere ? Stream.of("plain", "decay", "evaluated") : Stream.of("plain", "decay");
    }

    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("runs")
    void followsItsReference(String name, String which, DataType type, double tolerance) {
        Golden golden = Golden.load("optimizers/" + name);
        double lr = golden.number("lr");
        double decay = which.equals("plain") ? 0 : golden.number("decay");
        List<String> shown = golden.names(which);
        assertEquals(List.of("1", "2", "10", "25", "50"), shown);
        List<String> tensors = golden.names(which, "1");
        assertTrue(tensors.containsAll(Set.of("scalar", "vector", "matrix", "kernel", "zero", "huge")), name);
        BaseOptimizer optimizer = Optimizers.get(name).factory().build(lr, decay);
        OptimizerProblem.EXEMPT.forEach(id -> optimizer.group(id, 0, 1));
        try (NDManager manager = Torch.newManager()) {
            OptimizerProblem problem = new OptimizerProblem(manager, type);
            List<NDArray> weights = tensors.stream().map(problem::weight).toList();
            for (int step = 1; step <= OptimizerProblem.STEPS; step++) {
                optimizer.setLearningRate(OptimizerProblem.rate(lr, step));
                update(optimizer, problem, tensors, weights, step);
                if (shown.contains(String.valueOf(step))) {
                    List<NDArray> seen = weights;
                    if (which.equals("evaluated")) {
                        seen = weights.stream().map(NDArray::duplicate).toList();
                        optimizer.toEvaluation(tensors, seen);
                    }
                    for (int k = 0; k < tensors.size(); k++) {
                        double[] expected = golden.values(which, String.valueOf(step), tensors.get(k));
                        String what = name + ", step " + step + ", " + tensors.get(k);
                        assertClose(expected, values(seen.get(k)), tolerance, what);
                    }
                }
            }
        }
    }

    private static void update(
            BaseOptimizer optimizer, OptimizerProblem problem, List<String> tensors, List<NDArray> weights, int step) {
        if (optimizer.wantsCurvature()) {
            List<NDArray> sampled = tensors.stream()
                    .map(t -> problem.curvatureGradient(t, step))
                    .toList();
            optimizer.curvature(tensors, weights, sampled, OptimizerProblem.IMAGES);
        }
        List<NDArray> gradients =
                tensors.stream().map(t -> problem.gradient(t, step)).toList();
        optimizer.step(tensors, weights, gradients);
        for (int k = 0; k < tensors.size(); k++) {
            double[] untouched = values(problem.gradient(tensors.get(k), step));
            assertArrayEquals(untouched, values(gradients.get(k)), "the gradient is not the optimizer's to change");
        }
    }

    private static double[] values(NDArray array) {
        try (NDArray exact = array.toType(DataType.FLOAT64, true)) {
            return exact.toDoubleArray();
        }
    }

    /** Relative to the largest value of the tensor; exact where all are zero. */
    private static void assertClose(double[] expected, double[] actual, double tolerance, String what) {
        double largest = 0;
        for (double e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        for (int i = 0; i < expected.length; i++) {
            String where = what + ", value " + i;
            if (largest == 0) {
                assertEquals(0, actual[i], where);
            } else {
                assertEquals(expected[i], actual[i], tolerance * largest, where);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.backbonelab.optim.Optimizers#names")
    void zeroGradientMovesNothingWithoutDecay(String name) {
        double[] expected = Golden.load("optimizers/" + name).values("plain", "50", "zero");
        try (NDManager manager = Torch.newManager()) {
            OptimizerProblem problem = new OptimizerProblem(manager, DataType.FLOAT32);
            assertArrayEquals(expected, values(problem.weight("zero")), "of the reference");
            List<NDArray> weights = List.of(problem.weight("zero"));
            BaseOptimizer optimizer = Optimizers.get(name).factory().build(0.1, 0);
            for (int step = 1; step <= OptimizerProblem.STEPS; step++) {
                update(optimizer, problem, List.of("zero"), weights, step);
            }
            assertArrayEquals(expected, values(weights.get(0)));
        }
    }

    /** libtorch's fused updates walk over raw memory, and convolutions give gradients in another layout. */
    @ParameterizedTest
    @MethodSource("org.backbonelab.optim.Optimizers#names")
    void gradientMayLieInMemoryAsItLikes(String name) {
        try (NDManager manager = Torch.newManager()) {
            OptimizerProblem problem = new OptimizerProblem(manager, DataType.FLOAT64);
            List<List<NDArray>> weights = List.of(List.of(problem.weight("kernel")), List.of(problem.weight("kernel")));
            for (int which = 0; which < 2; which++) {
                BaseOptimizer optimizer = Optimizers.get(name).factory().build(0.1, 0.1);
                for (int step = 1; step <= 3; step++) {
                    NDArray gradient = problem.gradient("kernel", step);
                    NDArray swapped = gradient.transpose(0, 2, 3, 1).duplicate().transpose(0, 3, 1, 2);
                    List<NDArray> gradients = List.of(which == 0 ? gradient : swapped);
                    optimizer.step(List.of("kernel"), weights.get(which), gradients);
                }
            }
            assertClose(values(weights.get(0).get(0)), values(weights.get(1).get(0)), 1e-12, name);
        }
    }

    @Test
    void larsLeavesZero() {
        try (NDManager manager = Torch.newManager()) {
            OptimizerProblem problem = new OptimizerProblem(manager, DataType.FLOAT32);
            List<NDArray> weights = List.of(problem.weight("fresh"));
            NDArray gradient = problem.gradient("fresh", 1);
            Optimizers.get("lars").factory().build(0.5, 0).step(List.of("fresh"), weights, List.of(gradient));
            double[] expected = values(gradient);
            double[] actual = values(weights.get(0));
            for (int i = 0; i < expected.length; i++) {
                assertEquals(-0.5 * expected[i], actual[i], 1e-7, "a ratio of 1 where the norm of the weights is zero");
            }
        }
    }

    @Test
    void listAndGoldenFilesHaveTheSameNames() throws IOException, URISyntaxException {
        Path folder = Path.of(Golden.class.getResource("/golden/optimizers").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            Set<String> names = files.map(f -> f.getFileName().toString().replace(".json", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(
                    new TreeSet<>(Optimizers.names()),
                    names,
                    "make_optimizers.py and make_later_optimizers.py make one file for each name");
        }
    }
}
