package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Set;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters and multiply-adds at 224 pixels and 1000 classes, as published. */
class PublishedSizesTest {
    private static final ImageSpec IMAGE_NET = new ImageSpec(3, 224, 1000);

    /** As the papers, torchvision and timm give them; norms, pools and activations are not counted. */
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

    /** Names of timm's checkpoints. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "resnet18 | conv1.weight, bn1.running_var, layer1.0.conv2.weight, layer2.0.downsample.0.weight,"
                        + " layer2.0.downsample.1.bias, layer4.1.bn2.weight, fc.bias",
                "convnext_atto | stem.0.weight, stem.1.bias, stages.0.blocks.0.gamma, stages.0.blocks.1.conv_dw.weight,"
                        + " stages.1.downsample.0.weight, stages.1.downsample.1.bias, stages.2.blocks.5.mlp.fc2.weight,"
                        + " stages.3.blocks.1.norm.bias, head.norm.weight, head.fc.weight",
                "convnextv2_atto | stages.0.blocks.0.mlp.grn.weight, stages.3.blocks.1.mlp.grn.bias, head.fc.bias",
                "vit_small_patch16 | cls_token, pos_embed, patch_embed.proj.weight, blocks.0.norm1.weight,"
                        + " blocks.11.attn.qkv.bias, blocks.11.attn.proj.weight, blocks.3.mlp.fc1.weight, norm.bias,"
                        + " head.weight",
                "mixer_s16 | stem.proj.weight, blocks.0.norm1.weight, blocks.7.mlp_tokens.fc1.weight,"
                        + " blocks.7.mlp_channels.fc2.bias, norm.weight, head.bias",
                "dm_nfnet_f0 | stem.conv1.weight, stem.conv4.gain, stages.0.0.conv1.weight, stages.0.0.downsample.conv.bias,"
                        + " stages.2.5.conv2b.weight, stages.3.2.attn_last.fc1.weight, stages.3.2.skipinit_gain,"
                        + " final_conv.gain, head.fc.weight"
            })
    void namesAreTimms(String name, String parameters) {
        Set<String> names =
                Backbones.create(name, IMAGE_NET, 0).namedParameters().keySet();
        Arrays.stream(parameters.split(",", -1))
                .map(String::trim)
                .forEach(p -> assertTrue(names.contains(p), p + " is not among " + names));
    }
}
