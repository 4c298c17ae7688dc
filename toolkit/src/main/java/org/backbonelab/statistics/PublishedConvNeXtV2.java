package org.backbonelab.statistics;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
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
        PublishedTable sizes = read("sizes");
        Map<String, Double> numbers = new HashMap<>();
        for (int column = 1; column < sizes.header().size(); column++) {
            for (String[] line : sizes.lines()) {
                numbers.put(line[0] + " " + sizes.header().get(column), Double.parseDouble(line[column]));
            }
        }
        PublishedTable read = read("accuracy");
        Table out = table("accuracy", read, i -> i < 3, line -> accuracyReading(line[1], line[2]));
        out.insertColumn(1, DoubleColumn.create("params", of(read, line -> numbers.get(line[0] + " " + line[1]))));
        out.insertColumn(2, DoubleColumn.create("gmacs", of(read, line -> numbers.get(line[0] + " gmacs"))));
        return out;
    }

    private static DoubleStream of(PublishedTable table, ToDoubleFunction<String[]> value) {
        return table.lines().stream().mapToDouble(value);
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
        return table("codesign", read("codesign"), i -> i < 3, line -> "printed, table 3");
    }

    /**
     * Returns table 4, other methods of pre-training without labels, at 224 pixels.
     *
     * @return 14 rows: {@code method}, {@code network}, {@code size}, {@code epochs} of pre-training (NaN for other methods, of which they
     *     are not recorded here), {@code top1}, {@code reading}
     */
    public static Table selfSupervised() {
        return table("self-supervised", read("selfsupervised"), i -> i < 3, line -> "printed, table 4");
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
        return table("imagenet22k", read("imagenet22k"), i -> i < 2, line -> "printed, tables 5 and 15");
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
        Table out = table("ablations", read, i -> i < 2 || i == 5, line -> "printed");
        out.replaceColumn(
                "chosen",
                BooleanColumn.create(
                        "chosen",
                        read.lines().stream().map(line -> line[5].equals("yes")).toList()));
        return out;
    }

    /**
     * Returns tables 6 and 7: Mask R-CNN on COCO, and segmentation of ADE20K.
     *
     * @return 22 rows: {@code task}, {@code measure} (APbox, APmask, mIoU; in percent), {@code size}, {@code version}, {@code training}
     *     before the transfer, {@code score}, {@code reading}
     */
    public static Table transfer() {
        return table("transfer", read("transfer"), i -> i < 5, line -> "printed, tables 6 and 7");
    }

    /**
     * Returns figure 4, the cosine distance between the channels of a block over its depth, of Base networks: 0 where all channels are
     * alike, near 0.5 where they are unrelated.
     *
     * @return 4 rows: {@code model}, {@code mean}, {@code min}, {@code max} (over the blocks), {@code last} (of the last block),
     *     {@code reading}; the paper prints none of them
     */
    public static Table featureDistances() {
        return table("feature distances", read("distances"), i -> i < 1, line -> "digitised from figure 4, ±0.01");
    }

    /** Returns the columns of a file, some of them text and the others numbers, and where each line is from. */
    private static Table table(
            String name, PublishedTable read, IntPredicate isText, Function<String[], String> reading) {
        Table out = Table.create(name);
        for (int i = 0; i < read.header().size(); i++) {
            int column = i;
            String header = read.header().get(i);
            out.addColumns(
                    isText.test(i)
                            ? StringColumn.create(header, read.lines().stream().map(line -> line[column]))
                            : DoubleColumn.create(header, of(read, line -> number(line[column]))));
        }
        return out.addColumns(
                StringColumn.create("reading", read.lines().stream().map(reading)));
    }

    /** An empty cell is a number that is not published. */
    private static double number(String cell) {
        return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
    }

    private static PublishedTable read(String name) {
        return PublishedTable.read("convnextv2-" + name + ".csv");
    }
}
