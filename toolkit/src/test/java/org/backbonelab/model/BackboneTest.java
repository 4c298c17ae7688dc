package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every backbone offers besides its logits: feature maps of its stages, another classifier. */
class BackboneTest {
    static List<String> micro() {
        return Nets.micro();
    }

    @ParameterizedTest
    @MethodSource("micro")
    void stagesAreMapsOfFallingResolution(String name) {
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Backbone model = Nets.create(manager, name);
            NDArray x = Golden.fill(manager, new Shape(2, 1, 28, 28), 0);
            List<NDArray> maps = model.stageFeatures(x, Pass.evaluation());
            long before = 29;
            for (NDArray map : maps) {
                Shape shape = map.getShape();
                assertEquals(4, shape.dimension(), shape::toString);
                assertEquals(2, shape.get(0));
                assertTrue(shape.get(2) < before && shape.get(2) == shape.get(3), shape::toString);
                before = shape.get(2);
                for (float v : map.toFloatArray()) {
                    assertTrue(Float.isFinite(v));
                }
            }
            boolean isotropic = name.startsWith("vit") || name.startsWith("mixer") || name.endsWith("_isotropic");
            assertEquals(isotropic, maps.size() == 1, maps::toString);
            List<NDArray> low = model.stageFeatures(x, Pass.evaluation().withPrecision(Precision.BF16));
            assertEquals(maps.size(), low.size());
            low.forEach(map -> assertEquals(DataType.FLOAT32, map.getDataType()));
        }
    }

    @ParameterizedTest
    @CsvSource({"convnext_micro, 14, 7", "swin_micro, 14, 7", "densenet_micro, 28, 7", "alexnet_micro, 26, 5"})
    void sidesOfStages(String name, long first, long last) {
        try (NDManager manager = Torch.newManager()) {
            List<NDArray> maps = Nets.create(manager, name)
                    .stageFeatures(Golden.fill(manager, new Shape(1, 1, 28, 28), 0), Pass.evaluation());
            assertEquals(first, maps.get(0).getShape().get(2));
            assertEquals(last, maps.get(maps.size() - 1).getShape().get(2));
        }
    }

    @ParameterizedTest
    @MethodSource("micro")
    void anotherClassifierLeavesTheRest(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            model.trainedParameters().values().forEach(p -> Golden.set(p.getArray(), ones(p.getArray())));
            Map<String, float[]> before = Nets.values(model.namedParameters());
            for (int classes : new int[] {10, 3}) {
                Backbone other = model.withClasses(classes, 5);
                assertEquals(new ImageSpec(1, 28, classes), other.spec());
                NDArray x = Golden.fill(manager, new Shape(2, 1, 28, 28), 0);
                assertEquals(
                        new Shape(2, classes), other.apply(x, Pass.evaluation()).getShape());
                int changed = 0;
                for (Map.Entry<String, float[]> e :
                        Nets.values(other.namedParameters()).entrySet()) {
                    if (!Arrays.equals(before.get(e.getKey()), e.getValue())) {
                        changed++;
                        assertEquals(0, e.getValue().length % classes, e.getKey());
                    }
                }
                assertEquals(2, changed, "weight and bias of the classifier");
            }
            Nets.values(model.namedParameters()).forEach((key, v) -> assertArrayEquals(before.get(key), v, key));
        }
    }

    private static float[] ones(NDArray like) {
        float[] out = new float[Math.toIntExact(like.size())];
        Arrays.fill(out, 1);
        return out;
    }

    @Test
    void aNetworkThatIsNotInitialisedHasNoClassifierToReplace() {
        Backbone model = Backbones.create("vit_micro", new ImageSpec(1, 28, 10), 0);
        assertThrows(IllegalStateException.class, () -> model.withClasses(3, 0));
    }
}
