package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;
import org.hipparchus.stat.StatUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** On synthetic results whose true means are known. */
class CoupledTest {
    static final int BACKBONES = 4;
    private static final int OPTIMIZERS = 8;

    /** The true mean and standard deviation of a pair. */
    interface Truth {
        double[] of(int backbone, int optimizer, RandomGenerator random);
    }

    /** Draws results; of a negative number of seeds only three optimizers have so many, the others one. */
    static Table rows(int seeds, long run, Truth truth) {
        StringColumn backbone = StringColumn.create("backbone");
        StringColumn optimizer = StringColumn.create("optimizer");
        DoubleColumn seed = DoubleColumn.create("seed");
        DoubleColumn top1 = DoubleColumn.create("top1");
        RandomGenerator random = Seeds.stream(run, "synthetic");
        for (int b = 0; b < BACKBONES; b++) {
            for (int o = 0; o < OPTIMIZERS; o++) {
                double[] pair = truth.of(b, o, random);
                for (int s = 0; s < (seeds > 0 || o < 3 ? Math.abs(seeds) : 1); s++) {
                    backbone.append("b" + b);
                    optimizer.append("o" + o);
                    seed.append(s);
                    top1.append(pair[0] + pair[1] * random.nextGaussian());
                }
            }
        }
        return Table.create("rows", backbone, optimizer, seed, top1);
    }

    private static Table test(Table rows, Reference reference, double margin) {
        return Coupling.coupled(rows, "top1", reference, margin, Correction.HOLM, 20, 0);
    }

    /** All means are equal: whoever is called anything at margin 0 is called so wrongly. */
    @ParameterizedTest
    @CsvSource({"MEDIAN, 2", "MEDIAN, 3", "MEDIAN, -3", "BEST, 2", "BEST, -3"})
    void fewTablesOfEqualPairsHaveAnyVerdict(Reference reference, int seeds) {
        int wrong = 0;
        int runs = 400;
        for (int run = 0; run < runs; run++) {
            Table table = test(rows(seeds, run, (b, o, r) -> new double[] {80, 0.5 * (b + 1)}), reference, 0);
            boolean any = false;
            for (Row row : table) {
                any |= row.getString("verdict").equals("coupled");
            }
            wrong += any ? 1 : 0;
        }
        assertTrue(wrong <= 0.065 * runs, wrong + " of " + runs + " tables have a pair called coupled");
    }

    /**
     * Means a point apart, so that the order is known: a gap of exactly -margin is a true hypothesis, and its p value
     * uniform.
     */
    @ParameterizedTest
    @CsvSource({"2, false, 0.035, 0.065", "3, false, 0.035, 0.065", "2, true, 0.02, 0.10", "3, true, 0.02, 0.10"})
    void aSinglePairIsWronglyCalledAtTheLevel(int seeds, boolean uneven, double least, double most) {
        int wrong = 0;
        int runs = 1500;
        for (int run = 0; run < runs; run++) {
            Table table = rows(seeds, run, (b, o, r) ->
                    new double[] {10 * o, uneven ? 0.3 * Math.exp(0.8 * r.nextGaussian()) : 0.3});
            // The lowest is 35 below the median; the other hypotheses are plainly wrong, so Holm leaves these at 0.05 /
            // 4.
            Table verdicts = test(table, Reference.MEDIAN, 35);
            for (Row row : verdicts) {
                boolean lowest = row.getString("optimizer").equals("o0");
                wrong += lowest && !row.getString("verdict").equals("open") ? 1 : 0;
            }
        }
        // Holm: four true hypotheses, the chance that any is called is the level.
        double rate = wrong / (double) runs;
        assertTrue(rate >= least && rate <= most, "called wrongly " + rate + " times a table");
    }

    @Test
    void failingPairsAreFoundAndOthersCleared() {
        Table table = rows(2, 1, (b, o, r) -> new double[] {o == 3 && b > 0 ? 70 : 80, 0.3});
        for (Row row : Coupling.coupled(table, "top1")) {
            boolean fails = row.getString("optimizer").equals("o3")
                    && !row.getString("backbone").equals("b0");
            assertEquals(fails ? "coupled" : "not", row.getString("verdict"), row.toString());
            assertTrue(row.getDouble("lo") < row.getDouble("gap") && row.getDouble("gap") < row.getDouble("hi"));
            assertEquals(fails, row.getDouble("boot_hi") < -2);
            assertTrue(row.getDouble("p_adjusted") <= 0.05);
        }
    }

