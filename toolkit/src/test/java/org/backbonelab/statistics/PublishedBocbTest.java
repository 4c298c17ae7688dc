package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Optimizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.Table;

class PublishedBocbTest {
    private static long count(Table table, String mark) {
        return table.stringColumn("mark").asList().stream().filter(mark::equals).count();
    }

    @Test
    void matrixIsWholeWithItsMarks() {
        Table table = PublishedBocb.cifar100();
        assertEquals(List.of("backbone", "optimizer", "test_top1", "mark", "group", "category"), table.columnNames());
        assertEquals(400, table.rowCount());
        assertEquals(20, table.stringColumn("backbone").countUnique());
        assertEquals(
                Optimizers.bocb().stream().map(Optimizers.Entry::name).collect(Collectors.toSet()),
                table.stringColumn("optimizer").asSet());
        assertEquals(20, count(table, "★"));
        // TransNeXt's worst result carries the mark of a failure only.
        assertEquals(19, count(table, "✗"));
        assertEquals(31, count(table, "▽"));
        // Four blue cells a column, but 3 for the Mixer and 5 for ConvNeXt V2, PoolFormer and CAFormer.
        assertEquals(4 * 20 - 1 + 3, 20 + count(table, "▲"));
    }

    @Test
    void groupsAndCategoriesAreThePapers() {
        Table table = PublishedBocb.cifar100();
        assertEquals(
                2 * 20, table.where(table.stringColumn("group").isEqualTo("a")).rowCount());
        assertEquals(
                5 * 20, table.where(table.stringColumn("group").isEqualTo("b")).rowCount());
        assertEquals(
                3 * 20,
                table.where(table.stringColumn("category").isEqualTo("a")).rowCount());
        assertEquals(
                8 * 20,
                table.where(table.stringColumn("category").isEqualTo("b")).rowCount());
        assertEquals(
                6 * 20,
                table.where(table.stringColumn("category").isEqualTo("c")).rowCount());
    }

    @Test
    void otherTablesAreWhole() {
        Table imageNet = PublishedBocb.imageNet();
        assertEquals(40, imageNet.rowCount());
        assertEquals(2, count(imageNet, "★"));
        Table coco = PublishedBocb.coco();
        assertEquals(220, coco.rowCount());
        assertEquals(
                3 * 20, coco.where(coco.stringColumn("task").isEqualTo("pose")).rowCount());
        assertEquals(
                Set.of("VGG", "R-50", "Swin-T", "CNX-T"),
                coco.stringColumn("backbone").asSet());
        assertEquals(Set.of("a", "b", "c"), coco.stringColumn("group").asSet());
        // Every setting has a worst one.
        assertEquals(11, count(coco, "✗"));
        assertEquals(320, PublishedBocb.tuned().rowCount());
        assertEquals(20, PublishedBocb.ranks().rowCount());
    }

    /** The mark of the best stands at the largest value, but for TransNeXt's, a slip of the paper. */
    @Test
    void starsStandAtTheBest() {
        Table table = PublishedBocb.cifar100();
        Table stars = table.where(table.stringColumn("mark").isEqualTo("★"));
        Table spread = Spread.table(table, "test_top1");
        for (int i = 0; i < stars.rowCount(); i++) {
            String name = stars.stringColumn("backbone").get(i);
            double best = GroupBy.values(spread, "backbone", "best").get(name)[0];
            assertEquals(best, stars.doubleColumn("test_top1").getDouble(i), name.equals("TNX-T") ? 0.05 : 1e-9, name);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CNX-T, CNX-T, c",
        "convnext_micro, CNX-T, c",
        "convnextv2_atto, CNXV2-T, c",
        "resnet18_cifar, R-50, b",
        "resnet101, R-50, b",
        "R-101, R-101, b",
        "vit_base_patch16, DeiT-S, c",
        "mixer_micro, MLP-S, c",
        "identityformer_micro, IF-12, c",
        "convformer_micro, CF-12, c",
        "caformer_s12, CAF-12, c",
        "vgg13_bn_micro, VGG-13, a",
        "nfnet_micro_w32, R-50, b"
    })
    void ourBackbonesHaveARelative(String name, String published, String group) {
        assertEquals(published, PublishedBocb.nearest(name));
        assertEquals(group, PublishedBocb.group(name));
    }

    @Test
    void thePapersBackbonesAreOurs() {
        assertEquals(
                PublishedBocb.backbones(),
                Backbones.names("bocb").stream().map(PublishedBocb::nearest).toList());
        var unknown = assertThrows(IllegalArgumentException.class, () -> PublishedBocb.nearest("lenet"));
        assertEquals(true, unknown.getMessage().contains("\"lenet\""));
    }

    @Test
    void groupsTakeThePlaceOfColumnsOfTheirName() {
        Table twice = PublishedBocb.withGroups(PublishedBocb.withGroups(PublishedBocb.cifar100()));
        assertEquals(PublishedBocb.cifar100().columnNames(), twice.columnNames());
        assertEquals(
                "c",
                twice.where(twice.stringColumn("backbone").isEqualTo("CNX-T"))
                        .stringColumn("group")
                        .get(0));
    }
}
