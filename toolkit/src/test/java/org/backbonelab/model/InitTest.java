package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Moments of initial values, as the references' code draws them ({@code make_init.py}). */
class InitTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/init.csv");

    record Moments(String name, double mean, double std, double kurtosis) {}

    static Map<String, List<Moments>> golden() throws IOException {
        Map<String, List<Moments>> out = new LinkedHashMap<>();
        try (Stream<String> lines = Files.lines(GOLDEN)) {
            lines.skip(1).map(line -> line.split(",", -1)).forEach(c -> out.computeIfAbsent(
                            c[0], k -> new ArrayList<>())
                    .add(new Moments(
                            c[1], Double.parseDouble(c[3]), Double.parseDouble(c[4]), Double.parseDouble(c[5]))));
        }
        return out;
    }

    static Set<String> names() throws IOException {
        return golden().keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void valuesStartAsInTheReference(String name) throws IOException {
        Backbone model = Backbones.create(name, new ImageSpec(3, 224, 1000), 0);
        try (NDManager manager = Torch.newManager()) {
            model.initialize(manager, 0);
            Map<String, Parameter> parameters = model.trainedParameters();
            List<String> wrong = new ArrayList<>();
            for (Moments expected : golden().get(name)) {
                float[] values = parameters.get(expected.name).getArray().toFloatArray();
                Moments found = moments(expected.name, values);
                if (!agree(expected, found, values.length)) {
                    wrong.add("\n  expected " + expected + "\n  but was  " + found);
                }
            }
            assertTrue(wrong.isEmpty(), wrong::toString);
        }
    }

    /** Tells whether two samples can be of one distribution: their moments differ by no more than five errors. */
    private static boolean agree(Moments a, Moments b, int count) {
        double error = 5 * Math.sqrt(2.0 / count);
        double scale = Math.max(a.std, b.std);
        if (scale == 0) {
            return Math.abs(a.mean - b.mean) <= 1e-6 * Math.abs(a.mean);
        }
        // The kurtosis of fewer values says nothing.
        boolean shape = count < 1000 || Math.abs(a.kurtosis - b.kurtosis) <= error * Math.sqrt(24);
        return Math.abs(a.mean - b.mean) <= error * scale && Math.abs(a.std - b.std) <= error * scale && shape;
    }

    private static Moments moments(String name, float[] values) {
        double mean = 0;
        for (float v : values) {
            mean += v / (double) values.length;
        }
        double second = 0;
        double fourth = 0;
        for (float v : values) {
            double square = (v - mean) * (v - mean);
            second += square / values.length;
            fourth += square * square / values.length;
        }
        double std = Math.sqrt(second);
        return std <= 1e-6 * Math.abs(mean)
                ? new Moments(name, mean, 0, 0)
                : new Moments(name, mean, std, fourth / (second * second));
    }
}
