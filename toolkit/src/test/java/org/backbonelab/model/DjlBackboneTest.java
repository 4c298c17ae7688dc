package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Split;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.TrainLoop;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DjlBackboneTest {
    private static final ImageSpec SPEC = new ImageSpec(1, 28, 10);

    private static Block block(int classes) {
        return new SequentialBlock()
                .add(Conv2d.builder()
                        .setKernelShape(new Shape(3, 3))
                        .setFilters(8)
                        .optStride(new Shape(2, 2))
                        .build())
                .add(BatchNorm.builder().build())
                .add(Activation::relu)
                .add(Pool.globalAvgPool2dBlock())
                .add(Linear.builder().setUnits(classes).build());
    }

    private static DjlBackbone net() {
        return new DjlBackbone(SPEC, block(10));
    }

    @Test
    void parametersHaveNamesRolesAndDrawnValues() {
        try (NDManager manager = Torch.newManager()) {
            DjlBackbone one = net();
            one.initialize(manager, 1);
            assertEquals(8 * 9 + 8 + 2 * 8 + 8 * 10 + 10, one.parameterCount());
            assertEquals(one.namedParameters().size(), one.getParameters().size(), "DJL sees the same parameters");
            Map<Role, List<String>> roles = one.parameterInfos().entrySet().stream()
                    .collect(Collectors.groupingBy(
                            e -> e.getValue().role(), Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
            assertEquals(2, roles.get(Role.STATISTIC).size());
            assertEquals(1, roles.get(Role.WEIGHT).size());
            assertTrue(roles.get(Role.CLASSIFIER).get(0).endsWith("Linear.weight"), roles.toString());
            DjlBackbone same = net();
            same.initialize(manager, 1);
            DjlBackbone other = net();
            other.initialize(manager, 2);
            String weight = roles.get(Role.WEIGHT).get(0);
            assertArrayEquals(values(one, weight), values(same, weight));
            assertFalse(Arrays.equals(values(one, weight), values(other, weight)));
        }
    }

    private static float[] values(Backbone model, String name) {
        return model.namedParameters().get(name).getArray().toFloatArray();
    }

    @Test
    void computesWhatTheBlockComputes() {
        try (NDManager manager = Torch.newManager()) {
            Block block = block(10);
            DjlBackbone model = net();
            model.initialize(manager, 3);
            block.initialize(manager, DataType.FLOAT32, new Shape(2, 1, 28, 28));
            List<Parameter> own = block.getParameters().values();
            List<Parameter> theirs = model.getParameters().values();
            for (int i = 0; i < own.size(); i++) {
                theirs.get(i).getArray().copyTo(own.get(i).getArray());
            }
            NDArray images = manager.randomNormal(new Shape(5, 1, 28, 28));
            float[] expected = block.forward(new ParameterStore(manager, false), new NDList(images), false)
                    .singletonOrThrow()
                    .toFloatArray();
            assertArrayEquals(expected, model.apply(images, Pass.evaluation()).toFloatArray());
        }
    }

    @ParameterizedTest
    @CsvSource({"sgd, 0", "adamw, 0", "muon, 0", "adamw, 0.05"})
    void trainsTheSameTwice(String optimizer, double rho) {
        Recipe recipe =
                Recipe.supervised().withOptimizer(optimizer).withBatchSize(16).withEpochs(3, 0);
        Recipe whole = recipe.withRho(rho);
        Split split = Split.of(Datasets.get("synthetic"), 96, 10, 10, 0);
        try (NDManager manager = Torch.newManager()) {
            List<Double> first = losses(manager, split, whole);
            assertTrue(first.get(2) < first.get(0), first.toString());
            assertEquals(first, losses(manager, split, whole));
        }
    }

    private static List<Double> losses(NDManager manager, Split split, Recipe recipe) {
        int classes = split.train().classes();
        DjlBackbone model = new DjlBackbone(
                new ImageSpec(split.train().channels(), split.train().size(), classes), block(classes));
        model.initialize(manager, 5);
        return TrainLoop.run(new Supervised(model, 0), split, recipe, 5).trainLoss();
    }

    @Test
    void blockWithValuesIsRefusedAndKeepsThem() {
        try (NDManager manager = Torch.newManager()) {
            Block block = block(10);
            block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 28, 28));
            String message = assertThrows(IllegalArgumentException.class, () -> new DjlBackbone(SPEC, block))
                    .getMessage();
            assertTrue(message.contains("a new one for every network"), message);
            assertTrue(block.isInitialized());
        }
    }

    @Test
    void otherLogitsAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> new DjlBackbone(SPEC, block(7)))
                .getMessage();
        assertTrue(message.contains("(2, 7)") && message.contains("(2, 10)"), message);
    }
}
