package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Set;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HybridTest {
    /** The ends of the way are the networks of the other file, bit for bit. */
    @ParameterizedTest
    @CsvSource({"hybrid_layerscale_micro, convnext_micro", "hybrid_grn_micro, convnextv2_micro"})
    void withAllPartsOfAConvNeXtItIsOne(String hybrid, String convnext) {
        try (NDManager manager = Torch.newManager()) {
            Backbone one = Nets.create(manager, hybrid);
            Backbone two = Nets.create(manager, convnext);
            assertEquals(two.storedShapes(), one.storedShapes());
            NDArray images = Supervised.images(manager, Nets.batch(4));
            assertArrayEquals(
                    two.apply(images, Pass.evaluation()).toFloatArray(),
                    one.apply(images, Pass.evaluation()).toFloatArray());
        }
    }

    /** The way: each network differs from the one before in one part. */
    @Test
    void partsComeOneAtATime() {
        ImageSpec spec = new ImageSpec(1, 28, 10);
        List<String> way = List.of("resnet", "patchify", "layernorm", "gelu", "heterogeneous", "layerscale");
        long before = 0;
        for (String part : way) {
            long count = Backbones.create("hybrid_" + part + "_micro", spec, 0).parameterCount();
            // Norms of both kinds have as many values, but for the head's; activations have none.
            assertEquals(part.equals("gelu"), count == before, part);
            before = count;
        }
    }

    /** What the heterogeneous step brings beside its blocks, apart: values by their scatter, width by the parameters. */
    @Test
    void initialValuesSumAndWidthComeAlone() {
        ImageSpec spec = new ImageSpec(1, 16, 10);
        long homogeneous = Backbones.create("hybrid_gelu_micro", spec, 0).parameterCount();
        long heterogeneous =
                Backbones.create("hybrid_heterogeneous_micro", spec, 0).parameterCount();
        for (String same : List.of("gelu_normal", "gelu_sum", "gelu_normal_sum")) {
            assertEquals(
                    homogeneous,
                    Backbones.create("hybrid_" + same + "_micro", spec, 0).parameterCount());
        }
        double narrow = Backbones.create("hybrid_gelu_narrow_micro", spec, 0).parameterCount();
        double wide =
                Backbones.create("hybrid_heterogeneous_wide_micro", spec, 0).parameterCount();
        assertEquals(1, narrow / heterogeneous, 0.05);
        assertEquals(1, wide / homogeneous, 0.05);
        try (NDManager manager = Torch.newManager()) {
            assertEquals(0.02, deviation(Nets.create(manager, "hybrid_gelu_normal_micro"), "conv1.weight"), 0.001);
            assertEquals(
                    Math.sqrt(2 / (9 * 32.0)),
                    deviation(Nets.create(manager, "hybrid_gelu_micro"), "conv1.weight"),
                    0.003);
            assertEquals(
                    Math.sqrt(2 / 49.0),
                    deviation(Nets.create(manager, "hybrid_heterogeneous_he_micro"), "conv_dw.weight"),
                    0.015);
        }
    }

    /** GELU is nowhere below -0.17: where one follows the sum, neither is the block's output. */
    @Test
    void withoutTheLastActivationABlocksOutputHasAnySign() {
        for (String name : List.of("gelu", "heterogeneous_act")) {
            assertTrue(lowest(name) > -0.171, name);
        }
        for (String name : List.of("gelu_sum", "gelu_normal_sum", "heterogeneous")) {
            assertTrue(lowest(name) < -0.3, name);
        }
    }

    private static double lowest(String part) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "hybrid_" + part + "_micro");
            NDArray images = Golden.fill(manager, new Shape(2, 1, 28, 28), 0);
            List<NDArray> maps = model.stageFeatures(images, Pass.evaluation());
            return maps.get(0).min().getFloat();
        }
    }

    private static double deviation(Backbone model, String weight) {
        return model.namedParameters()
                .get("stages.0.blocks.0." + weight)
                .getArray()
                .toType(DataType.FLOAT64, false)
                .pow(2)
                .mean()
                .sqrt()
                .getDouble();
    }

    @Test
    void partsThatDoNotFitAreRefused() {
        List<Integer> dims = List.of(8);
        for (Hybrid.Part part : List.of(Hybrid.Part.LAYER_SCALE, Hybrid.Part.GRN)) {
            Set<Hybrid.Part> parts = Set.of(Hybrid.Part.PATCHIFY, part);
            String message = assertThrows(IllegalArgumentException.class, () -> new Hybrid.Config(dims, dims, parts))
                    .getMessage();
            assertTrue(message.contains(part.name()), message);
        }
    }
}
