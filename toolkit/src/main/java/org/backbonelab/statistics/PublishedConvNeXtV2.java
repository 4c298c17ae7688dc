package org.backbonelab.statistics;

import java.util.HashMap;
import java.util.Map;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The published results of "ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders" (Woo et al., arXiv 2301.00808) as
 * long tables.
 *
 * <p>{@code size} is Atto to Huge, {@code version} V1 or V2 (without and with GRN), {@code training} supervised or FCMAE (pre-trained
 * without labels, then fine-tuned). {@code top1} is the accuracy on ImageNet-1K in percent; {@code gmacs} are multiply-adds of a forward
 * pass in units of 1e9, which the paper calls FLOPs. A number that is not published is NaN. {@code reading} says where a number is from.
 *
 * <p>The paper reports no seeds and no scatter, so differences of a tenth of a point may be chance.
 */
public final class PublishedConvNeXtV2 {
    private PublishedConvNeXtV2() {}

    /**
     * Returns table 14: accuracy at 224 pixels, with ImageNet-1K alone; FCMAE pre-trains V2 for 1600 epochs.
     *
     * @return 24 rows: {@code size}, {@code params} (of 1000 classes, by formula: the paper rounds them),
     *     {@code gmacs} (as printed for the size; norms and LayerScale have none), {@code version}, {@code training}, {@code top1},
     *     {@code reading}
     */
    public static Table accuracy() {
        PublishedTable read = read("accuracy");
        PublishedTable sizes = read("sizes");
        Map<String, Double> numbers = new HashMap<>();
        for (int column = 1; column < sizes.header().size(); column++) {
            for (String[] line : sizes.lines()) {
                numbers.put(line[0] + " " + sizes.header().get(column), Double.parseDouble(line[column]));
            }
        }
        return Table.create(
                "accuracy",
                texts(read, 0),
                DoubleColumn.create(
                        "params", read.lines().stream().mapToDouble(line -> numbers.get(line[0] + " " + line[1]))),
                DoubleColumn.create(
                        "gmacs", read.lines().stream().mapToDouble(line -> numbers.get(line[0] + " gmacs"))),
                texts(read, 1),
                texts(read, 2),
                numbers(read, 3),
                StringColumn.create("reading", read.lines().stream().map(line -> accuracyReading(line[1], line[2]))));
    }

    private static String accuracyReading(String version, String training) {
        return version.equals("V1") && training.equals("FCMAE")
                ? "printed, table 14; table 3 has it after 800 epochs"
                : "printed, table 14";
    }

    /**
     * Returns table 3, the co-design: GRN and FCMAE each alone and both, with 800 epochs of pre-training.
     *
     * @return 8 rows: {@code size}, {@code version}, {@code training}, {@code top1}, {@code reading}
     */
    public static Table codesign() {
        PublishedTable read = read("codesign");
        return Table.create(
                "codesign",
                texts(read, 0),
                texts(read, 1),
                texts(read, 2),
                numbers(read, 3),
                same(read, "printed, table 3"));
    }

    /**
     * Returns table 4, other methods of pre-training without labels, at 224 pixels.
     *
     * @return 14 rows: {@code method}, {@code network}, {@code size}, {@code epochs} of pre-training (NaN for other methods, of which they
     *     are not recorded here), {@code top1}, {@code reading}
     */
    public static Table selfSupervised() {
        PublishedTable read = read("selfsupervised");
        return Table.create(
                "self-supervised",
                texts(read, 0),
                texts(read, 1),
                texts(read, 2),
                numbers(read, 3),
                numbers(read, 4),
                same(read, "printed, table 4"));
    }

    /**
     * Returns tables 5 and 15: accuracy with the labels of ImageNet-22K too, against compute.
     *
     * <p>V2 alone is pre-trained by FCMAE before. Table 15 has 600.8 for the Huge at 512 pixels, where table 5 has 600.7.
     *
     * @return 24 rows: {@code model}, {@code family}, {@code image_size} in pixels, {@code gmacs} (of ConvNeXt V1 those of the same size
     *     of V2, whose GRN has none), {@code top1}, {@code reading}
     */
    public static Table imagenet22k() {
        PublishedTable read = read("imagenet22k");
        return Table.create(
                "imagenet22k",
                texts(read, 0),
                texts(read, 1),
                numbers(read, 2),
                numbers(read, 3),
                numbers(read, 4),
                same(read, "printed, tables 5 and 15"));
    }

    /**
     * Returns the ablations, with a Base pre-trained for 800 epochs and fine-tuned for 100 where {@code setting} does not say otherwise.
     *
     * <p>The studies of FCMAE (leakage, supervised, decoder) have V1's encoder, those of GRN and of the kind of pre-training V2's. Where
     * the other norms and gates were put is not published.
     *
     * @return 48 rows: {@code study}, {@code setting}, {@code top1} (NaN: the training was unstable), {@code hours} (of pre-training on 256
     *     cores of TPU-v3, for the types of decoder), {@code params} (rounded to millions, for gating), {@code chosen} (what the paper's
     *     method has), {@code reading}
     */
    public static Table ablations() {
        PublishedTable read = read("ablations");
        return Table.create(
                "ablations",
                texts(read, 0),
                texts(read, 1),
                numbers(read, 2),
                numbers(read, 3),
                numbers(read, 4),
                BooleanColumn.create(
                        "chosen",
                        read.lines().stream().map(line -> line[5].equals("yes")).toList()),
                same(read, "printed"));
    }

    /**
     * Returns tables 6 and 7: Mask R-CNN on COCO, and segmentation of ADE20K.
     *
     * @return 22 rows: {@code task}, {@code measure} (APbox, APmask, mIoU; in percent), {@code size}, {@code version}, {@code training}
     *     before the transfer, {@code score}, {@code reading}
     */
    public static Table transfer() {
        PublishedTable read = read("transfer");
        return Table.create(
                "transfer",
                texts(read, 0),
                texts(read, 1),
                texts(read, 2),
                texts(read, 3),
                texts(read, 4),
                numbers(read, 5),
                same(read, "printed, tables 6 and 7"));
    }

    /**
     * Returns figure 4, the cosine distance between the channels of a block over its depth, of Base networks: 0 where all channels are
     * alike, near 0.5 where they are unrelated.
     *
     * @return 4 rows: {@code model}, {@code mean}, {@code min}, {@code max} (over the blocks), {@code last} (of the last block),
     *     {@code reading}; the paper prints none of them
     */
    public static Table featureDistances() {
        PublishedTable read = read("distances");
        return Table.create(
                "feature distances",
                texts(read, 0),
                numbers(read, 1),
                numbers(read, 2),
                numbers(read, 3),
                numbers(read, 4),
                same(read, "digitised from figure 4, ±0.01"));
    }

    private static StringColumn same(PublishedTable table, String reading) {
        return StringColumn.create("reading", table.lines().stream().map(line -> reading));
    }

    private static StringColumn texts(PublishedTable table, int column) {
        return StringColumn.create(
                table.header().get(column), table.lines().stream().map(line -> line[column]));
    }

    private static DoubleColumn numbers(PublishedTable table, int column) {
        return DoubleColumn.create(
                table.header().get(column),
                table.lines().stream()
                        .mapToDouble(line -> line[column].isEmpty() ? Double.NaN : Double.parseDouble(line[column])));
    }

    private static PublishedTable read(String name) {
        return PublishedTable.read("convnextv2-" + name + ".csv");
    }
}
