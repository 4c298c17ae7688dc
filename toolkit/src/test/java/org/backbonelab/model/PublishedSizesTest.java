package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDManager;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters and multiply-adds at 224 pixels and 1000 classes, as published. */
class PublishedSizesTest {
    private static final ImageSpec IMAGE_NET = new ImageSpec(3, 224, 1000);

    /**
     * As the papers, torchvision and timm give them; norms, pools and activations are not counted.
     *
     * <p>Of UniRepLKNet-T the paper gives 4.9 G, those of the deployed form: the dilated branches are 0.10 G.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "alexnet,           61100840, 0,     0.71",
        "vgg13_bn,          133053736, 0,    11.3",
        "resnet18,          11689512, 0,     1.82",
        "resnet34,          21797672, 0,     3.67",
        "resnet50,          25557032, 0,     4.11",
        "resnet101,         44549160, 0,     7.83",
        "resnet152,         60192808, 0,     11.56",
        "densenet121,       7978856,  0,     2.83",
        "mobilenetv2_100,   3504872,  0,     0.30",
        "efficientnet_b0,   5288548,  0,     0.39",
        "repvgg_a1,         14092264, 0,     2.64",
        "swin_tiny_patch4_window7, 28288354, 0, 4.5",
        "moganet_small,     25335675, 0,     4.97",
        "unireplknet_t,     31693420, 0,     5.00",
        "transnext_tiny,    28258960, 0,     5.7",
        "identityformer_s12, 11891712, 0,    1.81",
        "poolformerv2_s12,  11891712, 0,     1.81",
        "convformer_s12,    19527192, 0,     2.70",
        "attentionformer_s12, 19201024, 0,   5.6",
        "caformer_s12,      19238664, 0,     2.8",
        "convnext_tiny,     28589128, 0,     4.46",
        "convnextv2_tiny,   28635496, 0,     4.47",
        "convnext_atto,     3695520,  0,     0.55",
        "convnextv2_atto,   3708400,  0,     0.55",
        "vit_small_patch16, 22050664, 0,     4.61",
        "mixer_s16,         18528264, 0,     3.79",
        "dm_nfnet_f0,          71489284, 0, 9.49"
    })
    void parametersAndMultiplyAdds(String name, double parameters, double tolerance, double giga) {
        Backbone model = Backbones.create(name, IMAGE_NET, 0);
        try (NDManager manager = Torch.newManager()) {
            model.initialize(manager, 0);
            assertEquals(parameters, (double) model.parameterCount(), tolerance * parameters);
            // What is published has two or three digits.
            assertEquals(giga, model.macs() / 1e9, Math.max(0.01 * giga, 0.005));
        }
    }
}
