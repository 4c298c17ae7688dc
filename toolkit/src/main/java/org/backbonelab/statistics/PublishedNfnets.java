package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The published results of "ConvNets Match Vision Transformers at Scale" (Smith et al., arXiv 2310.16764) as long tables.
 *
 * <p>The paper prints few numbers, so most are read off its figures; the column {@code reading} says of each row how, and how well.
 * Networks are F0, F1, F3, F3+, F7 and F7+ (NFNets, arXiv 2102.06171), trained on JFT-4B for a quarter to eight epochs, once each.
 * Core hours are of TPU-v4, estimated by the authors from steady step rates. The hours of F7+ on TPU-v3 are left out: what is printed
 * must be a slip.
 */
public final class PublishedNfnets {
    /** Images of JFT-4B, as the paper rounds them. */
    private static final double IMAGES = 4e9;
    /** Accuracy of errors as read, in percentage points. */
    private static final double READING = 0.02;

    private PublishedNfnets() {}

    /**
     * Returns figure 2, the loss on held-out images at the best of the learning rates tried, in nats.
     *
     * @return 36 rows: {@code network}, {@code epochs}, {@code images} (with repeats), {@code core_hours}, {@code loss}, {@code params},
     *     {@code macs} (multiply-adds of a forward pass at the 224 pixels of training), {@code reading}, {@code size_reading}
     */
    public static Table losses() {
        PublishedTable read = read("losses");
        Map<String, String[]> sizes = new HashMap<>();
        read("sizes").lines().forEach(line -> sizes.put(line[0], line));
        DoubleColumn epochs = numbers(read, 1);
        return Table.create(
                "losses",
                texts(read, 0),
                epochs,
                epochs.multiply(IMAGES).setName("images"),
                numbers(read, 2),
                numbers(read, 3),
                DoubleColumn.create(
                        "params", read.lines().stream().mapToDouble(l -> Double.parseDouble(sizes.get(l[0])[1]))),
                DoubleColumn.create(
                        "macs", read.lines().stream().mapToDouble(l -> Double.parseDouble(sizes.get(l[0])[2]))),
                StringColumn.create("reading", read.lines().stream().map(PublishedNfnets::reading)),
                StringColumn.create("size_reading", read.lines().stream().map(l -> sizes.get(l[0])[3])));
    }

    private static String reading(String... line) {
        return line[4].equals("yes")
                ? "digitised, point partly hidden, ±0.006 in loss, ±0.2 % in core hours"
                : "digitised, ±0.003 in loss, ±0.2 % in core hours";
    }

    /**
     * Returns figure 3, the best of the learning rates tried, at batch size 4096.
     *
     * @return 18 rows: {@code network}, {@code epochs}, {@code lr}, {@code reading}
     */
    public static Table rates() {
        PublishedTable read = read("rates");
        return Table.create(
                "rates",
                texts(read, 0),
                numbers(read, 1),
                numbers(read, 2),
                StringColumn.create(
                        "reading",
                        read.lines().stream().map(l -> "digitised, exact: the rates tried are factors of 2 apart")));
    }

    /**
     * Returns figure 1, the top-1 error on ImageNet in percent after fine-tuning for 50 epochs with SAM at 384 pixels.
     *
     * @return {@code network}, {@code epochs} of pre-training, {@code core_hours} of it (of {@link #losses}), {@code augmentation} (plain,
     *     or RA: repeated augmentation), {@code error}, {@code reading}
     */
    public static Table errors() {
        PublishedTable read = read("errors");
        Map<String, Double> hours = new HashMap<>();
        read("losses").lines().forEach(l -> hours.put(l[0] + " " + l[1], Double.parseDouble(l[2])));
        return Table.create(
                "errors",
                texts(read, 0),
                numbers(read, 1),
                DoubleColumn.create("core_hours", read.lines().stream().mapToDouble(l -> hours.get(l[0] + " " + l[1]))),
                texts(read, 2),
                numbers(read, 3),
                StringColumn.create("reading", read.lines().stream().map(PublishedNfnets::errorReading)));
    }

