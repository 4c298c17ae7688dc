package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Role;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.recipe.ParameterGroup;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.Wrapped;
import org.backbonelab.train.objective.Masked;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Supervised;
import org.backbonelab.train.objective.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ParameterGroupsTest {
    /** Biases, gains, LayerScale, positions, tokens, and the weights of norms and GRN: by name, whatever the shape. */
    private static final Pattern EXEMPT = Pattern.compile(
            ".*(\\.bias|gain|\\.gamma|\\.scale|relative_position_bias_table|layer_scale_\\d)|pos_embed|cls_token"
                    + "|.*\\.(act\\.1\\.beta|cpb_fc\\d.weight|query_embedding|relative_pos_bias_local|temperature)"
                    + "|downsample_layers\\.(0\\.[14]|\\d\\.1)\\.weight"
                    + "|(.*\\.)?(norm\\d?|bn\\d|grn)\\.weight"
                    + "|layer\\d\\.\\d+\\.downsample\\.1\\.weight|stem\\.1\\.weight|stages\\.\\d\\.downsample\\.0\\.weight");

    static Set<String> names() {
        return Backbones.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void exactlyTheseAreExemptFromDecay(String name) {
        Map<String, ParameterInfo> infos =
                Backbones.create(name, new ImageSpec(3, 224, 10), 0).parameterInfos();
        int exempt = 0;
        for (Map.Entry<String, ParameterInfo> entry : infos.entrySet()) {
            if (entry.getValue().role() != Role.STATISTIC) {
                // A batch norm is what has running statistics, whatever it is called.
                String statistics = entry.getKey().replaceFirst("\\.weight$", ".running_mean");
                boolean ofBatchNorm = !statistics.equals(entry.getKey()) && infos.containsKey(statistics);
                boolean expected = ofBatchNorm || EXEMPT.matcher(entry.getKey()).matches();
                assertEquals(
                        !expected, ParameterGroups.isDecayed(entry.getValue().role()), entry.toString());
                exempt += expected ? 1 : 0;
            }
        }
        // A linear classifier has one bias.
        int fewest = name.equals("linear") ? 1 : 6;
        assertTrue(exempt >= fewest && exempt < infos.size(), exempt + " of " + infos.size());
    }

    /** The decoder takes the head's place; its token is exempt as the other tokens are. */
    @Test
    void maskedTrainsTheDecoderInPlaceOfTheHead() {
        ConvNeXt encoder = (ConvNeXt) Backbones.create("convnextv2_micro", new ImageSpec(1, 28, 10), 0);
        Masked masked = new Masked(
                encoder, new FcmaeDecoder(encoder, FcmaeDecoder.Config.ofWidth(8)), 0.6, Masked.Encoding.PACKED);
        Map<String, ParameterInfo> infos = masked.parameterInfos();
        Set<String> left = new HashSet<>(encoder.trainedParameters().keySet());
        left.removeAll(masked.parameters().keySet());
        assertEquals(Set.of("head.norm.weight", "head.norm.bias", "head.fc.weight", "head.fc.bias"), left);
        masked.parameters().keySet().stream()
                .filter(name -> name.startsWith("decoder."))
                .forEach(name -> assertEquals(5, infos.get(name).block(), name));
        assertTrue(!ParameterGroups.isDecayed(infos.get("decoder.mask_token").role()));
        assertTrue(ParameterGroups.isDecayed(infos.get("decoder.pred.weight").role()));
    }

    @Test
    void parameterThatAnObjectiveSaysNothingOfIsRefused() {
        ConvNeXt encoder = (ConvNeXt) Backbones.create("convnextv2_micro", new ImageSpec(1, 28, 10), 0);
        Objective silent =
                new Wrapped(new Masked(
                        encoder,
                        new FcmaeDecoder(encoder, FcmaeDecoder.Config.ofWidth(8)),
                        0.6,
                        Masked.Encoding.PACKED)) {
                    @Override
                    public Map<String, ParameterInfo> parameterInfos() {
                        return encoder.parameterInfos();
                    }
                };
        String message = assertThrows(IllegalStateException.class, () -> Weights.of(silent))
                .getMessage();
        assertTrue(message.contains("does not say what its parameter decoder."), message);
    }

    /** With a gradient of zero, SGD moves a weight by lr * lrScale * decay * decayScale of itself. */
    private static Map<String, Double> shares(Recipe recipe) {
        Map<String, Double> out = new LinkedHashMap<>();
        try (NDManager manager = Torch.newManager()) {
            Supervised objective = new Supervised(Nets.create(manager, "vit_micro"), 0);
            Weights weights = Weights.of(objective);
            BaseOptimizer optimizer = ParameterGroups.optimizer(objective, weights, recipe);
            List<NDArray> zeros =
                    weights.arrays().stream().map(w -> w.zerosLike()).toList();
            for (NDArray weight : weights.arrays()) {
                org.backbonelab.testing.Golden.set(weight, ones(weight));
            }
            optimizer.step(weights.names(), weights.arrays(), zeros);
            weights.byName().forEach((name, w) -> out.put(name, 1.0 - w.toFloatArray()[0]));
        }
        return out;
    }

    /** All convolutions but the first, and all linear maps but the classifier: by role, as Muon's authors say. */
    @ParameterizedTest
    @CsvSource({
        "convnext_micro, stem.0.weight, stages.0.blocks.0.conv_dw.weight",
        "vit_micro, patch_embed.proj.weight, blocks.0.attn.qkv.weight",
        "resnet_micro, conv1.weight, layer1.0.conv1.weight",
        "mixer_micro, stem.proj.weight, blocks.0.mlp_tokens.fc1.weight"
    })
    void muonMovesHiddenWeights(String backbone, String first, String hidden) {
        try (NDManager manager = Torch.newManager()) {
            Supervised objective = new Supervised(Nets.create(manager, backbone), 0);
            Weights weights = Weights.of(objective);
            BaseOptimizer optimizer = ParameterGroups.optimizer(
                    objective, weights, Recipe.supervised().withOptimizer("muon"));
            optimizer.step(weights.names(), weights.arrays(), weights.arrays());
            Set<String> moved = new HashSet<>();
            optimizer.state().keySet().stream()
                    .filter(key -> key.endsWith("/momentum_buffer"))
                    .forEach(key -> moved.add(key.substring(0, key.lastIndexOf('/'))));
            assertTrue(moved.contains(hidden), moved.toString());
            for (int i = 0; i < weights.names().size(); i++) {
                String name = weights.names().get(i);
                boolean isHidden = weights.role(i) == Role.WEIGHT && !name.equals(first);
                assertEquals(isHidden, moved.contains(name), name);
            }
        }
    }

    private static float[] ones(NDArray like) {
        float[] out = new float[Math.toIntExact(like.size())];
        java.util.Arrays.fill(out, 1);
        return out;
    }

    private static Recipe recipe(ParameterGroup... groups) {
        return Recipe.supervised().withOptimizer("sgd_nesterov", 0.1, 0.1).withGroups(groups);
    }

    @Test
    void firstGroupThatFitsScalesRateAndDecay() {
        Map<String, Double> plain = shares(recipe());
        Map<String, Double> found = shares(recipe(
                new ParameterGroup("head\\..*", 3, 1),
                new ParameterGroup("blocks\\.1\\..*fc1\\.weight", 0.5, 0.5),
                new ParameterGroup("blocks\\.1\\..*", 0, 1),
                new ParameterGroup(".*proj.weight", 1, 0)));
        found.forEach((name, share) -> {
            double factor = 1;
            if (name.startsWith("head.")) {
                factor = 3;
            } else if (name.equals("blocks.1.mlp.fc1.weight")) {
                factor = 0.25;
            } else if (name.startsWith("blocks.1.") || name.endsWith("proj.weight")) {
                factor = 0;
            }
            assertEquals(factor * plain.get(name), share, 1e-6, name);
        });
        assertTrue(plain.get("head.weight") > 0.015 && plain.get("head.bias") == 0, plain.toString());
    }

    @Test
    void layerDecayComesOnTop() {
        Map<String, Double> half =
                shares(recipe(new ParameterGroup("head.*", 0.5, 1)).withLayerDecay(0.5));
        Map<String, Double> plain = shares(recipe());
        assertEquals(0.5 * plain.get("head.weight"), half.get("head.weight"), 1e-6);
        assertEquals(0.5 * plain.get("blocks.3.mlp.fc1.weight"), half.get("blocks.3.mlp.fc1.weight"), 1e-6);
    }

    private static void assertRefused(String message, Supplier<?> build) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, build::get).getMessage());
    }

    @Test
    void badGroupsAreRefused() {
        assertRefused(
                "parameter pattern \"fc1\" fits no parameter, expected a regular expression for whole names such as"
                        + " cls_token and head.bias",
                () -> shares(recipe(new ParameterGroup("head.*", 1, 1), new ParameterGroup("fc1", 1, 1))));
        assertRefused(
                "pattern of a parameter group is \"head(\", expected a regular expression: Unclosed group",
                () -> new ParameterGroup("head(", 1, 1));
        assertRefused(
                "learning-rate factor of parameter group \"x\" is -1.0, expected a number of 0 or more",
                () -> new ParameterGroup("x", -1, 1));
        assertRefused(
                "weight-decay factor of parameter group \"x\" is NaN, expected a number of 0 or more",
                () -> new ParameterGroup("x", 1, Double.NaN));
    }

    @Test
    void startScalesMultiplyBeforeTheFirstUpdateAndHoldWhereNothingLearns() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Backbones.create("convnextv2_micro", new ImageSpec(1, 16, 10), 0);
            model.initialize(manager, 3);
            Map<String, Parameter> parameters = model.namedParameters();
            String grn = "stages.0.blocks.0.mlp.grn.weight";
            String head = "head.fc.weight";
            parameters.get(grn).getArray().addi(1);
            float[] before = parameters.get(head).getArray().toFloatArray();
            Images images = Images.synthetic(40, 1, 16, 10, 5);
            Split data = Split.of(Datasets.of("some", images, images), 20, 10, 10, 0);
            Recipe recipe = Recipe.supervised()
                    .withBatchSize(10)
                    .withEpochs(1)
                    .withGroups(new ParameterGroup(".*", 0, 0))
                    .withStartScale(".*\\.grn\\..*", 0)
                    .withStartScale("head\\.fc\\..*", 0.5);
            TrainLoop.run(new Supervised(model, 0), data, recipe, 0);
            assertEquals(0, parameters.get(grn).getArray().abs().sum().getFloat());
            float[] after = parameters.get(head).getArray().toFloatArray();
            for (int i = 0; i < before.length; i++) {
                assertEquals(0.5f * before[i], after[i]);
            }
            assertRefused(
                    "parameter pattern \"fc\" fits no parameter, expected a regular expression for whole names such as"
                            + " stem.0.weight and head.fc.bias",
                    () -> TrainLoop.run(new Supervised(model, 0), data, recipe.withStartScale("fc", 0), 0));
            assertArrayEquals(after, parameters.get(head).getArray().toFloatArray());
        }
    }

    @Test
    void badStartScalesAreRefused() {
        assertRefused("start scale of \"x\" is NaN, expected a finite number", () -> recipe().withStartScale(
                        "x", Double.NaN));
        assertRefused(
                "pattern of a start scale is \"head(\", expected a regular expression: Unclosed group",
                () -> recipe().withStartScale("head(", 1));
    }
}
