package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tech.tablesaw.api.Table;

/** Against {@code make_spectra.py}, which computes the same from definitions with NumPy. */
class SpectraTest {
    private static final Golden GOLDEN = Golden.load("spectra");

    static Stream<String> cases() {
        return GOLDEN.names().stream();
    }

    private static NDArray weight(NDManager manager, String name) {
        Shape shape = new Shape(Arrays.stream(GOLDEN.values(name, "shape"))
                .mapToLong(v -> (long) v)
                .toArray());
        double[] rule = GOLDEN.values(name, "rule");
        float[] values = Golden.fill(shape.size(), rule[0], 0.5, 0);
        int row = (int) (shape.size() / shape.get(0));
        for (int i = 0; i < values.length; i++) {
            values[i] *= (float) Math.pow(1.0 + Math.floorDiv(i, row), -rule[1]);
        }
        return manager.create(values, shape);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void patternIsThatOfNumpy(String name) {
        try (NDManager manager = Torch.newManager()) {
            Spectra.Layer layer = Spectra.layer(name, weight(manager, name));
            assertEquals(GOLDEN.values(name, "eigenvalues")[0], layer.eigenvalues());
            double[] rest = GOLDEN.values(name, "rest");
            assertEquals(rest[0], layer.entropy(), 1e-6);
            assertEquals(rest[1], layer.norm(), 1e-6 * rest[1]);
            assertEquals(rest[2], layer.energy(), 1e-6);
            if (name.endsWith("too few")) {
                assertNull(layer.tail());
            } else {
                double[] tail = GOLDEN.values(name, "tail");
                assertEquals(tail[0], layer.tail().alpha(), 1e-6 * tail[0]);
                assertEquals(tail[1], layer.tail().xMin(), 1e-6 * tail[1]);
                assertEquals(tail[2], layer.tail().distance(), 1e-6);
                assertEquals(tail[3], layer.tail().sigma(), 1e-6 * tail[3]);
            }
        }
    }

    /** Layers that the paper's figures count: convolutions and linear maps, no norms. */
    @ParameterizedTest
    @CsvSource({"resnet_micro, 10", "convnext_micro, 15", "vit_micro, 18", "mixer_micro, 18"})
    void everyConvolutionAndLinearMapIsALayer(String name, int layers) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            Table table = Spectra.of(model);
            assertEquals(
                    layers,
                    table.rowCount(),
                    table.stringColumn("layer").asList().toString());
            for (int i = 0; i < layers; i++) {
                NDArray weight = model.namedParameters()
                        .get(table.stringColumn("layer").get(i) + ".weight")
                        .getArray();
                assertEquals(
                        Spectra.layer("", weight).norm(),
                        table.doubleColumn("weight_norm").getDouble(i));
                // A classifier that starts at zero has no spectrum.
                double norm = table.doubleColumn("weight_norm").getDouble(i);
                boolean fitted =
                        norm == 0 || Double.isFinite(table.doubleColumn("alpha").getDouble(i));
                assertEquals(table.doubleColumn("eigenvalues").getDouble(i) >= 10, fitted);
            }
        }
    }

    /** A Pareto law's own exponent is found, where the tail begins is found too. */
    @Test
    void theExponentOfAParetoLawIsFound() {
        RandomGenerator random = Seeds.stream(0, "pareto");
        double[] values = new double[4000];
        Arrays.setAll(values, i -> i < 1000 ? random.nextDouble() : Math.pow(1 - random.nextDouble(), -1 / 1.5));
        TailExponent fit = TailExponent.fit(values);
        assertEquals(2.5, fit.alpha(), 3 * fit.sigma());
        assertTrue(fit.xMin() >= 0.9 && fit.distance() < 0.03, fit.toString());
        assertTrue(fit.sigma() < 0.1);
    }

    @Test
    void roundingIsNoSpectrum() {
        double[] values = new double[30];
        Arrays.fill(values, 1e-15);
        for (int i = 0; i < 9; i++) {
            values[i] = 1 + i;
        }
        assertThrows(IllegalArgumentException.class, () -> TailExponent.fit(values));
        values[9] = 20;
        assertTrue(
                TailExponent.fit(values).xMin() > 0.9, TailExponent.fit(values).toString());
        double[] equal = new double[12];
        Arrays.fill(equal, 3);
        assertTrue(Double.isNaN(TailExponent.fit(equal).alpha()));
    }

    @Test
    void divergedWeightsHaveNoPatternAndOtherRanksAreRefused() {
        try (NDManager manager = Torch.newManager()) {
            NDArray diverged = manager.create(new float[] {1, Float.NaN, 2, 3}, new Shape(2, 2));
            Spectra.Layer layer = Spectra.layer("w", diverged);
            assertNull(layer.tail());
            assertTrue(Double.isNaN(layer.entropy()) && Double.isNaN(layer.norm()));
            NDArray vector = manager.create(new float[] {1, 2});
            var refused = assertThrows(IllegalArgumentException.class, () -> Spectra.layer("norm", vector));
            assertTrue(refused.getMessage().contains("norm has shape (2)"), refused.getMessage());
        }
    }

    @Test
    void measureIsASeriesOverLayersWithMeans() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "convnext_micro");
            var found = Spectra.overDepth().measure(new org.backbonelab.study.Trained(model, null, null, null, 0));
            for (String name :
                    List.of("alpha", "alpha_sigma", "alpha_distance", "weight_entropy", "weight_norm", "pca_energy")) {
                assertEquals(15, found.series().get(name).size(), name);
            }
            assertNotNull(found.metrics().get("alpha_mean"));
            double mean = found.series().get("weight_norm").stream()
                    .mapToDouble(v -> v)
                    .average()
                    .orElseThrow();
            assertEquals(mean, found.metrics().get("weight_norm_mean"), 1e-9);
        }
    }
}
