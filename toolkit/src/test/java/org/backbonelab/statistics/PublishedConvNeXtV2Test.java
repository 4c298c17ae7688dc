package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.Description;
import org.backbonelab.model.ImageSpec;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class PublishedConvNeXtV2Test {
    private static final List<String> SIZES = List.of("Atto", "Femto", "Pico", "Nano", "Tiny", "Base", "Large", "Huge");

    /** Returns the value of the rows whose cells, joined by blanks, are the key. */
    private static Map<String, Double> byKey(Table table, String value, String... key) {
        return IntStream.range(0, table.rowCount())
                .boxed()
                .collect(Collectors.toMap(
                        i -> List.of(key).stream()
                                .map(column -> table.column(column).getString(i))
                                .collect(Collectors.joining(" ")),
                        i -> table.doubleColumn(value).getDouble(i)));
    }

    @Test
    void ofEverySizePreTrainingGivesMoreThanLabelsAlone() {
        Table table = PublishedConvNeXtV2.accuracy();
        assertEquals(24, table.rowCount());
        assertEquals(
                SIZES, table.stringColumn("size").asList().stream().distinct().toList());
        Map<String, Double> top1 = byKey(table, "top1", "size", "version", "training");
        for (String size : SIZES.subList(0, 7)) {
            assertTrue(top1.get(size + " V2 FCMAE") > top1.get(size + " V2 supervised"), size);
            assertTrue(top1.get(size + " V2 supervised") > top1.get(size + " V1 supervised"), size);
        }
        // The ends of the range of sizes, with ImageNet-1K alone.
        assertEquals(76.7, top1.get("Atto V2 FCMAE"));
        assertEquals(86.3, top1.get("Huge V2 FCMAE"));
        assertEquals(
                2,
                table.where(table.stringColumn("reading").containsString("table 3"))
                        .rowCount());
    }

    /** The counts of the table against those of our own networks. */
    @Test
    void sizesAreThoseOfTheNetworks() {
        Table table = PublishedConvNeXtV2.accuracy();
        Map<String, Double> params = byKey(table, "params", "size", "version", "training");
        Map<String, Double> gmacs = byKey(table, "gmacs", "size", "version", "training");
        Description atto = Backbones.describe("convnextv2_atto", new ImageSpec(3, 224, 1000));
        assertEquals(params.get("Atto V2 FCMAE"), (double) atto.parameters());
        assertEquals(gmacs.get("Atto V2 FCMAE"), atto.macs() / 1e9, 0.005);
        // A block of V2 has 7 C more: GRN's 8 C, less the C of LayerScale.
        double more = 7.0 * (3 * 96 + 3 * 192 + 9 * 384 + 3 * 768);
        assertEquals(more, params.get("Tiny V2 supervised") - params.get("Tiny V1 supervised"));
    }

    /** The claim of the title: either change alone gives less than half a point, both together more than half. */
    @Test
    void theGainNeedsBothChanges() {
        Table table = PublishedConvNeXtV2.codesign();
        assertEquals(8, table.rowCount());
        Map<String, Double> top1 = byKey(table, "top1", "size", "version", "training");
        for (String size : List.of("Base", "Large")) {
            double none = top1.get(size + " V1 supervised");
            assertTrue(top1.get(size + " V1 FCMAE") - none <= 0.1 + 1e-9, size);
            assertTrue(top1.get(size + " V2 supervised") - none <= 0.5 + 1e-9, size);
            assertTrue(top1.get(size + " V2 FCMAE") - none >= 0.8 - 1e-9, size);
        }
        // Where both tables have a cell they agree; table 14 pre-trains V2 for twice as long.
        Map<String, Double> whole = byKey(PublishedConvNeXtV2.accuracy(), "top1", "size", "version", "training");
        top1.forEach((key, value) -> {
            assertTrue(key.endsWith("V2 FCMAE") ? value < whole.get(key) : value.equals(whole.get(key)), key);
        });
        Map<String, Double> methods =
                byKey(PublishedConvNeXtV2.selfSupervised(), "top1", "method", "size", "network", "epochs");
        assertEquals(14, methods.size());
        for (String size : List.of("Base", "Large", "Huge")) {
            assertEquals(whole.get(size + " V2 FCMAE"), methods.get("FCMAE " + size + " ConvNeXt V2 1600"));
        }
    }

    @Test
    void theHugeIsBestAtLessCompute() {
        Table table = PublishedConvNeXtV2.imagenet22k();
        assertEquals(24, table.rowCount());
        assertEquals(6, table.stringColumn("family").countUnique());
        assertEquals(2, table.doubleColumn("gmacs").countMissing());
        Table best = table.sortDescendingOn("top1");
        assertEquals("ConvNeXt V2-H", best.stringColumn("model").get(0));
        assertEquals(88.9, best.doubleColumn("top1").get(0));
        assertEquals(600.7, best.doubleColumn("gmacs").get(0));
        assertEquals(88.8, best.doubleColumn("top1").get(1));
        assertEquals(763.5, best.doubleColumn("gmacs").get(1));
        Map<String, Double> top1 = byKey(table, "top1", "model", "image_size");
        for (String model : List.of("V2-N", "V2-T", "V2-B", "V2-L")) {
            assertTrue(top1.get("ConvNeXt " + model + " 384") > top1.get("ConvNeXt " + model + " 224"), model);
        }
    }

    @Test
    void everyAblationHasOneChoice() {
        Table table = PublishedConvNeXtV2.ablations();
        assertEquals(48, table.rowCount());
        assertEquals(13, table.stringColumn("study").countUnique());
        for (String study : table.stringColumn("study").unique()) {
            Table own = table.where(table.stringColumn("study").isEqualTo(study));
            Table chosen = own.where(own.booleanColumn("chosen").isTrue());
            assertEquals(1, chosen.rowCount(), study);
            // No rival is better by more than rounding; labels alone for 300 epochs equal FCMAE without GRN but for a
            // tenth.
            assertTrue(
                    own.doubleColumn("top1").max() - chosen.doubleColumn("top1").get(0) < 0.11, study);
        }
        assertEquals(1, table.doubleColumn("top1").countMissing());
        Map<String, Double> top1 = byKey(table, "top1", "study", "setting");
        assertEquals(84.6, top1.get("GRN aggregation L2"));
        assertEquals(80.5, top1.get("norm in its place BN"));
        assertEquals(78.8, top1.get("GRN kept in pre-training only"));
        Map<String, Double> hours = byKey(table, "hours", "study", "setting");
        assertEquals(7.7, hours.get("decoder type ConvNeXt block"));
        assertEquals(7.7, table.doubleColumn("hours").min());
        assertEquals(4, table.rowCount() - table.doubleColumn("hours").countMissing());
    }

    @Test
    void preTrainingTransfers() {
        Table table = PublishedConvNeXtV2.transfer();
        assertEquals(22, table.rowCount());
        Map<String, Double> score = byKey(table, "score", "measure", "size", "version", "training");
        for (String measure : List.of("APbox", "APmask", "mIoU")) {
            for (String size : List.of("Base", "Large")) {
                String network = measure + " " + size;
                assertTrue(score.get(network + " V2 FCMAE") > score.get(network + " V2 supervised"), network);
                assertTrue(score.get(network + " V2 supervised") > score.get(network + " V1 supervised"), network);
            }
        }
        assertEquals(54.4, score.get("APbox Large V2 FCMAE"));
        assertEquals(57.0, table.doubleColumn("score").max());
    }

    /** GRN keeps the channels apart, and what is read from a figure says so. */
    @Test
    void distancesAreReadFromAFigure() {
        Table table = PublishedConvNeXtV2.featureDistances();
        assertEquals(4, table.rowCount());
        for (String reading : table.stringColumn("reading")) {
            assertTrue(reading.startsWith("digitised") && reading.endsWith("±0.01"), reading);
        }
        Map<String, Double> mean = byKey(table, "mean", "model");
        assertTrue(mean.get("V2 FCMAE") > mean.get("V1 supervised"));
        assertTrue(mean.get("V1 supervised") > mean.get("V1 FCMAE"));
        for (int i = 0; i < table.rowCount(); i++) {
            for (String inside : List.of("mean", "last")) {
                double value = table.doubleColumn(inside).getDouble(i);
                assertTrue(value >= table.doubleColumn("min").getDouble(i), inside);
                assertTrue(value <= table.doubleColumn("max").getDouble(i), inside);
            }
        }
    }
}