    @Test
    void verdictFollowsTheAdjustedP() {
        Table table = rows(2, 5, (b, o, r) -> new double[] {80 - 0.7 * o, 0.6});
        for (Row row : test(table, Reference.BEST, 2)) {
            boolean called = !row.getString("verdict").equals("open");
            double p = row.getDouble("p_adjusted");
            assertEquals(called, Double.isNaN(p) || p <= 0.05, row.toString());
            assertEquals(Double.isNaN(p), row.getDouble("gap") == 0, row.toString());
        }
    }

    @Test
    void oneUnstablePairDoesNotBlindTheTestToTheOthers() {
        Table table = rows(3, 2, (b, o, r) -> new double[] {o == 3 ? 60 : 80, o == 5 ? 12 : 0.3});
        for (Row row : Coupling.coupled(table, "top1")) {
            boolean fails = row.getString("optimizer").equals("o3");
            boolean called = row.getString("verdict").equals("coupled");
            assertTrue(fails == called || row.getString("optimizer").equals("o5"), row.toString());
        }
    }

    /** Whatever scatters evenly is pooled: 32 pairs of 2 seeds give 8 degrees of freedom a backbone. */
    @Test
    void evenScatterIsPooledAndUnevenIsNot() {
        double[][] even = new double[16][];
        double[][] uneven = new double[16][];
        for (int i = 0; i < 16; i++) {
            double width = i % 2 == 0 ? 1 : 1.1;
            even[i] = new double[] {5 - width, 5, 5 + width};
            uneven[i] = new double[] {5 - Math.pow(4, i % 4), 5, 5 + Math.pow(4, i % 4)};
        }
        Map<String, List<Integer>> one =
                Map.of("b", java.util.stream.IntStream.range(0, 16).boxed().toList());
        SeedVariance pooled = SeedVariance.of(Arrays.asList(even), one);
        assertEquals(32, pooled.freedom().get(0));
        assertEquals((1 + 1.21) / 2, pooled.variance().get(0), 1e-12);
        SeedVariance own = SeedVariance.of(Arrays.asList(uneven), one);
        assertTrue(own.freedom().get(0) < 4, own.freedom().toString());
        assertTrue(
                own.variance().get(3) > 100 * own.variance().get(0),
                own.variance().toString());
    }

    /** Percentiles know nothing of degrees of freedom: with two seeds of eight pairs 95 % are about 90. */
    @ParameterizedTest
    @EnumSource(Reference.class)
    void bootstrapCoversTheTruthNearlyAsOften(Reference reference) {
        int hits = 0;
        int all = 0;
        for (int run = 0; run < 60; run++) {
            Table table = rows(2, run, (b, o, r) -> new double[] {80 - 3 * o, 0.5});
            double truth = reference == Reference.BEST ? 0 : 10.5;
            for (Row row : Coupling.coupled(table, "top1", reference, 2, Correction.HOLM, 300, run)) {
                int o = Integer.parseInt(row.getString("optimizer").substring(1));
                if (o > 0) {
                    double gap = truth - 3 * o;
                    hits += row.getDouble("boot_lo") <= gap && gap <= row.getDouble("boot_hi") ? 1 : 0;
                    all++;
                }
            }
        }
        assertEquals(0.9, hits / (double) all, 0.04);
    }

    @Test
    void theSameSeedGivesTheSameTable() {
        Table rows = rows(2, 3, (b, o, r) -> new double[] {80, 1});
        String once = Coupling.coupled(rows, "top1", Reference.BEST, 1, Correction.HOLM, 7)
                .print();
        assertEquals(
                once,
                Coupling.coupled(rows, "top1", Reference.BEST, 1, Correction.HOLM, 7)
                        .print());
        assertFalse(once.equals(Coupling.coupled(rows, "top1", Reference.BEST, 1, Correction.HOLM, 8)
                .print()));
    }

    @Test
    void oneSeedSaysNothingAndDivergenceIsNamed() {
        Table one = rows(1, 0, (b, o, r) -> new double[] {o == 0 ? Double.NaN : 80 - 10 * o, 1});
        Table verdicts = Coupling.coupled(one, "top1");
        for (Row row : verdicts) {
            boolean first = row.getString("optimizer").equals("o0");
            // Seven are left, so one of them is the median.
            boolean middle = row.getString("optimizer").equals("o4");
            assertEquals(first ? "diverged" : "open", middle ? "open" : row.getString("verdict"), row.toString());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> Coupling.coupled(one, "top1", Reference.MEDIAN, -1, Correction.HOLM, 0));
    }

