package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizersTest {
    static Set<String> names() {
        return Optimizers.names();
    }

    /** arXiv 2410.06373, figure 2. */
    @Test
    void theTwentyAndTheirCategories() {
        Map<Character, Long> counts = Optimizers.bocb().stream()
                .collect(Collectors.groupingBy(Optimizers.Entry::category, Collectors.counting()));
        assertEquals(Map.of('a', 3L, 'b', 8L, 'c', 6L, 'd', 3L), counts);
        assertEquals(20, Optimizers.bocb().size());
    }

    @Test
    void whatIsNotThePapersIsAVariantOrCameLater() {
        Set<String> later = Set.of("prodigy", "muon", "soap", "schedulefree_adamw");
        for (String name : names()) {
            boolean variant = name.contains("_");
            assertEquals(!variant && !later.contains(name), Optimizers.get(name).isOfBocb(), name);
        }
    }

    @Test
    void variantsLeadFromThePublishedAlgorithmToTheStudysCode() {
        assertEquals("sophia_bocb", Optimizers.get("sophia").bocb().name());
        assertEquals("adamw", Optimizers.get("adamw").bocb().name());
        for (String name : names()) {
            if (name.endsWith("_bocb")) {
                String published = name.substring(0, name.indexOf('_'));
                assertEquals(name, Optimizers.get(published).bocb().name());
            }
        }
    }

    /** State in arrays of the weights' size, beside what is smaller; matrices of AdaFactor need a row and a column. */
    @ParameterizedTest
    @CsvSource({
        "sgd, 1",
        "sgdp, 1",
        "lion, 1",
        "adam, 2",
        "adamax, 2",
        "nadam, 2",
        "adamw, 2",
        "lamb, 2",
        "radam, 2",
        "adamp, 2",
        "adan, 4",
        "lars, 1",
        "adabound, 2",
        "adabelief, 2",
        "sophia, 2",
        "adagrad, 1",
        "adadelta, 2",
        "rmsprop, 1"
    })
    void stateIsWhatTheJavadocSays(String name, int arrays) {
        Map<String, Long> sizes = stateAfterThreeSteps(name);
        assertEquals(
                arrays * (6L + 5L), sizes.values().stream().mapToLong(s -> s).sum(), sizes.toString());
    }

    @Test
    void smallStatesAreSmall() {
        assertEquals(Map.of("m/row_var", 3L, "m/col_var", 2L, "v/variance", 5L), stateAfterThreeSteps("adafactor"));
        assertEquals(
                Map.of("m/exp_avg", 6L, "m/exp_avg_sq", 1L, "v/exp_avg", 5L, "v/exp_avg_sq", 1L),
                stateAfterThreeSteps("novograd"));
        Map<String, Long> prodigy = new HashMap<>(Map.of("m/estimate", 2L));
        for (String name : List.of("way", "exp_avg", "exp_avg_sq", "sum")) {
            prodigy.putAll(Map.of("m/" + name, 6L, "v/" + name, 5L));
        }
        assertEquals(prodigy, stateAfterThreeSteps("prodigy"));
        assertEquals(
                Map.of("m/base", 6L, "m/exp_avg_sq", 6L, "m/highest_and_sum", 2L, "v/base", 5L, "v/exp_avg_sq", 5L),
                stateAfterThreeSteps("schedulefree_adamw"));
        assertEquals(
                Map.of("m/momentum_buffer", 6L, "v/exp_avg", 5L, "v/exp_avg_sq", 5L), stateAfterThreeSteps("muon"));
        Map<String, Long> soap =
                new HashMap<>(Map.of("m/moment0", 9L, "m/basis0", 9L, "m/moment1", 4L, "m/basis1", 4L));
        for (String name : List.of("exp_avg", "exp_avg_sq")) {
            soap.putAll(Map.of("m/" + name, 6L, "v/" + name, 5L));
        }
        assertEquals(soap, stateAfterThreeSteps("soap"));
    }

    private static Map<String, Long> stateAfterThreeSteps(String name) {
        try (NDManager manager = Torch.newManager()) {
            BaseOptimizer optimizer = Optimizers.get(name).factory().build(0.01, 0.1);
            List<NDArray> weights =
                    List.of(Golden.fill(manager, new Shape(3, 2), 1), Golden.fill(manager, new Shape(5), 2));
            for (int t = 0; t < 3; t++) {
                optimizer.step(List.of("m", "v"), weights, weights);
            }
            Map<String, Long> out = new HashMap<>();
            optimizer.state().forEach((key, array) -> out.put(key, array.size()));
            return out;
        }
    }

    /** Muon's other part is AdamW at 0.015 of the rate. */
    @Test
    void muonTreatsWhatIsNotHiddenAsAdamW() {
        try (NDManager manager = Torch.newManager()) {
            NDArray weight = Golden.fill(manager, new Shape(3, 2), 1);
            NDArray expected = Golden.fill(manager, new Shape(3, 2), 1);
            BaseOptimizer muon = new Muon(0.1, 0.2);
            muon.notHidden("w");
            BaseOptimizer adamw = new AdamW(0.0015, 0.2, 0.9, 0.95);
            for (int t = 1; t <= 3; t++) {
                List<NDArray> gradient = List.of(Golden.fill(manager, new Shape(3, 2), 10.0 * t));
                muon.step(List.of("w"), List.of(weight), gradient);
                adamw.step(List.of("w"), List.of(expected), gradient);
            }
            assertArrayEquals(expected.toFloatArray(), weight.toFloatArray(), 1e-6f);
        }
    }

    /** Numbers that are not finite go through the rule as in torch; what to do about them is the training loop's. */
    @ParameterizedTest
    @MethodSource("names")
    void nanAndInfinityAreNoCrash(String name) {
        try (NDManager manager = Torch.newManager()) {
            BaseOptimizer optimizer = Optimizers.get(name).factory().build(0.01, 0.1);
            List<NDArray> weights = new ArrayList<>();
            List<NDArray> gradients = new ArrayList<>();
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1}) {
                weights.add(Golden.fill(manager, new Shape(2, 2), 1));
                gradients.add(manager.create(new float[] {1, bad, 2, 3}, new Shape(2, 2)));
            }
            for (int t = 0; t < 6; t++) {
                optimizer.step(List.of("nan", "infinite", "finite"), weights, gradients);
            }
            boolean global = name.equals("lamb_bocb");
            assertEquals(global, Float.isNaN(weights.get(2).sum().getFloat()), "a tensor with finite gradients");
        }
    }

    @Test
    void unknownNameIsToldWithTheKnownOnes() {
        String message = assertThrows(IllegalArgumentException.class, () -> Optimizers.get("adamv"))
                .getMessage();
        assertTrue(message.contains("adamv") && message.contains("adamw"), message);
    }
}
