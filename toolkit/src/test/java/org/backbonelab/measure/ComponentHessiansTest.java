package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComponentHessiansTest {
    /** Parameters of stem, mixers, other maps, first, middle and last block, classifier; counted from the papers. */
    @ParameterizedTest
    @CsvSource({
        "vit_micro, 2, 16, 16, 12, 12, 12, 2",
        "mixer_micro, 2, 16, 16, 12, 12, 12, 2",
        "resnet_micro, 3, 3, 5, 6, 9, 9, 2",
        "convnext_micro, 4, 8, 16, 9, 9, 9, 2",
        "swin_micro, 4, 20, 16, 13, 13, 13, 2",
        "alexnet_micro, 0, 0, 0, 0, 0, 0, 2"
    })
    void partsHaveTheirParameters(
            String name, int embed, int mixing, int mlp, int first, int middle, int last, int classifier) {
        Backbone model = Backbones.create(name, new ImageSpec(1, 28, 10), 0);
        int[] expected = {
            embed,
            mixing,
            mlp,
            first,
            middle,
            last,
            classifier,
            model.trainedParameters().size()
        };
        int[] found = Stream.of(Component.values())
                .mapToInt(part -> part.of(model).size())
                .toArray();
        assertArrayEquals(expected, found, Arrays.toString(found));
    }

    @Test
    void partsAreThoseOfThePaper() {
        Backbone vit = Backbones.create("vit_micro", new ImageSpec(1, 28, 10), 0);
        assertEquals(Set.of("patch_embed.proj.weight", "patch_embed.proj.bias"), Component.EMBED.of(vit));
        assertTrue(Component.MIXING.of(vit).stream().allMatch(n -> n.matches("blocks\\.\\d\\.attn\\..*")));
        assertTrue(Component.MLP.of(vit).stream().allMatch(n -> n.matches("blocks\\.\\d\\.mlp\\..*")));
        assertTrue(Component.BLOCK_MIDDLE.of(vit).stream().allMatch(n -> n.startsWith("blocks.1.")));
        assertTrue(Component.BLOCK_LAST.of(vit).stream().allMatch(n -> n.startsWith("blocks.3.")));
        Backbone mixer = Backbones.create("mixer_micro", new ImageSpec(1, 28, 10), 0);
        assertTrue(Component.MIXING.of(mixer).stream().allMatch(n -> n.contains(".mlp_tokens.")));
        assertTrue(Component.MLP.of(mixer).stream().allMatch(n -> n.contains(".mlp_channels.")));
        Backbone resnet = Backbones.create("resnet_micro", new ImageSpec(1, 28, 10), 0);
        assertTrue(Component.MIXING.of(resnet).stream().allMatch(n -> n.endsWith(".conv1.weight")));
        Backbone convnext = Backbones.create("convnext_micro", new ImageSpec(1, 28, 10), 0);
        assertTrue(Component.EMBED.of(convnext).stream().allMatch(n -> n.startsWith("stem.")));
        assertTrue(Component.MIXING.of(convnext).stream().allMatch(n -> n.contains(".conv_dw.")));
    }

    /** The second layer alone: the diagonal block of the dense matrix. */
    @Test
    void eigenvalueOfSomeWeightsIsThatOfTheDiagonalBlock() {
        try (NDManager manager = Torch.newManager()) {
            Supervised objective = TrainedNet.objective(manager);
            double expected;
            try (WeightSpace whole = new WeightSpace(objective, TrainedNet.batch())) {
                RealMatrix dense = TrainedNet.hessian(manager, whole);
                RealMatrix block = dense.getSubMatrix(136, 180, 136, 180);
                expected = Arrays.stream(new EigenDecompositionSymmetric(block).getEigenvalues())
                        .max()
                        .orElseThrow();
            }
            Map<Component, Double> found = ComponentHessians.eigenvalues(objective.model(), TrainedNet.batch(), 0);
            assertEquals(Set.of(Component.CLASSIFIER, Component.WHOLE), found.keySet());
            assertEquals(expected, found.get(Component.CLASSIFIER), 1e-3 * expected);
            double[] all = TrainedNet.GOLDEN.values("trained", "eigenvalues");
            assertEquals(all[all.length - 1], found.get(Component.WHOLE), 1e-3 * all[all.length - 1]);
        }
    }

    /** The product with a direction that is zero outside a part, as far as it lies in the part. */
    @ParameterizedTest
    @CsvSource({"vit_micro, MIXING", "mixer_micro, BLOCK_FIRST", "resnet_micro, EMBED"})
    void productsAreThoseOfTheWholeWithinThePart(String name, Component part) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            model.namedParameters().forEach((n, p) -> {
                if (Component.CLASSIFIER.of(model).contains(n)) {
                    Golden.set(p.getArray(), Golden.fill(p.getArray().size(), 3, 0.3, 0));
                }
            });
            Set<String> names = part.of(model);
            List<String> all = List.copyOf(model.trainedParameters().keySet());
            Supervised objective = new Supervised(model, 0);
            List<NDArray> inside = new ArrayList<>();
            List<NDArray> product;
            try (WeightSpace some = new WeightSpace(objective, Nets.batch(4), (n, info) -> names.contains(n));
                    WeightSpace whole = new WeightSpace(objective, Nets.batch(4))) {
                List<NDArray> v = some.randomDirection(1);
                product = some.hessianProduct(v);
                List<NDArray> wide = new ArrayList<>();
                int at = 0;
                for (int i = 0; i < all.size(); i++) {
                    NDArray zeros = manager.zeros(whole.origin().get(i).getShape());
                    wide.add(names.contains(all.get(i)) ? v.get(at++) : zeros);
                }
                List<NDArray> full = whole.hessianProduct(wide);
                for (int i = 0; i < all.size(); i++) {
                    if (names.contains(all.get(i))) {
                        inside.add(full.get(i));
                    }
                }
                float[] expected = Golden.concat(inside);
                double largest = 0;
                for (float value : expected) {
                    largest = Math.max(largest, Math.abs(value));
                }
                assertTrue(largest > 0);
                assertArrayEquals(expected, Golden.concat(product), (float) (1e-4 * largest));
            }
        }
    }
}
