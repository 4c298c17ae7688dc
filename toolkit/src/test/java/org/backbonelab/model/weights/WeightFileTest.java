package org.backbonelab.model.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.model.MlpMixer;
import org.backbonelab.model.Swin;
import org.backbonelab.model.Vit;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.Uniform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weight files made by Python ({@code make_weights.py}) and by the toolkit. */
class WeightFileTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/weights");
    private static final ImageSpec SPEC = new ImageSpec(3, 8, 3);

    @TempDir
    private Path folder;

    private static Backbone build(String file) {
        if (file.startsWith("vit")) {
            return new Vit(SPEC, new Vit.Config(4, 8, 2, 2), 0);
        }
        if (file.startsWith("mixer")) {
            return new MlpMixer(SPEC, new MlpMixer.Config(4, 8, 2, 4, 32), 0);
        }
        if (file.startsWith("swin")) {
            return new Swin(SPEC, new Swin.Config(2, 4, List.of(2, 2), List.of(1, 2), 2), 0);
        }
        List<Integer> depths = List.of(1, 1, 2, 1);
        return new ConvNeXt(new ImageSpec(3, 32, 3), new ConvNeXt.Config(true, 4, List.of(4, 8, 8, 8), depths), 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vit_flax.npz",
                "vit_big_vision.npz",
                "mixer_flax.npz",
                "convnextv2_official.safetensors",
                "swin_official.safetensors",
                "swin_buffers.safetensors"
            })
    void authorsFilesGiveEveryWeight(String file) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = build(file);
            model.initialize(manager, 0);
            WeightFile.Report report = WeightFile.load(model, GOLDEN.resolve(file));
            assertEquals(model.namedParameters().size(), report.loaded().size());
            model.storedShapes()
                    .forEach((name, shape) -> assertArrayEquals(
                            Uniform.weights(name, shape),
                            model.namedParameters().get(name).getArray().toFloatArray(),
                            name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"types.safetensors", "types.npz"})
    void everyTypeOfNumberIsRead(String file) throws IOException {
        JsonNode golden = golden().get("types");
        Map<String, StoredTensor> tensors = WeightFile.read(GOLDEN.resolve(file));
        for (String type : List.of("f32", "f16", "bf16", "i64")) {
            assertEquals(new Shape(3, 4), tensors.get(type).shape());
            Golden.assertClose(
                    doubles(golden.get(type)), tensors.get(type).values().get(), type);
        }
        float[] f32 = tensors.get("f32").values().get();
        assertArrayEquals(f32, tensors.get("f64").values().get());
        if (file.endsWith("npz")) {
            assertArrayEquals(f32, tensors.get("fortran").values().get());
            assertEquals(new Shape(), tensors.get("scalar").shape());
            assertArrayEquals(new float[] {3}, tensors.get("scalar").values().get());
        } else {
            float[] special = tensors.get("special").values().get();
            for (int i = 0; i < special.length; i++) {
                String text = golden.get("special").get(i).asText().replace("inf", "Infinity");
                assertEquals(Float.parseFloat(text), special[i]);
            }
            assertEquals(0, tensors.get("empty").values().get().length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet_micro", "vit_micro", "nfnet_micro_w16"})
    void whatIsSavedIsLoadedAgain(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            Path file = folder.resolve(name + ".safetensors");
            WeightFile.save(model, file);
            Map<String, Shape> stored = new LinkedHashMap<>();
            SafeTensors.read(file).forEach((key, tensor) -> stored.put(key, tensor.shape()));
            assertEquals(model.storedShapes(), stored, "shapes as timm has them");
            Backbone other = Backbones.create(name, model.spec(), 0);
            other.initialize(manager, 8);
            assertTrue(WeightFile.load(other, file).complete());
            Nets.values(model.namedParameters())
                    .forEach((key, values) -> assertArrayEquals(
                            values, other.namedParameters().get(key).getArray().toFloatArray(), key));
            assertArrayEquals(
                    model.apply(Golden.fill(manager, new Shape(2, 1, 28, 28), 0), Pass.evaluation())
                            .toFloatArray(),
                    other.apply(Golden.fill(manager, new Shape(2, 1, 28, 28), 0), Pass.evaluation())
                            .toFloatArray());
        }
    }

    @Test
    void anotherClassifierIsToldAndLeftAlone() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            Path file = folder.resolve("model.safetensors");
            WeightFile.save(model, file);
            Backbone other = Backbones.create("resnet_micro", new ImageSpec(3, 28, 7), 0);
            other.initialize(manager, 8);
            Map<String, float[]> before = Nets.values(other.namedParameters());
            String message = assertThrows(WeightException.class, () -> WeightFile.load(other, file))
                    .getMessage();
            assertTrue(message.contains("fc.weight (10, 64) for (7, 64)"), message);
            before.forEach((key, values) -> assertArrayEquals(
                    values, other.namedParameters().get(key).getArray().toFloatArray(), key + " is unchanged"));
            WeightFile.Report report = WeightFile.loadMatching(other, file);
            assertEquals(3, report.misshaped().size(), "the classifier, and grey weights are not colour's");
            assertFalse(report.complete());
            assertArrayEquals(
                    model.namedParameters().get("bn1.weight").getArray().toFloatArray(),
                    other.namedParameters().get("bn1.weight").getArray().toFloatArray());
        }
    }

    @Test
    void missingAndUnexpectedNamesAreTold() {
        try (NDManager manager = Torch.newManager()) {
            Path file = folder.resolve("other.safetensors");
            WeightFile.save(Nets.create(manager, "convnext_micro"), file);
            Backbone v2 = Nets.create(manager, "convnextv2_micro");
            WeightFile.Report report = WeightFile.loadMatching(v2, file);
            assertTrue(report.missing().contains("stages.0.blocks.0.mlp.grn.weight"), report::toString);
            assertTrue(report.unexpected().contains("stages.0.blocks.0.gamma"), report::toString);
        }
    }

    @Test
    void imagesOfAnotherSizeOrColourAreAdaptedAsTimmDoes() throws IOException {
        JsonNode golden = golden().get("adaptations");
        StoredTensor positions = tensor("pos_embed", new Shape(1, 26, 8));
        for (int side : new int[] {7, 2}) {
            Shape wanted = new Shape(1, (long) side * side + 1, 8);
            StoredTensor fitted = Adaptation.fit("pos_embed", positions, wanted, false);
            assertEquals(wanted, fitted.shape());
            Golden.assertClose(
                    doubles(golden.get(side == 7 ? "up" : "down")),
                    fitted.values().get(),
                    "side " + side);
        }
        StoredTensor conv = tensor("stem", new Shape(2, 3, 2, 2));
        for (int channels : new int[] {1, 5}) {
            StoredTensor fitted = Adaptation.fit("stem", conv, new Shape(2, channels, 2, 2), true);
            Golden.assertClose(
                    doubles(golden.get(channels == 1 ? "grey" : "five")),
                    fitted.values().get(),
                    channels + " channels");
        }
    }

    @Test
    void biasesOfAnotherWindowAreAdaptedAsTimmDoes() throws IOException {
        JsonNode golden = golden().get("adaptations");
        StoredTensor biases = tensor("relative_position_bias_table", new Shape(49, 2));
        for (int window : new int[] {7, 2}) {
            long side = 2L * window - 1;
            StoredTensor fitted =
                    Adaptation.fit("attn.relative_position_bias_table", biases, new Shape(side * side, 2), false);
            Golden.assertClose(
                    doubles(golden.get(window == 7 ? "wider" : "narrower")),
                    fitted.values().get(),
                    "window " + window);
        }
        assertNull(Adaptation.fit("relative_position_bias_table", biases, new Shape(16, 2), false), "no odd square");
        assertNull(Adaptation.fit("relative_position_bias_table", biases, new Shape(9, 3), false), "other heads");
    }

    /** Published without a classifier, as backbones of detectors are: only the two values of the head are missing. */
    @Test
    void officialSwinWithoutAHeadHasItsStagesInPlace() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = build("swin");
            Map<String, StoredTensor> tensors =
                    new LinkedHashMap<>(SafeTensors.read(GOLDEN.resolve("swin_official.safetensors")));
            tensors.keySet().removeIf(name -> name.startsWith("head."));
            Path file = folder.resolve("headless.safetensors");
            SafeTensors.write(file, tensors);
            model.initialize(manager, 0);
            WeightFile.Report report = WeightFile.loadMatching(model, file);
            assertEquals(List.of("head.fc.weight", "head.fc.bias"), report.missing());
            assertEquals(List.of(), report.unexpected());
        }
    }

    @Test
    void aSwinStartsOneOfSmallerImages() {
        try (NDManager manager = Torch.newManager()) {
            Path file = folder.resolve("swin.safetensors");
            WeightFile.save(Nets.create(manager, "swin_micro"), file);
            // 3 and 2 patches wide, where a window has 4.
            Backbone small = Backbones.create("swin_micro", new ImageSpec(1, 6, 10), 0);
            small.initialize(manager, 1);
            WeightFile.Report report = WeightFile.load(small, file);
            assertEquals(4, report.adapted().size(), report::toString);
            assertTrue(report.complete());
        }
    }

    @Test
    void aColourNetworkStartsAGreyOneOfAnotherSize() {
        try (NDManager manager = Torch.newManager()) {
            Backbone colour = Backbones.create("vit_micro", new ImageSpec(3, 32, 10), 0);
            colour.initialize(manager, 1);
            Path file = folder.resolve("colour.safetensors");
            WeightFile.save(colour, file);
            Backbone grey = Nets.create(manager, "vit_micro");
            WeightFile.Report report = WeightFile.load(grey, file);
            assertEquals(List.of("pos_embed", "patch_embed.proj.weight"), sorted(report.adapted()));
            assertTrue(report.complete());
        }
    }

    private static List<String> sorted(List<String> names) {
        return names.stream().sorted(java.util.Comparator.reverseOrder()).toList();
    }

    private static StoredTensor tensor(String name, Shape shape) {
        return new StoredTensor(shape, () -> Uniform.weights(name, shape));
    }

    private static JsonNode golden() throws IOException {
        return new ObjectMapper().readTree(new File(GOLDEN.toFile(), "weights.json"));
    }

    private static double[] doubles(JsonNode node) {
        double[] out = new double[node.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = node.get(i).asDouble();
        }
        return out;
    }
}
