package org.backbonelab.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.backbonelab.io.Json;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.optim.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecipeTest {
    private static Arguments bad(String message, UnaryOperator<Recipe> change) {
        return Arguments.of(message, change);
    }

    static Stream<Arguments> badValues() {
        return Stream.of(
                bad("epochs is 0.0, expected a positive number", r -> r.withEpochs(0, 0)),
                bad("batch size is 0, expected 1 or more", r -> r.withBatchSize(0)),
                bad("learning rate is -0.1, expected a positive number", r -> r.withLr(-0.1)),
                bad("learning rate is NaN, expected a positive number", r -> r.withLr(Double.NaN)),
                bad("weight decay is -1.0, expected 0 or more", r -> r.withWeightDecay(-1)),
                bad("warm-up epochs is 5.0, expected 0 to below the epochs", r -> r.withEpochs(5, 5)),
                bad("label smoothing is 1.0, expected 0 to below 1", r -> r.withRegularisation(1, 0)),
                bad("drop path is 1.0, expected 0 to below 1", r -> r.withRegularisation(0, 1)),
                bad("clip norm is -1.0, expected 0 (off) or more", r -> r.withClipNorm(-1)),
                bad("agc is -1.0, expected 0 (off) or more", r -> r.withAgc(-1)),
                bad("rho is -0.1, expected 0 (plain step) or more", r -> r.withRho(-0.1)),
                bad("accumulate is 0, expected 1 to the batch size", r -> r.withAccumulate(0)),
                bad("accumulate is 101, expected 1 to the batch size", r -> r.withAccumulate(101)),
                bad("layer decay is 0.0, expected above 0 and at most 1 (off)", r -> r.withLayerDecay(0)),
                bad("evaluate every is -1, expected 0 (at the end) or more epochs", r -> r.withEvaluateEvery(-1)),
                bad(
                        "parameter groups is null, expected a list, empty for none",
                        r -> r.withGroups((ParameterGroup[]) null)),
                bad("non-finite is null, expected STOP, SKIP or PROPAGATE", r -> r.withNonFinite(null)),
                bad("loss ceiling is -1.0, expected 0 (off) or more", r -> r.withLossCeiling(-1)),
                bad("objective is null, expected a name of the list of objectives", r -> r.withObjective(null)),
                bad("schedule is null, expected a schedule", r -> r.withSchedule(null)),
                bad("ema is null, expected a decay and a warm-up", r -> r.withEma(null)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badValues")
    void badValuesAreRefusedWithWhatWasExpected(String message, UnaryOperator<Recipe> change) {
        Recipe recipe = Recipe.supervised();
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> change.apply(recipe))
                        .getMessage());
    }

    @Test
    void changesTouchTheirValueOnly() {
        Recipe recipe = Recipes.fcmae();
        assertEquals(0.3, recipe.withLr(0.3).optimization().lr());
        assertEquals(recipe, recipe.withLr(0.3).withLr(recipe.optimization().lr()));
        assertEquals(
                recipe,
                recipe.withRho(0.1)
                        .withAgc(0.2)
                        .withClipNorm(1)
                        .withRho(0)
                        .withAgc(0)
                        .withClipNorm(0));
    }

    @Test
    void warmUpStaysTheSameShare() {
        assertEquals(
                4,
                Recipe.supervised().withEpochs(10, 2).withEpochs(20).schedule().warmupEpochs(),
                1e-12);
    }

    @Test
    void milestonesStayTheSameShare() {
        Recipe recipe = Recipe.supervised().withEpochs(10).withSchedule(Schedule.step(0.1, 5.0, 8.0));
        assertEquals(
                Schedule.step(0.1, 10.0, 16.0), recipe.withEpochs(20).schedule().curve());
    }

    @Test
    void optimizerBringsItsDefaults() {
        for (String name : Optimizers.names()) {
            Recipe recipe = Recipe.supervised().withOptimizer(name);
            assertEquals(
                    Optimizers.get(name).learningRate(), recipe.optimization().lr());
            assertEquals(
                    Optimizers.get(name).weightDecay(), recipe.optimization().weightDecay());
        }
        assertThrows(IllegalArgumentException.class, () -> Recipe.supervised().withOptimizer("adamv"));
    }

    @Test
    void comesBackFromJson() {
        Recipe other = Recipe.supervised()
                .withObjective("bce")
                .withAccumulate(4)
                .withLayerDecay(0.75)
                .withSchedule(Schedule.step(0.1, 3.0, 6.0).withPerEpoch(true))
                .withEma(new Ema(0.999, Ema.Warmup.RATIONAL))
                .withEvaluateEvery(2)
                .withGroups(new ParameterGroup("head.*", 10, 0), new ParameterGroup("norm.*", 0.1, 1))
                .withSam(Sharpness.asam(0.01).withM(20), 0.5)
                .withNonFinite(NonFinite.SKIP)
                .withLossCeiling(50)
                .withStartScale("head.*", 0.001);
        for (Recipe recipe : new Recipe[] {Recipe.supervised(), Recipes.fcmae(), Recipes.nfnet(), other}) {
            assertEquals(recipe, Json.read(Json.write(recipe), Recipe.class, "recipe"));
        }
    }
}