    private static String errorReading(String... line) {
        String printed = !line[0].equals("F7+") || !line[1].equals("8")
                ? ""
                : line[2].equals("RA") ? "; printed as 90.4 % right" : "; printed as 90.3 % right";
        return "digitised, ±" + READING + printed;
    }

    /**
     * Returns the three Vision Transformers that the paper compares with, after fine-tuning on ImageNet.
     *
     * @return {@code model}, {@code top1} in percent, {@code tpu_v3_hours} and {@code tpu_v4_hours} (core hours of pre-training),
     *     {@code reading}
     */
    public static Table vits() {
        PublishedTable read = read("vits");
        return Table.create(
                "vits", texts(read, 0), numbers(read, 1), numbers(read, 2), numbers(read, 3), texts(read, 4));
    }

    /**
     * Returns the rank swaps: two networks of about one compute of which that with the better loss has the worse error after fine-tuning.
     *
     * @param within by how much the core hours may differ, such as 0.06
     * @return {@code smaller} and {@code larger} (network and epochs), {@code core_hours} of the first,
     *     {@code loss_difference} and {@code error_difference} (larger less smaller), {@code reading} (whether the errors differ by more
     *     than the sum of what both readings may be off)
     */
    public static Table rankSwaps(double within) {
        Table losses = losses();
        Table errors = errors();
        Map<String, Double> error = new HashMap<>();
        for (int i = 0; i < errors.rowCount(); i++) {
            if (errors.stringColumn("augmentation").get(i).equals("plain")) {
                error.put(name(errors, i), errors.doubleColumn("error").get(i));
            }
        }
        List<int[]> pairs = new ArrayList<>();
        for (int i = 0; i < losses.rowCount(); i++) {
            for (int j = i + 1; j < losses.rowCount(); j++) {
                if (isSwap(losses, i, j, within, error)) {
                    pairs.add(new int[] {i, j});
                }
            }
        }
        double[] apart = pairs.stream()
                .mapToDouble(p -> error.get(name(losses, p[1])) - error.get(name(losses, p[0])))
                .toArray();
        DoubleColumn loss = losses.doubleColumn("loss");
        return Table.create(
                "rank swaps",
                StringColumn.create("smaller", pairs.stream().map(p -> name(losses, p[0]))),
                StringColumn.create("larger", pairs.stream().map(p -> name(losses, p[1]))),
                DoubleColumn.create("core_hours", pairs.stream().mapToDouble(p -> losses.doubleColumn("core_hours")
                        .get(p[0]))),
                DoubleColumn.create(
                        "loss_difference", pairs.stream().mapToDouble(p -> loss.get(p[1]) - loss.get(p[0]))),
                DoubleColumn.create("error_difference", apart),
                StringColumn.create(
                        "reading",
                        Arrays.stream(apart)
                                .mapToObj(d ->
                                        Math.abs(d) > 2 * READING + 1e-9 ? "beyond the reading" : "within the reading")
                                .toList()));
    }

    /** Networks are listed by size, so that j is the larger. */
    private static boolean isSwap(Table losses, int i, int j, double within, Map<String, Double> error) {
        DoubleColumn hours = losses.doubleColumn("core_hours");
        DoubleColumn loss = losses.doubleColumn("loss");
        Double a = error.get(name(losses, i));
        Double b = error.get(name(losses, j));
        return a != null
                && b != null
                && Math.abs(Math.log(hours.get(i) / hours.get(j))) <= Math.log1p(within)
                && (loss.get(i) - loss.get(j)) * (a - b) < 0;
    }

    private static String name(Table table, int row) {
        double epochs = table.doubleColumn("epochs").get(row);
        return table.stringColumn("network").get(row) + " "
                + (epochs < 1 ? Double.toString(epochs) : Integer.toString((int) epochs));
    }

    private static StringColumn texts(PublishedTable table, int column) {
        return StringColumn.create(
                table.header().get(column), table.lines().stream().map(line -> line[column]));
    }

    private static DoubleColumn numbers(PublishedTable table, int column) {
        return DoubleColumn.create(table.header().get(column), table.numbers(column));
    }

    private static PublishedTable read(String name) {
        return PublishedTable.read("nfnets-" + name + ".csv");
    }
}
