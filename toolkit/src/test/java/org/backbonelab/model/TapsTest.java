package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who listens for a kind of activation hears it once a block, and nothing else. */
class TapsTest {
    /** Names and numbers of blocks, hidden units, wide activations and others inside blocks. */
    @ParameterizedTest
    @CsvSource({
        "alexnet_micro, 5, 0, 0, 0",
        "vgg13_bn_micro, 8, 0, 0, 0",
        "resnet_micro, 3, 3, 0, 0",
        "resnet50_cifar, 16, 16, 0, 16",
        "densenet_micro, 15, 0, 0, 0",
        "mobilenetv2_micro, 5, 5, 0, 0",
        "efficientnet_micro, 5, 5, 0, 0",
        "repvgg_micro, 5, 0, 0, 0",
        "convnext_micro, 4, 4, 4, 0",
        "convnextv2_micro, 4, 4, 4, 0",
        "hybrid_resnet_micro, 4, 4, 0, 0",
        "hybrid_grn_micro, 4, 4, 0, 0",
        "vit_micro, 4, 4, 0, 0",
        "mixer_micro, 4, 4, 0, 4",
        "swin_micro, 4, 4, 0, 0",
        "caformer_micro, 4, 4, 0, 0",
        "moganet_micro, 4, 4, 0, 0",
        "unireplknet_micro, 4, 4, 0, 0",
        "transnext_micro, 4, 4, 0, 0",
        "nfnet_micro_w16, 3, 0, 0, 0"
    })
    void everyKindIsHeardAsOftenAsThereAreBlocks(String name, int blocks, int neurons, int expanded, int inner) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Backbones.create(name, new ImageSpec(1, 28, 10), 0);
            model.initializeBlank(manager);
            assertEquals(blocks, heard(model, manager, Tap.BLOCK).size());
            assertEquals(neurons, heard(model, manager, Tap.NEURONS).size());
            assertEquals(expanded, heard(model, manager, Tap.EXPANDED).size());
            List<String> others = heard(model, manager, Tap.INNER);
            assertEquals(inner, others.size(), others.toString());
        }
    }

    private static List<String> heard(Backbone model, NDManager manager, Tap kind) {
        List<String> out = new ArrayList<>();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray x = manager.zeros(new Shape(1, 1, 28, 28));
            Torch.withoutGradients(() -> model.apply(x, Pass.evaluation().withTap(kind, (name, y) -> out.add(name))));
        }
        return out;
    }
}
