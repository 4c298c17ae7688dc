package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Uniform;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every golden file of {@code make_backbones.py}: names, shapes, counts, logits and gradients of the reference. */
class BackbonesAgainstTimmTest {
    private static final File GOLDEN = new File("src/test/resources/golden/backbones");
    private static final File ODD = new File("src/test/resources/golden/odd");
    private static final int BATCH = 2;
    /** Of the range of the logits. */
    private static final double LOGITS = 1e-4;
    /** Of a gradient's norm. */
    private static final double GRADIENTS = 1e-5;
    /** Of the largest gradient's norm: what is left of a gradient that is zero but for rounding. */
    private static final double ROUNDING = 1e-10;

    static Stream<String> files() {
        return names(GOLDEN);
    }

    static Stream<String> odd() {
        return names(ODD);
    }

    private static Stream<String> names(File folder) {
        return Arrays.stream(folder.list()).sorted().map(f -> f.replace(".json", ""));
    }

    @ParameterizedTest
    @MethodSource("files")
    void equalsItsReference(String name) throws IOException {
        JsonNode golden = new ObjectMapper().readTree(new File(GOLDEN, name + ".json"));
        assertEqual(golden, () -> Backbones.create(name, spec(golden.get("image")), 0));
        Backbone published = Backbones.create(name, spec(golden.get("published")), 0);
        assertEquals(golden.at("/published/parameters").asLong(), published.parameterCount());
    }

    /** Sides that are odd on the way: Swin pads them, and its windows depend on them; ConvNeXt leaves out what is over. */
    @ParameterizedTest
    @MethodSource("odd")
    void equalsItsReferenceWhereSidesAreOdd(String name) throws IOException {
        JsonNode golden = new ObjectMapper().readTree(new File(ODD, name + ".json"));
        assertEqual(golden, () -> tiny(name, spec(golden.get("image"))));
    }

    private static Backbone tiny(String name, ImageSpec spec) {
        if (name.startsWith("swin")) {
            return new Swin(spec, new Swin.Config(4, 12, List.of(2, 2, 2, 2), List.of(1, 2, 4, 8), 7), 0);
        }
        boolean v2 = name.startsWith("convnextv2");
        return new ConvNeXt(spec, new ConvNeXt.Config(v2, 4, List.of(4, 8, 8, 8), List.of(1, 1, 1, 1)), 0);
    }

    private static void assertEqual(JsonNode golden, Supplier<Backbone> factory) {
        Backbone model = factory.get();
        Map<String, Shape> shapes = model.storedShapes();
        assertEquals(golden.at("/names/count").asInt(), shapes.size(), shapes.keySet()::toString);
        assertEquals(golden.at("/names/sha256").asText(), sha256(shapes), shapes::toString);
        Map<String, float[]> weights = new HashMap<>();
        shapes.forEach((key, shape) -> weights.put(key, Uniform.weights(key, shape)));
        try (NDManager manager = Torch.newManager()) {
            model.initializeFrom(manager, DataType.FLOAT32, weights::get);
            NDArray x = images(manager, model.spec());
            assertLogits(golden.get("logits"), model.apply(x, Pass.evaluation()).toFloatArray());
            assertStages(golden.get("stages"), model.stageFeatures(x, Pass.evaluation()));
        }
        // Rounding moves units of a ReLU across zero, where its derivative jumps: gradients are compared in float64.
        Backbone wide = factory.get();
        try (NDManager manager = Torch.newManager()) {
            wide.initializeFrom(manager, DataType.FLOAT64, weights::get);
            backward(wide, images(manager, wide.spec()).toType(DataType.FLOAT64, false));
            assertGradients(golden.get("gradients"), wide.trainedParameters());
        }
    }

    private static NDArray images(NDManager manager, ImageSpec spec) {
        Shape images = new Shape(BATCH, spec.channels(), spec.size(), spec.size());
        return manager.create(Uniform.floats("images", images.size()), images);
    }

    private static void backward(Backbone model, NDArray x) {
        try (GradientCollector collector = Torch.engine().newGradientCollector();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray y = model.apply(x, Pass.training(0));
            NDArray weights = y.getManager().create(Uniform.values("loss", y.size()), y.getShape());
            collector.backward(y.mul(weights).sum());
        }
    }

    private static void assertLogits(JsonNode expected, float[] actual) {
        double lowest = Double.POSITIVE_INFINITY;
        double highest = Double.NEGATIVE_INFINITY;
        for (JsonNode e : expected) {
            lowest = Math.min(lowest, e.asDouble());
            highest = Math.max(highest, e.asDouble());
        }
        assertEquals(expected.size(), actual.length);
        for (int i = 0; i < actual.length; i++) {
            assertEquals(expected.get(i).asDouble(), actual[i], LOGITS * (highest - lowest), "logit " + i);
        }
    }

    private static void assertStages(JsonNode expected, List<NDArray> maps) {
        assertEquals(expected.size(), maps.size());
        for (int i = 0; i < maps.size(); i++) {
            JsonNode e = expected.get(i);
            long side = e.get(0).asLong();
            assertEquals(
                    new Shape(BATCH, e.get(1).asLong(), side, side), maps.get(i).getShape());
            float[] found = maps.get(i).toFloatArray();
            double[] x = Uniform.values("stage " + side, found.length);
            double norm = 0;
            double product = 0;
            for (int k = 0; k < x.length; k++) {
                norm += (double) found[k] * found[k];
                product += found[k] * x[k];
            }
            double size = e.get(2).asDouble();
            assertEquals(size, Math.sqrt(norm), LOGITS * size, "norm of stage " + side);
            assertEquals(e.get(4).asDouble(), product, LOGITS * size, "product of stage " + side);
        }
    }

    private static void assertGradients(JsonNode expected, Map<String, Parameter> parameters) {
        assertEquals(expected.size(), parameters.size());
        double largest = 0;
        for (JsonNode e : expected) {
            largest = Math.max(largest, e.get(0).asDouble());
        }
        assertTrue(largest > 0);
        for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
            double[] g = entry.getValue().getArray().getGradient().toDoubleArray();
            double[] x = Uniform.values("gradient of " + entry.getKey(), g.length);
            double[] found = new double[3];
            for (int i = 0; i < g.length; i++) {
                found[0] += g[i] * g[i];
                found[1] += g[i];
                found[2] += g[i] * x[i];
            }
            found[0] = Math.sqrt(found[0]);
            JsonNode e = expected.get(entry.getKey());
            for (int k = 0; k < 3; k++) {
                double size = Math.max(e.get(0).asDouble(), Math.abs(e.get(k).asDouble()));
                String what = entry.getKey() + ", gradient's " + new String[] {"norm", "sum", "product"}[k];
                assertEquals(e.get(k).asDouble(), found[k], GRADIENTS * size + ROUNDING * largest, what);
            }
        }
    }

    private static ImageSpec spec(JsonNode node) {
        int channels = node.has("channels") ? node.get("channels").asInt() : 3;
        return new ImageSpec(
                channels, node.get("size").asInt(), node.get("classes").asInt());
    }

    private static String sha256(Map<String, Shape> shapes) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(shapes).forEach((name, shape) -> text.append(name)
                .append(' ')
                .append(Arrays.stream(shape.getShape()).mapToObj(Long::toString).collect(Collectors.joining(",")))
                .append('\n'));
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
