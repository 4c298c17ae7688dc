package org.backbonelab.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.layer.Layer;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/**
 * Golden files of the scripts in {@code src/test/golden}, and the rule of {@code make_golden.py} for the values of inputs
 * and parameters.
 */
public final class Golden {
    /** Of the largest value of a tensor: what float32 leaves after a handful of operations. */
    private static final double TOLERANCE = 1e-5;

    private final JsonNode root;

    private Golden(JsonNode root) {
        this.root = root;
    }

    /** Reads {@code golden/<name>.json}. */
    public static Golden load(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".json")) {
            JsonNode root = new ObjectMapper().readTree(in);
            for (String key : List.of("name", "version")) {
                assertFalse(
                        root.at("/reference/" + key).asText().isBlank(), name + " tells no " + key + " of a reference");
            }
            return new Golden(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a number that holds for all cases. */
    public double number(String key) {
        assertTrue(root.path(key).isNumber(), "golden file has no number " + key);
        return root.get(key).asDouble();
    }

    /** Returns the names of the entries below a case, or deeper. */
    public List<String> names(String... path) {
        List<String> out = new ArrayList<>();
        at(path).fieldNames().forEachRemaining(out::add);
        return out;
    }

    private JsonNode at(String... path) {
        JsonNode node = root.path("cases");
        for (String key : path) {
            node = node.path(key);
        }
        return node;
    }

    /** Returns the numbers of one entry of one case. */
    public double[] values(String... path) {
        JsonNode node = at(path);
        assertTrue(node.isArray() || node.isNumber(), "golden file has no " + String.join(" / ", path));
        double[] out = new double[node.isNumber() ? 1 : node.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = node.isNumber() ? node.asDouble() : node.get(i).asDouble();
        }
        return out;
    }

    /** Value i is offset + scale * sin(phase + 0.37 i^2). */
    public static float[] fill(long count, double phase, double scale, double offset) {
        float[] out = new float[Math.toIntExact(count)];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (offset + scale * Math.sin(phase + 0.37 * i * i));
        }
        return out;
    }

    /** Returns an array of the fill rule with scale 1 and offset 0. */
    public static NDArray fill(NDManager manager, Shape shape, double phase) {
        return manager.create(fill(shape.size(), phase, 1, 0), shape);
    }

    /** Fills parameter k, from 1 in the order of declaration, with phase k and scale 0.5. */
    public static void fillParameters(Layer layer) {
        int k = 0;
        for (Parameter p : layer.namedParameters().values()) {
            k++;
            double offset = p.getName().equals("running_var") ? 1 : 0;
            set(p.getArray(), fill(p.getArray().size(), k, 0.5, offset));
        }
    }

    /** Overwrites a leaf's values. */
    public static void set(NDArray leaf, float[] values) {
        Torch.withoutGradients(() -> {
            try (NDArray source = leaf.getManager().create(values, leaf.getShape())) {
                Kernels.assign(leaf, source);
            }
            return null;
        });
    }

    /** Compares with a relative tolerance of 1e-5 of the largest value. */
    public static void assertClose(double[] expected, NDArray actual, String what) {
        assertClose(expected, actual.toFloatArray(), what);
    }

    /** Compares with a relative tolerance of 1e-5 of the largest value. */
    public static void assertClose(double[] expected, float[] actual, String what) {
        assertClose(expected, actual, TOLERANCE, what);
    }

    /** Compares with a tolerance relative to the largest value. */
    public static void assertClose(double[] expected, float[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what + ": number of values");
        double largest = 1e-6;
        for (double e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance * largest, what + ", value " + i);
        }
    }

    /** Returns the values of several arrays, one after the other. */
    public static float[] concat(Iterable<NDArray> arrays) {
        float[] out = new float[0];
        for (NDArray array : arrays) {
            float[] more = array.toFloatArray();
            int start = out.length;
            out = java.util.Arrays.copyOf(out, start + more.length);
            System.arraycopy(more, 0, out, start, more.length);
        }
        return out;
    }
}
