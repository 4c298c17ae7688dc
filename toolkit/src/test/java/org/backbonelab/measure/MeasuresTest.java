package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.ImageSource;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.Subset;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Masked;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Measures as a cell takes them. */
class MeasuresTest {
    private static final Split SPLIT = split();

    private static Split split() {
        Images images = Images.synthetic(60, 1, 28, 10, 3);
        return Split.of(Datasets.of("measured", images, images), 20, 20, 20, 0);
    }

    private static Measure.Found measure(Measure measure, Backbone model) {
        return measure.measure(new Trained(model, SPLIT, Recipe.supervised(), null, 0));
    }

    @Test
    void namesAreDistinct() {
        assertEquals(
                Measures.all().size(),
                Measures.all().stream().map(Measure::name).distinct().count());
    }

    @ParameterizedTest
    @CsvSource({"vit_micro, 4", "mixer_micro, 4", "resnet_micro, 3", "convnextv2_micro, 4"})
    void activeNeuronsHaveOneShareABlock(String name, int blocks) {
        try (NDManager manager = Torch.newManager()) {
            Measure.Found found = measure(ActiveNeurons.overDepth(), Nets.create(manager, name));
            List<Double> shares = found.series().get("active_neurons");
            assertEquals(blocks, shares.size());
            // Symmetric initial weights: about half of the units are positive.
            shares.forEach(s -> assertEquals(50, s, 25));
            assertEquals(shares.get(0), found.metrics().get("active_neurons_first"));
        }
    }

    @ParameterizedTest
    @CsvSource({"convnext_micro, 4", "convnextv2_micro, 4", "resnet_micro, 0"})
    void featureDistanceHasOneValueAConvNeXtBlock(String name, int blocks) {
        try (NDManager manager = Torch.newManager()) {
            Measure.Found found = measure(FeatureDistance.overDepth(), Nets.create(manager, name));
            List<Double> values = found.series().getOrDefault("feature_distance", List.of());
            assertEquals(blocks, values.size());
            values.forEach(v -> assertTrue(v >= 0 && v <= 1, "distance " + v));
        }
    }

    /** SkipInit starts at 0, LayerScale at 1e-6. */
    @ParameterizedTest
    @CsvSource({
        "nfnet_micro_w16, 3, 0",
        "nfnet_micro_w16_no_skipinit, 0, 0",
        "convnext_micro, 4, 1e-6",
        "resnet_micro, 0, 0"
    })
    void branchGainsAreTheFactorsOfTheBranches(String name, int branches, double start) {
        try (NDManager manager = Torch.newManager()) {
            Measure.Found found = measure(BranchGains.overDepth(), Nets.create(manager, name));
            List<Double> gains = found.series().getOrDefault("branch_gains", List.of());
            assertEquals(branches, gains.size());
            gains.forEach(gain -> assertEquals(start, gain, 1e-12));
            assertEquals(branches > 0, found.metrics().containsKey("branch_gain"));
        }
    }

    @Test
    void attentionIsOfTheLastBlockAndOfNetworksThatHaveIt() {
        try (NDManager manager = Torch.newManager()) {
            Backbone vit = Nets.create(manager, "vit_micro");
            Map<String, List<Double>> found =
                    measure(AttentionMaps.lastBlock(), vit).series();
            Batch images = TestImages.batch(SPLIT, AttentionMaps.IMAGES);
            double[][][] maps = AttentionMaps.of(vit, images, 4);
            assertEquals(10 * 49, found.get("attention_maps").size());
            assertEquals(maps[3][2][5], found.get("attention_maps").get(3 * 49 + 2 * 7 + 5), 1e-6);
            List<Double> first = found.get("attention_images").subList(0, 784);
            assertEquals(0, Collections.min(first));
            assertEquals(1, Collections.max(first));
            assertEquals(10 * 784, found.get("attention_images").size());
            Backbone resnet = Nets.create(manager, "resnet_micro");
            assertEquals(Map.of(), measure(AttentionMaps.lastBlock(), resnet).series());
        }
    }

    @Test
    void curvatureMeasuresFindTheirColumns() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            Map<String, Double> parts =
                    measure(ComponentHessians.measure(), model).metrics();
            assertEquals(
                    Set.of(
                            "hessian_embed",
                            "hessian_mixing",
                            "hessian_mlp",
                            "hessian_block_first",
                            "hessian_block_middle",
                            "hessian_block_last",
                            "hessian_classifier",
                            "hessian_whole"),
                    parts.keySet());
            // Behind a classifier of zeros the loss does not depend on anything else; a part is never above the whole.
            assertEquals(0, parts.get("hessian_embed"), 1e-6);
            assertTrue(parts.get("hessian_classifier") > 1);
            assertTrue(parts.get("hessian_whole") > 0.999 * parts.get("hessian_classifier"));
            Measure.Found flat = measure(Flatness.measure(), model);
            List<Double> bySigma = flat.series().get("flatness_by_sigma");
            assertEquals(bySigma.get(1), flat.metrics().get("flatness_loss"));
            assertEquals(Math.log(10), flat.metrics().get("train_loss_clean"), 1e-6);
            assertEquals(bySigma.get(1) - Math.log(10), flat.metrics().get("flatness_rise"), 1e-6);
            assertTrue(flat.metrics().containsKey("adaptive_sharpness"));
        }
    }

    @Test
    void measuresLeaveTheNetworkAsItWas() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            Map<String, float[]> before = new TreeMap<>(Nets.values(model.namedParameters()));
            for (Measure m : Measures.all()) {
                if (m.after(new Supervised(model, 0))) {
                    Measure.Found first = measure(m, model);
                    assertEquals(first, measure(m, model), m.name() + " is not repeatable");
                    Nets.values(model.namedParameters())
                            .forEach((key, after) -> assertArrayEquals(before.get(key), after, m.name() + " " + key));
                }
            }
        }
    }

    @Test
    void reconstructionKeepsWhatIsVisible() {
        try (NDManager manager = Torch.newManager()) {
            ConvNeXt model = (ConvNeXt) Nets.create(manager, "convnextv2_micro");
            FcmaeDecoder decoder = new FcmaeDecoder(model, FcmaeDecoder.Config.ofWidth(16));
            decoder.initialize(manager, 1);
            Masked masked = new Masked(model, decoder, 0.6, Masked.Encoding.PACKED);
            Map<String, List<Double>> series = Reconstructions.pictures()
                    .measure(new Trained(model, SPLIT, Recipes.fcmae(), masked, 0))
                    .series();
            List<Double> original = series.get("image_original");
            List<Double> holes = series.get("image_masked");
            List<Double> painted = series.get("image_reconstructed");
            assertEquals(Reconstructions.IMAGES * 784, original.size());
            ImageSource test = Subset.stratified(SPLIT.test(), Reconstructions.IMAGES, 0);
            Pixels image = new Pixels();
            int removed = 0;
            for (int i = 0; i < original.size(); i++) {
                test.read(i / 784, image);
                assertEquals((image.data()[i % 784] & 0xff) / 255.0, original.get(i), 6e-4, "pixel " + i);
                removed += holes.get(i).isNaN() ? 1 : 0;
                if (!holes.get(i).isNaN()) {
                    assertEquals(original.get(i), holes.get(i));
                    assertEquals(original.get(i), painted.get(i));
                }
                assertTrue(painted.get(i) >= 0 && painted.get(i) <= 1);
            }
            assertEquals(Reconstructions.IMAGES * 30 * 16, removed);
        }
    }
}
