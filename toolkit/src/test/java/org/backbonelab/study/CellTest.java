package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.backbonelab.io.Json;
import org.backbonelab.recipe.NonFinite;
import org.backbonelab.recipe.ObjectiveSettings;
import org.backbonelab.recipe.ParameterGroup;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.recipe.Sharpness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CellTest {
    private static final Cell CELL = new Cell(
            "synthetic",
            100,
            50,
            50,
            "convnextv2_micro",
            "fcmae",
            List.of(Recipes.fcmae().withEpochs(2), Recipe.supervised().withRho(0.05)),
            3);

    private static final ParameterGroup FROZEN_STEM = new ParameterGroup("conv1.*", 0, 0);

    /** A changed id makes every finished cell of every user unfinished: change it on purpose or not at all. */
    @Test
    void idOfAFixedCellStays() {
        assertEquals("e5fa571603daf5eb", CELL.id());
    }

    /** Change no entry of neutral-recipe.json, add one for each new field: the ids of trained cells depend on it. */
    @Test
    void fieldsAtTheirNeutralValueAreLeftOut() throws JsonProcessingException {
        Cell plain = cell(100, "resnet_micro", List.of(Recipe.supervised()), 0);
        String phase = "{\"data\":{\"augmentation\":{\"crop\":{\"kind\":\"PADDED\",\"padding\":0.07142857142857142},"
                + "\"flip\":true},\"batchSize\":100},\"objective\":{\"name\":\"supervised\"},"
                + "\"optimization\":{\"lr\":0.001,\"optimizer\":\"adamw\",\"weightDecay\":0.05},"
                + "\"schedule\":{\"curve\":{\"decay\":\"COSINE\"},\"epochs\":10.0}}";
        assertTrue(plain.json().contains("\"phases\":[" + phase + "]"), plain.json());
        assertEquals(plain, Cell.parse(plain.json()));
        Set<String> always = paths("", new ObjectMapper().readTree(Json.write(Recipe.supervised())));
        always.removeAll(paths("", CellJson.neutral()));
        assertEquals(
                Set.of(
                        "data.augmentation.crop.kind",
                        "data.augmentation.flip",
                        "data.batchSize",
                        "objective.name",
                        "optimization.lr",
                        "optimization.optimizer",
                        "optimization.weightDecay",
                        "schedule.curve.decay",
                        "schedule.epochs"),
                always,
                "a new field of a recipe needs its neutral value in neutral-recipe.json");
    }

    private static Set<String> paths(String prefix, JsonNode node) {
        Set<String> out = new TreeSet<>();
        node.properties().forEach(e -> {
            out.add(prefix + e.getKey());
            out.addAll(paths(prefix + e.getKey() + ".", e.getValue()));
        });
        return out;
    }

    @Test
    void membersOfTheSamFamilyComeBackAndAreToldApart() {
        Recipe asam =
                Recipe.supervised().withSam(Sharpness.asam(0.01).withM(20), 0.5).withGroups(FROZEN_STEM);
        Cell cell = cell(100, "resnet_micro", List.of(asam), 0);
        assertTrue(cell.json().contains("\"sharpness\":{\"eta\":0.01,\"kind\":\"ASAM\",\"m\":20}"), cell.json());
        assertEquals(cell, Cell.parse(cell.json()));
        assertEquals("ASAM m 20 eta 0.01", Axis.of(cell).get("sharpness"));
        assertFalse(Axis.of(CELL).containsKey("sharpness"), "plain SAM is what rho says");
        assertTrue(cell.label().contains("rho 0.5 ASAM m 20 eta 0.01"), cell.label());
    }

    @Test
    void startScalesComeBackAndTellCellsApart() {
        Recipe plain = Recipe.supervised();
        Cell scaled = cell(100, "resnet_micro", List.of(plain.withStartScale("fc\\..*", 0.001)), 0);
        assertTrue(scaled.json().contains("\"network\":{\"startScales\":{\"fc\\\\..*\":0.001}}"), scaled.json());
        assertEquals(scaled, Cell.parse(scaled.json()));
        assertNotEquals(cell(100, "resnet_micro", List.of(plain), 0).id(), scaled.id());
    }

    @Test
    void comesBackFromItsJson() {
        Cell back = Cell.parse(CELL.json());
        assertEquals(CELL, back);
        assertEquals(CELL.json(), back.json());
        assertEquals(CELL.id(), back.id());
    }

    @Test
    void idDoesNotDependOnTheOrderOfKeys() throws JsonProcessingException {
        ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(CELL.json());
        List<String> names = new ArrayList<>();
        tree.fieldNames().forEachRemaining(names::add);
        Collections.reverse(names);
        ObjectNode reversed = new ObjectMapper().createObjectNode();
        names.forEach(n -> reversed.set(n, tree.get(n)));
        assertNotEquals(CELL.json(), reversed.toString());
        assertEquals(CELL.id(), Cell.parse(reversed.toString()).id());
    }

    @Test
    void anythingThatDecidesTheResultChangesTheId() {
        List<Recipe> plain = List.of(Recipe.supervised());
        Cell base = cell(100, "resnet_micro", plain, 0);
        List<Cell> others = List.of(
                cell(101, "resnet_micro", plain, 0),
                cell(100, "vit_micro", plain, 0),
                cell(100, "resnet_micro", List.of(Recipe.supervised().withLr(2e-3)), 0),
                cell(100, "resnet_micro", List.of(Recipe.supervised().withAgc(0.01)), 0),
                cell(100, "resnet_micro", List.of(Recipe.supervised().withNonFinite(NonFinite.SKIP)), 0),
                cell(100, "resnet_micro", List.of(Recipe.supervised().withSam(Sharpness.asam(0.01), 0)), 0),
                cell(100, "resnet_micro", List.of(Recipe.supervised().withGroups(FROZEN_STEM)), 0),
                cell(100, "resnet_micro", plain, 1));
        others.forEach(other -> assertNotEquals(base.id(), other.id()));
        assertEquals(base.id(), cell(100, "resnet_micro", plain, 0).id());
    }

    private static Cell cell(int images, String backbone, List<Recipe> phases, long seed) {
        return new Cell("synthetic", images, 50, 50, backbone, "plain", phases, seed);
    }

    @Test
    void axesDescribeTheLastPhase() {
        assertEquals(0.05, Axis.of(CELL).get("rho"));
        assertEquals("adamw", Axis.of(CELL).get("optimizer"));
        assertTrue(CELL.label().contains("convnextv2_micro") && CELL.label().contains("rho 0.05"), CELL.label());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"dataset\":\"synthetic\"}",
                "{\"dataset\":\"synthetic\",\"backbone\":\"resnet_micro\"}",
                "not json"
            })
    void malformedJsonIsOneClearSentence(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Cell.parse(text))
                .getMessage();
        assertTrue(message.startsWith("cell: "), message);
        assertTrue(!message.contains("\n") && !message.contains("Exception"), message);
    }

    @Test
    void badValuesInJsonAreToldAsInCode() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> Cell.parse(CELL.json().replace("\"rho\":0.05", "\"rho\":-1")))
                .getMessage();
        assertEquals("cell: rho is -1.0, expected 0 (plain step) or more", message);
    }

    @Test
    void aSettingThatItsObjectiveDoesNotHaveIsRefused() {
        ObjectiveSettings misspelt = Recipe.supervised().objective().with("label_smothing", 0.1);
        Recipe recipe = Recipe.supervised().withObjective(misspelt.name(), misspelt.settings());
        String message = assertThrows(
                        IllegalArgumentException.class, () -> cell(100, "resnet_micro", List.of(recipe), 0))
                .getMessage();
        assertEquals("a setting of objective supervised is label_smothing, expected one of [label_smoothing]", message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"trainImages", "flip"})
    void aMisspeltFieldIsRefusedWithTheNearestName(String field) {
        String cell = cell(100, "resnet_micro", List.of(Recipe.supervised()), 0).json();
        String misspelt = cell.replace("\"" + field + "\"", "\"" + field.replaceFirst("i", "") + "\"");
        String message = assertThrows(IllegalArgumentException.class, () -> Cell.parse(misspelt))
                .getMessage();
        assertTrue(
                message.contains("unknown field \"" + field.replaceFirst("i", "") + "\"")
                        && message.contains("nearest known one is \"" + field + "\""),
                message);
    }
}
