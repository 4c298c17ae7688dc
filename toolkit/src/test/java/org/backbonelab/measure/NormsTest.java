package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.model.Backbone;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormsTest {
    private static Measure.Found measure(Backbone model) {
        Images images = Images.synthetic(30, 1, 28, 10, 3);
        Split split = Split.of(Datasets.of("measured", images, images), 10, 10, 10, 0);
        return Norms.measure().measure(new Trained(model, split, null, null, 0));
    }

    /** All weights but the positions are zero: a block adds nothing, and its output is the positions for every image. */
    @Test
    void activationsOfBlocksThatAddNothingAreThePositions() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            model.namedParameters().forEach((name, p) -> {
                double value = name.equals("pos_embed") ? 0.5 : 0;
                Golden.set(p.getArray(), Golden.fill(p.getArray().size(), 0, 0, value));
            });
            double expected = 0.5 * Math.sqrt(50 * 48);
            Measure.Found found = measure(model);
            assertEquals(expected, found.metrics().get("weight_norm"), 1e-9);
            List<Double> activations = found.series().get("activation_norm_by_block");
            assertEquals(4, activations.size());
            activations.forEach(norm -> assertEquals(expected, norm, 1e-4));
            assertEquals(List.of(0.0, 0.0, 0.0, 0.0), found.series().get("weight_norm_by_block"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixer_micro", "resnet_micro", "convnext_micro", "alexnet_micro"})
    void squaresOfBlocksAddUpWithThoseOutside(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            Measure.Found found = measure(model);
            List<Double> blocks = found.series().get("weight_norm_by_block");
            double squares = 0;
            for (double norm : blocks) {
                assertTrue(norm > 0);
                squares += norm * norm;
            }
            Map<String, ParameterInfo> infos = model.parameterInfos();
            for (Map.Entry<String, float[]> e :
                    Nets.values(model.trainedParameters()).entrySet()) {
                int block = infos.get(e.getKey()).block();
                if (block == 0 || block == model.headBlock()) {
                    for (float v : e.getValue()) {
                        squares += (double) v * v;
                    }
                }
            }
            double whole = found.metrics().get("weight_norm");
            assertEquals(whole * whole, squares, 1e-9 * squares);
            assertEquals(Math.max(0, model.headBlock() - 1), blocks.size());
        }
    }
}
