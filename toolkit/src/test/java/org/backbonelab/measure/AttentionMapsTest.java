package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;

class AttentionMapsTest {
    private static void fill(Backbone model, String name, double value) {
        NDArray array = model.namedParameters().get(name).getArray();
        Golden.set(array, Golden.fill(array.size(), 0, 0, value));
    }

    /** Queries and keys of zero: every one of the 50 tokens gets the same. */
    @Test
    void attentionWithoutQueriesIsEven() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            fill(model, "blocks.1.attn.qkv.weight", 0);
            double[][][] maps = AttentionMaps.of(model, Nets.batch(3), 2);
            assertEquals(3, maps.length);
            assertEquals(7, maps[0].length);
            for (double[][] map : maps) {
                for (double[] row : map) {
                    assertEquals(7, row.length);
                    for (double value : row) {
                        assertEquals(0.02, value, 1e-7);
                    }
                }
            }
        }
    }

    /** A patch whose key is like the query gets the most: block 1 sees the patches as they are, each with its position. */
    @Test
    void mapsHaveTheirPlace() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            // Queries and keys are the normalised tokens; all tokens but those of the class and of one patch are alike.
            NDArray qkv =
                    model.namedParameters().get("blocks.0.attn.qkv.weight").getArray();
            float[] identity = new float[3 * 48 * 48];
            for (int i = 0; i < 96; i++) {
                identity[i * 48 + i % 48] = 1;
            }
            Golden.set(qkv, identity);
            fill(model, "patch_embed.proj.weight", 0);
            NDArray positions = model.namedParameters().get("pos_embed").getArray();
            float[] values = new float[50 * 48];
            for (int t = 0; t < 50; t++) {
                int kind = t == 0 || t == 1 + 2 * 7 + 5 ? 0 : 1;
                for (int d = 0; d < 48; d++) {
                    values[t * 48 + d] = d % 2 == kind ? 1 : -1;
                }
            }
            Golden.set(positions, values);
            double[][] map = AttentionMaps.of(model, Nets.batch(1), 1)[0];
            double sum = 0;
            for (double[] row : map) {
                for (double value : row) {
                    sum += value;
                }
            }
            // The token and the patch are alike, with a score of 12 / sqrt(12) in each head; the 48 others are
            // opposite.
            double expected = 1 / (2 + 48 * Math.exp(-2 * Math.sqrt(12)));
            assertEquals(expected, map[2][5], 1e-5);
            assertEquals(1 - expected, sum, 1e-5);
        }
    }

    @Test
    void whatHasNoMapIsRefused() {
        try (NDManager manager = Torch.newManager()) {
            Backbone vit = Nets.create(manager, "vit_micro");
            Batch batch = Nets.batch(1);
            assertThrows(IllegalArgumentException.class, () -> AttentionMaps.of(vit, batch, 0));
            var beyond = assertThrows(IllegalArgumentException.class, () -> AttentionMaps.of(vit, batch, 5));
            assertTrue(beyond.getMessage().contains("expected 1 to 4"), beyond.getMessage());
            Backbone resnet = Nets.create(manager, "resnet_micro");
            assertThrows(IllegalArgumentException.class, () -> AttentionMaps.of(resnet, batch, 1));
        }
    }

    /** Who listens changes nothing. */
    @Test
    void logitsStayAsTheyAre() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            Golden.fillParameters(model);
            NDArray x = Supervised.images(manager, Nets.batch(2));
            NDArray plain = model.apply(x, Pass.evaluation());
            NDArray heard = model.apply(x, Pass.evaluation().withTap(Tap.ATTENTION, (name, weights) -> {
                assertEquals(1, weights.sum(new int[] {3}).max().getFloat(), 1e-5);
            }));
            assertEquals(plain, heard);
        }
    }
}
