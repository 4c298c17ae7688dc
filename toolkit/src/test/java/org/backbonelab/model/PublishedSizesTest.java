package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Papers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Parameters and multiply-adds, as the references have them ({@code make_counts.py}) and as they are published. */
class PublishedSizesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/counts.csv");
    /** Larger networks are not run. */
    private static final double MOST_MACS = 20e9;

    record Counts(String name, ImageSpec spec, long parameters, long macs, long norms) {
        static Counts of(String line) {
            String[] cells = line.split(",", -1);
            ImageSpec spec = new ImageSpec(3, Integer.parseInt(cells[1]), Integer.parseInt(cells[2]));
            return new Counts(
                    cells[0], spec, Long.parseLong(cells[3]), Long.parseLong(cells[4]), Long.parseLong(cells[5]));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Counts> all() throws IOException {
        try (Stream<String> lines = Files.lines(GOLDEN)) {
            return lines.skip(1).map(Counts::of).toList();
        }
    }

    static List<Counts> small() throws IOException {
        return all().stream().filter(c -> c.macs < MOST_MACS).toList();
    }

    static List<String[]> published() {
        return Papers.read("sizes").stream().skip(1).toList();
    }

    @Test
    void everyPublishedNetworkHasItsReference() throws IOException {
        Set<String> names =
                Backbones.names().stream().filter(n -> !n.contains("_micro")).collect(Collectors.toSet());
        assertTrue(names.remove("linear"), "a yardstick, no published network");
        assertEquals(names, all().stream().map(Counts::name).collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @MethodSource("all")
    void parametersAreThoseOfTheReference(Counts counts) {
        assertEquals(
                counts.parameters, Backbones.create(counts.name, counts.spec, 0).parameterCount());
    }

    @ParameterizedTest
    @MethodSource("small")
    void multiplyAddsAreThoseOfTheReference(Counts counts) {
        Backbone model = Backbones.create(counts.name, counts.spec, 0);
        try (NDManager manager = Torch.newManager()) {
            model.initializeBlank(manager);
            assertEquals(counts.macs, model.macs());
        }
    }

    /**
     * Of published multiply-adds some count norms, too, as fvcore and with it timm's tables do.
     *
     * <p>Without them DenseNet-121 has 2.83 G for 2.87, MobileNet V2 0.301 for 0.31, EfficientNet-B0 0.386 for 0.40 and
     * PoolFormerV2-S12 1.812 for 1.83. Of UniRepLKNet-T the deployed form is published. For parameters of MetaFormers
     * see {@link #anMlpAsClassifierIsWhatTheyHaveMore}.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("published")
    void multiplyAddsAreThoseThatArePublished(String name, String giga, String withNorms) throws IOException {
        Counts counts =
                all().stream().filter(c -> c.name.equals(name)).findFirst().orElseThrow();
        double expected = Double.parseDouble(giga);
        double found = (counts.macs + (Boolean.parseBoolean(withNorms) ? counts.norms : 0)) / 1e9;
        double lastDigit = new BigDecimal(giga).ulp().doubleValue();
        assertEquals(expected, found, Math.max(0.01 * expected, lastDigit / 2));
    }

    /** In M: ConvFormer-S12 16.94, AttentionFormer-S12 16.61, CAFormer-S12 16.65 with a linear classifier. */
    @Test
    void anMlpAsClassifierIsWhatTheyHaveMore() {
        ImageSpec imageNet = new ImageSpec(3, 224, 1000);
        long width = 512;
        long hidden = 4 * width;
        long mlp = width * hidden + hidden + 2 * hidden + hidden * 1000 + 1000;
        long linear = width * 1000 + 1000;
        double[] published = {16.94e6, 16.61e6, 16.65e6};
        int at = 0;
        for (String name : List.of("convformer_s12", "attentionformer_s12", "caformer_s12")) {
            long parameters = Backbones.create(name, imageNet, 0).parameterCount();
            assertEquals(published[at++], (double) (parameters - mlp + linear), 0.005e6, name);
        }
    }
}
