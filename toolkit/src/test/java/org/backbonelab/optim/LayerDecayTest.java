package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Layers as the released fine-tuning code of BEiT and ConvNeXt V2 numbers them. */
class LayerDecayTest {
    private static void assertLayers(List<String> names, Integer... expected) {
        assertEquals(List.of(expected), List.copyOf(LayerDecay.layers(names).values()));
    }

    @Test
    void vitAsBeit() {
        assertLayers(
                List.of(
                        "cls_token",
                        "pos_embed",
                        "patch_embed.proj.weight",
                        "blocks.0.norm1.weight",
                        "blocks.0.attn.qkv.weight",
                        "blocks.1.mlp.fc1.weight",
                        "blocks.11.mlp.fc2.bias",
                        "norm.weight",
                        "head.weight"),
                0,
                0,
                0,
                1,
                1,
                2,
                3,
                4,
                4);
    }

    @Test
    void mogaNetAndTransNeXtNumberTheirStages() {
        assertLayers(
                List.of(
                        "patch_embed1.proj.weight",
                        "block1.0.norm1.weight",
                        "norm1.weight",
                        "patch_embed2.proj.weight",
                        "blocks2.0.norm1.weight",
                        "head.weight"),
                0,
                1,
                2,
                2,
                2,
                3);
    }

    /** Depths 2, 1: M = 3; stem with block 1, downsampling with the first block of its stage. */
    @Test
    void convNextAsItsV2() {
        assertLayers(
                List.of(
                        "stem.0.weight",
                        "stages.0.blocks.0.conv_dw.weight",
                        "stages.0.blocks.1.conv_dw.weight",
                        "stages.1.downsample.0.weight",
                        "stages.1.blocks.0.mlp.grn.weight",
                        "head.norm.weight",
                        "head.fc.weight"),
                1,
                1,
                2,
                3,
                3,
                4,
                4);
    }

    @Test
    void resNetAndItsShortcuts() {
        assertLayers(
                List.of(
                        "conv1.weight",
                        "bn1.weight",
                        "layer1.0.conv1.weight",
                        "layer2.0.conv1.weight",
                        "layer2.0.downsample.0.weight",
                        "layer2.1.conv1.weight",
                        "fc.weight"),
                0,
                0,
                1,
                2,
                2,
                3,
                4);
        assertLayers(List.of("stem.conv1.weight", "stages.0.0.conv1.gain", "final_conv.weight"), 0, 1, 2);
    }

    @Test
    void headIsFullAndEachLayerBeforeItLearnsLess() {
        Map<String, Double> scales =
                LayerDecay.scales(List.of("pos_embed", "blocks.0.x", "blocks.1.x", "head.bias"), 0.65);
        assertEquals(1, scales.get("head.bias"));
        assertEquals(0.65, scales.get("blocks.1.x"), 1e-15);
        assertEquals(0.65 * 0.65, scales.get("blocks.0.x"), 1e-15);
        assertEquals(Math.pow(0.65, 3), scales.get("pos_embed"), 1e-15);
    }

    @Test
    void networkWithoutBlocksIsRefused() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> LayerDecay.scales(List.of("fc1.weight"), 0.9))
                .getMessage();
        assertTrue(message.contains("without blocks") && message.contains("fc1.weight"), message);
    }
}
