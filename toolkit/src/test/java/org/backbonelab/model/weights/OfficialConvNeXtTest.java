package org.backbonelab.model.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.Uniform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in the layouts of ConvNeXt V2's authors, written here value by value from a network's known weights. */
class OfficialConvNeXtTest {
    private static final List<Integer> DIMS = List.of(4, 6, 8, 10);
    private static final List<Integer> DEPTHS = List.of(1, 1, 2, 1);
    private static final List<String> HEAD =
            List.of("head.norm.weight", "head.norm.bias", "head.fc.weight", "head.fc.bias");
    private static final int PIXELS = 64;

    @TempDir
    private Path folder;

    private final NDManager manager = Torch.newManager();
    private final Map<String, StoredTensor> file = new LinkedHashMap<>();
    private ConvNeXt known;
    private ConvNeXt other;

    @BeforeEach
    void networks() {
        known = network(true, 1);
        known.namedParameters()
                .forEach((name, p) -> Golden.set(
                        p.getArray(), Uniform.weights(name, p.getArray().getShape())));
        other = network(true, 2);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private ConvNeXt network(boolean v2, long seed) {
        ConvNeXt out = new ConvNeXt(new ImageSpec(3, PIXELS, 3), new ConvNeXt.Config(v2, 4, DIMS, DEPTHS), 0);
        out.initialize(manager, seed);
        return out;
    }

    private float[] weights(String name) {
        return known.namedParameters().get(name).getArray().toFloatArray();
    }

    private void put(String name, float[] values, long... shape) {
        file.put(name, new StoredTensor(new Shape(shape), () -> values));
    }

    /** A norm, or the affine part of anything over so many channels. */
    private void norm(String theirs, String ours, long channels) {
        put(theirs + ".weight", weights(ours + ".weight"), channels);
        put(theirs + ".bias", weights(ours + ".bias"), channels);
    }

    private Path written() {
        Path path = folder.resolve("official.safetensors");
        SafeTensors.write(path, file);
        return path;
    }

    private void stem(String prefix) {
        put(prefix + "downsample_layers.0.0.weight", weights("stem.0.weight"), DIMS.get(0), 3, 4, 4);
        put(prefix + "downsample_layers.0.0.bias", weights("stem.0.bias"), DIMS.get(0));
        norm(prefix + "downsample_layers.0.1", "stem.1", DIMS.get(0));
    }

    private void dense() {
        stem("");
        for (int s = 0; s < 4; s++) {
            int dim = DIMS.get(s);
            if (s > 0) {
                int in = DIMS.get(s - 1);
                norm("downsample_layers." + s + ".0", "stages." + s + ".downsample.0", in);
                String down = "stages." + s + ".downsample.1";
                put("downsample_layers." + s + ".1.weight", weights(down + ".weight"), dim, in, 2, 2);
                put("downsample_layers." + s + ".1.bias", weights(down + ".bias"), dim);
            }
            for (int b = 0; b < DEPTHS.get(s); b++) {
                String theirs = "stages." + s + "." + b + ".";
                String ours = "stages." + s + ".blocks." + b + ".";
                put(theirs + "dwconv.weight", weights(ours + "conv_dw.weight"), dim, 1, 7, 7);
                put(theirs + "dwconv.bias", weights(ours + "conv_dw.bias"), dim);
                norm(theirs + "norm", ours + "norm", dim);
                put(theirs + "pwconv1.weight", weights(ours + "mlp.fc1.weight"), 4L * dim, dim);
                put(theirs + "pwconv1.bias", weights(ours + "mlp.fc1.bias"), 4L * dim);
                put(theirs + "grn.gamma", weights(ours + "mlp.grn.weight"), 1, 1, 1, 4L * dim);
                put(theirs + "grn.beta", weights(ours + "mlp.grn.bias"), 1, 1, 1, 4L * dim);
                put(theirs + "pwconv2.weight", weights(ours + "mlp.fc2.weight"), dim, 4L * dim);
                put(theirs + "pwconv2.bias", weights(ours + "mlp.fc2.bias"), dim);
            }
        }
    }

    private void head() {
        norm("norm", "head.norm", DIMS.get(3));
        put("head.weight", weights("head.fc.weight"), 3, DIMS.get(3));
        put("head.bias", weights("head.fc.bias"), 3);
    }

    /** What {@code FCMAE} saves: the layers of MinkowskiEngine, whose kernels count their rows fastest. */
    private void sparse() {
        stem("encoder.");
        for (int s = 0; s < 4; s++) {
            int dim = DIMS.get(s);
            if (s > 0) {
                String theirs = "encoder.downsample_layers." + s;
                String ours = "stages." + s + ".downsample.";
                norm(theirs + ".0.ln", ours + "0", DIMS.get(s - 1));
                downsampling(theirs + ".1", ours + "1", DIMS.get(s - 1), dim);
            }
            for (int b = 0; b < DEPTHS.get(s); b++) {
                String theirs = "encoder.stages." + s + "." + b + ".";
                String ours = "stages." + s + ".blocks." + b + ".";
                depthwise(theirs + "dwconv", ours + "conv_dw", dim);
                norm(theirs + "norm.ln", ours + "norm", dim);
                put(theirs + "pwconv1.linear.weight", weights(ours + "mlp.fc1.weight"), 4L * dim, dim);
                put(theirs + "pwconv1.linear.bias", weights(ours + "mlp.fc1.bias"), 4L * dim);
                put(theirs + "pwconv2.linear.weight", weights(ours + "mlp.fc2.weight"), dim, 4L * dim);
                put(theirs + "pwconv2.linear.bias", weights(ours + "mlp.fc2.bias"), dim);
                put(theirs + "grn.gamma", weights(ours + "mlp.grn.weight"), 1, 4L * dim);
                put(theirs + "grn.beta", weights(ours + "mlp.grn.bias"), 1, 4L * dim);
            }
        }
    }

    private void depthwise(String theirs, String ours, int dim) {
        float[] weight = weights(ours + ".weight");
        float[] kernel = new float[49 * dim];
        for (int c = 0; c < dim; c++) {
            for (int row = 0; row < 7; row++) {
                for (int column = 0; column < 7; column++) {
                    int position = row + 7 * column;
                    kernel[position * dim + c] = weight[c * 49 + row * 7 + column];
                }
            }
        }
        put(theirs + ".kernel", kernel, 49, dim);
        put(theirs + ".bias", weights(ours + ".bias"), 1, dim);
    }

    private void downsampling(String theirs, String ours, int in, int out) {
        float[] weight = weights(ours + ".weight");
        float[] kernel = new float[4 * in * out];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                for (int row = 0; row < 2; row++) {
                    for (int column = 0; column < 2; column++) {
                        int position = row + 2 * column;
                        kernel[(position * in + i) * out + o] = weight[((o * in + i) * 2 + row) * 2 + column];
                    }
                }
            }
        }
        put(theirs + ".kernel", kernel, 4, in, out);
        put(theirs + ".bias", weights(ours + ".bias"), 1, out);
    }

    /** Tensors of a decoder of FCMAE, of width 2. */
    private void decoder() {
        put("mask_token", new float[2], 1, 2, 1, 1);
        put("proj.weight", new float[2 * 10], 2, 10, 1, 1);
        put("proj.bias", new float[2], 2);
        put("decoder.0.dwconv.weight", new float[98], 2, 1, 7, 7);
        put("decoder.0.pwconv1.weight", new float[16], 8, 2);
        put("decoder.0.grn.gamma", new float[8], 1, 1, 1, 8);
        put("pred.weight", new float[3072 * 2], 3072, 2, 1, 1);
        put("pred.bias", new float[3072], 3072);
    }

    private void assertEncoderIsKnown(Map<String, float[]> before) {
        other.namedParameters().forEach((name, p) -> {
            float[] expected = HEAD.contains(name) ? before.get(name) : weights(name);
            assertArrayEquals(expected, p.getArray().toFloatArray(), name);
        });
        Shape images = new Shape(2, 3, PIXELS, PIXELS);
        NDArray x = manager.create(Uniform.floats("images", images.size()), images);
        assertArrayEquals(
                known.forwardFeatures(x, Pass.evaluation()).toFloatArray(),
                other.forwardFeatures(x, Pass.evaluation()).toFloatArray());
    }

    @Test
    void aFineTunedNetworkIsWhole() {
        dense();
        head();
        WeightFile.Report report = WeightFile.load(other, written());
        assertTrue(report.complete());
        assertEquals(List.of(), report.dropped());
        assertEquals(known.namedParameters().size(), report.loaded().size());
        NDArray x = manager.create(Uniform.floats("images", 3L * PIXELS * PIXELS), new Shape(1, 3, PIXELS, PIXELS));
        float[] logits = known.apply(x, Pass.evaluation()).toFloatArray();
        assertArrayEquals(logits, other.apply(x, Pass.evaluation()).toFloatArray());
    }

    @Test
    void aSparsePreTrainingFillsTheEncoder() {
        sparse();
        decoder();
        Map<String, float[]> before = Nets.values(other.namedParameters());
        WeightFile.Report report = WeightFile.loadEncoder(other, written());
        assertEquals(HEAD, report.missing());
        assertEquals(8, report.dropped().size());
        assertEquals(List.of(), report.unexpected());
        assertEquals(
                known.namedParameters().size() - HEAD.size(), report.loaded().size());
        assertTrue(report.toString().contains("4 missing [head.norm.weight"), report::toString);
        assertTrue(report.toString().contains("8 dropped [mask_token"), report::toString);
        assertEncoderIsKnown(before);
    }

    /** So the authors publish theirs: dense already, and without what is not the encoder's. */
    @Test
    void aDensePreTrainingFillsTheEncoder() {
        dense();
        Map<String, float[]> before = Nets.values(other.namedParameters());
        assertEquals(HEAD, WeightFile.loadEncoder(other, written()).missing());
        assertEncoderIsKnown(before);
    }

    @Test
    void aNetworkThatWasNotPreTrainedIsLeftAlone() {
        assertRefused(v1 -> WeightFile.loadEncoder(v1, written()), network(false, 3), "stages.0.blocks.0.mlp.grn");
    }

    @Test
    void aPreTrainingIsNoWholeNetwork() {
        assertRefused(n -> WeightFile.load(n, written()), other, "loadEncoder");
    }

    @Test
    void namesThatAreMissingOrUnknownAreTold() {
        sparse();
        file.remove("encoder.stages.2.1.dwconv.kernel");
        file.put("encoder.stages.2.1.extra.weight", file.get("encoder.stages.2.1.norm.ln.weight"));
        String message = assertThrows(WeightException.class, () -> WeightFile.loadEncoder(other, written()))
                .getMessage();
        assertTrue(message.contains("1 unexpected [stages.2.blocks.1.extra.weight]"), message);
        assertTrue(message.contains("stages.2.blocks.1.conv_dw.weight"), message);
    }

    @Test
    void aKernelOfNoSquareIsTold() {
        sparse();
        put("encoder.stages.0.0.dwconv.kernel", new float[48 * 4], 48, 4);
        String message = assertThrows(WeightException.class, () -> WeightFile.loadEncoder(other, written()))
                .getMessage();
        assertTrue(message.contains("stages.0.blocks.0.conv_dw.weight (48, 4) for (4, 1, 7, 7)"), message);
    }

    @Test
    void aTensorOfTwoNamesIsRefused() {
        sparse();
        file.put("stages.0.0.norm.weight", file.get("encoder.stages.0.0.norm.ln.weight"));
        String message = assertThrows(WeightException.class, () -> WeightFile.loadEncoder(other, written()))
                .getMessage();
        assertTrue(message.contains("\"stages.0.0.norm.weight\" is in the file under another name too"), message);
    }

    private void assertRefused(Consumer<ConvNeXt> load, ConvNeXt network, String told) {
        sparse();
        decoder();
        Map<String, float[]> before = Nets.values(network.namedParameters());
        String message =
                assertThrows(WeightException.class, () -> load.accept(network)).getMessage();
        assertTrue(message.contains(told), message);
        before.forEach((name, values) -> assertArrayEquals(
                values, network.namedParameters().get(name).getArray().toFloatArray(), name));
    }
}
