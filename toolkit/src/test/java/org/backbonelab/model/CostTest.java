package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDManager;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CostTest {
    /** ConvNeXt V2, tables 1, 5, 14 and 15; parameters by formula. */
    @ParameterizedTest
    @CsvSource({
        "convnextv2_atto, 224, 3708400, 0.55",
        "convnextv2_femto, 224, 5233240, 0.78",
        "convnextv2_pico, 224, 9066280, 1.37",
        "convnextv2_nano, 224, 15623800, 2.45",
        "convnextv2_tiny, 224, 28635496, 4.47",
        "convnextv2_base, 224, 88717800, 15.4",
        "convnextv2_large, 224, 197956840, 34.4",
        "convnextv2_huge, 224, 660289640, 115",
        "convnextv2_nano, 384, 15623800, 7.21",
        "convnextv2_tiny, 384, 28635496, 13.1",
        "convnextv2_base, 384, 88717800, 45.2",
        "convnextv2_large, 384, 197956840, 101.1",
        "convnextv2_huge, 384, 660289640, 337.9"
    })
    void publishedCountsComeOutWithinOnePercent(String backbone, int size, long params, double giga) {
        Cost cost = Cost.of(backbone, new ImageSpec(3, size, 1000));
        assertEquals(params, cost.params());
        assertEquals(giga, cost.asFvcore() / 1e9, 0.01 * giga);
    }

    @ParameterizedTest
    @CsvSource({"convnextv2_huge, 512, 600.7", "convnextv2_huge, 384, 337.9", "convnextv2_large, 384, 101.1"})
    void countsAsFvcoreToTheLastDigit(String backbone, int size, double giga) {
        assertEquals(giga, Cost.of(backbone, new ImageSpec(3, size, 1000)).asFvcore() / 1e9, 0.05);
    }

    static java.util.List<String> micro() {
        return Nets.micro();
    }

    @ParameterizedTest
    @MethodSource("micro")
    void shapesAloneCountWhatARealPassDoes(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            Cost cost = Cost.of(name, model.spec());
            assertEquals(model.macs(), cost.macs());
            assertEquals(model.parameterCount(), cost.params());
        }
    }
}
