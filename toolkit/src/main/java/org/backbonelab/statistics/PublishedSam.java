package org.backbonelab.statistics;

import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Results of "When Vision Transformers Outperform ResNets without Pre-training or Strong Data Augmentations" (Chen et al., arXiv
 * 2106.01548) as long tables; {@code plain} is without SAM, {@code sam} with it.
 *
 * <p>The paper itself could not be read whole. Accuracies are of the table that the authors' next paper copies (GSAM, arXiv 2203.08065,
 * table 1); it has 76.9 % for ResNet-50 with SAM where this paper has 76.7. All else is second-hand, from notes and comments that
 * others published, and says so in {@code reading}. What is known from memory only is left out.
 */
public final class PublishedSam {
    private static final List<String> MEASURES = List.of("ImageNet", "ReaL", "V2", "R", "C");

    private PublishedSam() {}

    /**
     * Returns the top-1 accuracy of twelve networks trained on ImageNet from scratch with Inception preprocessing, in percent.
     *
     * @return 60 rows: {@code model}, {@code family} (ResNet, ViT, Mixer), {@code measure} (ImageNet, ReaL, V2, R, and C, the mean over
     *     19 corruptions and 5 severities), {@code plain}, {@code sam}, {@code gain}, {@code reading}
     */
    public static Table accuracy() {
        PublishedTable read = PublishedTable.read("sam-accuracy.csv");
        DoubleColumn plain = DoubleColumn.create("plain", read.numbers(2));
        DoubleColumn sam = DoubleColumn.create("sam", read.numbers(3));
        return Table.create(
                "accuracy",
                texts(read, 0),
                StringColumn.create("family", read.lines().stream().map(line -> line[0].replaceAll("-.*", ""))),
                texts(read, 1),
                plain,
                sam,
                sam.subtract(plain).setName("gain"),
                StringColumn.create(
                        "reading", read.lines().stream().map(line -> "printed, as GSAM's table 1 copies it")));
    }

    /** Returns what {@link #accuracy} measures, in its order. */
    public static List<String> measures() {
        return MEASURES;
    }

    /**
     * Returns sharpness, condition numbers of the neural tangent kernel, and accuracies of other ways to train.
     *
     * @return {@code model}, {@code what}, {@code plain}, {@code sam} (NaN where it is not known), {@code reading}
     */
    public static Table others() {
        PublishedTable read = PublishedTable.read("sam-others.csv");
        return Table.create(
                "others",
                texts(read, 0),
                texts(read, 1),
                DoubleColumn.create("plain", read.numbers(2)),
                DoubleColumn.create(
                        "sam",
                        read.lines().stream()
                                .mapToDouble(line -> line[3].isEmpty() ? Double.NaN : Double.parseDouble(line[3]))),
                StringColumn.create("reading", read.lines().stream().map(line -> "second-hand")));
    }

    private static StringColumn texts(PublishedTable table, int column) {
        return StringColumn.create(
                table.header().get(column), table.lines().stream().map(line -> line[column]));
    }
}