    @Test
    void holmStepsDown() {
        Correction.Corrected holm = Correction.HOLM.of(new double[] {0.04, 0.001, Double.NaN, 0.02}, 3, 0.05);
        assertArrayEquals(new double[] {0.04, 0.003, Double.NaN, 0.04}, holm.adjusted, 1e-12);
        assertArrayEquals(new double[] {0.05, 0.05 / 3, 0.05 / 3, 0.025}, holm.level, 1e-12);
        Correction.Corrected stopped = Correction.HOLM.of(new double[] {0.04, 0.03}, 2, 0.05);
        assertArrayEquals(new double[] {0.06, 0.06}, stopped.adjusted, 1e-12);
        assertArrayEquals(new double[] {0.025, 0.025}, stopped.level, 1e-12);
    }

    @Test
    void benjaminiAndHochbergStepUp() {
        double[] p = {0.04, 0.001, Double.NaN, 0.03, 0.9};
        Correction.Corrected out = Correction.BENJAMINI_HOCHBERG.of(p, 4, 0.05);
        assertArrayEquals(new double[] {0.16 / 3, 0.004, Double.NaN, 0.16 / 3, 0.9}, out.adjusted, 1e-12);
        assertArrayEquals(new double[] {0.0125, 0.0125, 0.0125, 0.0125, 0.0125}, out.level, 1e-12);
        Correction.Corrected two = Correction.BENJAMINI_HOCHBERG.of(new double[] {0.04, 0.03}, 2, 0.05);
        assertArrayEquals(new double[] {0.04, 0.04}, two.adjusted, 1e-12);
        assertArrayEquals(new double[] {0.05, 0.05}, two.level, 1e-12);
    }

    /** A quarter of the pairs lies 6 below; the share of wrong calls among all calls is held, and more are found. */
    @Test
    void benjaminiAndHochbergFindMoreAndHoldTheShareOfWrongCalls() {
        int[] found = new int[2];
        double share = 0;
        int runs = 150;
        for (int run = 0; run < runs; run++) {
            Table rows = rows(2, run, (b, o, r) -> new double[] {o < 2 ? 74 : o < 4 ? 78 : 80, 0.6});
            for (Correction correction : Correction.values()) {
                int right = 0;
                int wrong = 0;
                for (Row row : Coupling.coupled(rows, "top1", Reference.MEDIAN, 2, correction, 5, 0)) {
                    boolean called = row.getString("verdict").equals("coupled");
                    boolean low = row.getDouble("mean") < 77
                            && row.getString("optimizer").compareTo("o2") < 0;
                    right += called && low ? 1 : 0;
                    wrong += called && !low ? 1 : 0;
                    assertEquals(called && row.getDouble("gap") < -2, row.getDouble("hi") < -2);
                }
                found[correction == Correction.HOLM ? 0 : 1] += right;
                share += correction == Correction.HOLM ? 0 : wrong / Math.max(1.0, right + wrong) / runs;
            }
        }
        assertTrue(found[1] > 1.1 * found[0], Arrays.toString(found));
        assertTrue(share <= 0.06, "share of wrong calls " + share);
        Table rows = rows(2, 0, (b, o, r) -> new double[] {80, 1});
        assertThrows(
                IllegalArgumentException.class,
                () -> Coupling.coupled(rows, "top1", Reference.BEST, 0, Correction.BENJAMINI_HOCHBERG, 0));
    }

    @Test
    void pairedSeedsCancelWhatTheyShare() {
        StringColumn backbone = StringColumn.create("backbone", "b", "b", "b", "b", "b", "b");
        StringColumn optimizer = StringColumn.create("optimizer", "x", "y", "x", "y", "x", "y");
        DoubleColumn seed = DoubleColumn.create("seed", 0, 0, 1, 1, 2, 2);
        DoubleColumn top1 = DoubleColumn.create("top1", 80, 79, 70, 68.9, 90, 89.1);
        Table out = Comparisons.bySeed(Table.create("t", backbone, optimizer, seed, top1), "top1", "x", "y");
        double[] differences = {1, 1.1, 0.9};
        assertEquals(StatUtils.mean(differences), out.doubleColumn("difference").getDouble(0), 1e-9);
        assertEquals("x", out.stringColumn("better").get(0));
        // t = 1 / (0.1 / sqrt 3) with 2 degrees of freedom
        assertEquals(0.00331, out.doubleColumn("p_adjusted").getDouble(0), 1e-5);
        var none = assertThrows(
                IllegalArgumentException.class,
                () -> Comparisons.bySeed(Table.create("t", backbone, optimizer, seed, top1), "top1", "x", "z"));
        assertTrue(none.getMessage().contains("of x and z"), none.getMessage());
    }
}
