package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

class DescriptionTest {
    @Test
    void everyLayerHasItsNameAndCost() {
        // 8 pixels, patch 4: 4 tokens and the class token, 48 wide, 192 inside.
        Description vit = Backbones.describe("vit_micro", new ImageSpec(3, 8, 10));
        assertEquals(
                new Description.LayerCost(
                        "patch_embed.proj", "Conv", new Shape(1, 48, 2, 2), 48 * 3 * 16 + 48, 4 * 48 * 3 * 16),
                vit.layers().get(0));
        assertEquals(
                new Description.LayerCost(
                        "blocks.0.attn.qkv", "Linear", new Shape(1, 5, 144), 144 * 48 + 144, 5 * 48 * 144),
                vit.layers().get(1));
        Description.LayerCost attention = vit.layers().get(2);
        assertEquals("blocks.0.attn", attention.name());
        assertEquals(2 * 5 * 5 * 48, attention.macs());
        assertEquals("head", vit.layers().get(vit.layers().size() - 1).name());
        long block = 5 * (48 * 144 + 48 * 48 + 2 * 48 * 192) + 2 * 25 * 48;
        assertEquals(4 * 48 * 48 + 4 * block + 480, vit.macs());
        assertTrue(vit.toString().contains("blocks.3.mlp.fc2"), vit::toString);
    }

    @Test
    void unknownNameIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Backbones.describe("vit_mikro", new ImageSpec(3, 8, 10)));
    }
}
