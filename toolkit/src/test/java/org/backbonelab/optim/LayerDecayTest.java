package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Role;
import org.junit.jupiter.api.Test;

/** The numbers of the layers are held by {@code ParameterInfosTest}. */
class LayerDecayTest {
    private static List<ParameterInfo> ofBlocks(int... blocks) {
        return IntStream.of(blocks)
                .mapToObj(block -> new ParameterInfo(Role.WEIGHT, new Shape(1, 1), block))
                .toList();
    }

    @Test
    void headIsFullAndEachLayerBeforeItLearnsLess() {
        List<Double> scales = LayerDecay.scales(ofBlocks(0, 1, 1, 2, 3), 0.65);
        assertEquals(Math.pow(0.65, 3), scales.get(0), 1e-15);
        assertEquals(0.65 * 0.65, scales.get(1), 1e-15);
        assertEquals(scales.get(1), scales.get(2));
        assertEquals(0.65, scales.get(3), 1e-15);
        assertEquals(1, scales.get(4));
    }

    @Test
    void networkWithoutBlocksIsRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> LayerDecay.scales(ofBlocks(0, 0), 0.9))
                .getMessage();
        assertTrue(message.contains("without blocks"), message);
    }
}
