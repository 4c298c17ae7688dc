package org.backbonelab.statistics;

import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.statistics.TunedValues.TunedValue;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The published results of BOCB (arXiv 2410.06373) as long tables with the columns of our own ones.
 *
 * <p>Columns: {@code backbone} (the paper's abbreviation), {@code optimizer} (a name of {@link Optimizers}), the result in
 * percent, {@code mark}, {@code group} (a primary, b classical, c modern; table A1), {@code category} of the optimizer.
 * Marks are the paper's colours: ★ best, ▲ among the top four, ▽ failed, ✗ failed and worst. Means of three trials; their
 * scatter is not published.
 */
public final class PublishedBocb {
    private static final Pattern CELL = Pattern.compile("([0-9.]+)([★▲▽✗]?)");
    /** Named in tables, but not one of the twenty. */
    private static final String DEEPER = "R-101";

    private PublishedBocb() {}

    /** Returns table 1: top-1 accuracy {@code test_top1} on CIFAR-100 after 200 epochs, 20 x 20 pairs. */
    public static Table cifar100() {
        return withGroups(longForm("cifar100", "test_top1"));
    }

    /** Returns table 2: top-1 accuracy {@code test_top1} on ImageNet-1K after 300 epochs, DeiT-S and ResNet-50. */
    public static Table imageNet() {
        return withGroups(longForm("imagenet", "test_top1"));
    }

    /**
     * Returns table 3, fine-tuning on COCO: {@code score} is AP50 for the task pose and mAP for detection.
     *
     * @return also {@code task} and {@code pretraining}, the optimizer or recipe before the fine-tuning
     */
    public static Table coco() {
        Table table = longForm("coco", "score");
        List<String[]> settings = table.stringColumn("backbone").asList().stream()
                .map(setting -> setting.split(":", -1))
                .toList();
        table.replaceColumn(
                "backbone", StringColumn.create("backbone", settings.stream().map(s -> s[1])));
        return withGroups(table)
                .addColumns(
                        StringColumn.create("task", settings.stream().map(s -> s[0])),
                        StringColumn.create("pretraining", settings.stream().map(s -> s[2])));
    }

    /** Returns the tuned {@code lr} and {@code weight_decay} of the pairs for which they are published. */
    public static Table tuned() {
        List<TunedValue> all = TunedValues.bocb();
        return Table.create(
                "tuned",
                StringColumn.create("backbone", all.stream().map(TunedValue::backbone)),
                StringColumn.create("optimizer", all.stream().map(TunedValue::optimizer)),
                DoubleColumn.create("lr", all.stream().mapToDouble(TunedValue::learningRate)),
                DoubleColumn.create("weight_decay", all.stream().mapToDouble(TunedValue::weightDecay)));
    }

    /** Returns table 4: the ranks {@code performance, hyper_parameters, bocb (a flag), computation, overall}. */
    public static Table ranks() {
        return numbers("ranks");
    }

    /** Returns the last two lines of table 1: {@code mean, std, range} of each backbone. */
    public static Table spread() {
        return numbers("spread");
    }

    /** Returns the twenty abbreviations in the paper's order. */
    public static List<String> backbones() {
        List<String> header = read("cifar100").header();
        return header.subList(1, header.size());
    }

    /**
     * Returns the published backbone nearest to one of ours: itself, or the one of its family whose name begins most alike.
     *
     * <p>Families that were not studied (NFNet, the hybrids of ResNet and ConvNeXt) are nearest to the ResNet-50 of which they
     * descend.
     *
     * @param backbone the paper's abbreviation, or a name of {@link Backbones}
     * @throws IllegalArgumentException if it is neither
     */
    public static String nearest(String backbone) {
        List<String> published = backbones();
        if (published.contains(backbone) || backbone.startsWith(DEEPER)) {
            return backbone;
        }
        String family = Backbones.family(backbone);
        List<String> names = Backbones.names("bocb");
        return IntStream.range(0, names.size())
                .filter(i -> Backbones.family(names.get(i)).equals(family))
                .boxed()
                .max(Comparator.comparingInt(i -> common(names.get(i), backbone)))
                .map(published::get)
                .orElse("R-50");
    }

    /** Returns the group of a backbone, a, b or c: its own, or that of the nearest published one. */
    public static String group(String backbone) {
        if (backbone.equals("VGG")) {
            return "a";
        }
        int place = backbones().indexOf(nearest(backbone));
        int primary = Backbones.names("bocb_a").size();
        int classical = Backbones.names("bocb_b").size();
        // Only the ResNet-101, a classical one, is not on the list.
        return place < 0 ? "b" : place < primary ? "a" : place < primary + classical ? "b" : "c";
    }

    /** Returns a table of backbones and optimizers with the columns {@code group} and {@code category}. */
    public static Table withGroups(Table table) {
        Table out = table.copy();
        List.of("group", "category").stream().filter(out::containsColumn).forEach(out::removeColumns);
        return out.addColumns(
                StringColumn.create(
                        "group",
                        table.stringColumn("backbone").asList().stream().map(PublishedBocb::group)),
                StringColumn.create(
                        "category",
                        table.stringColumn("optimizer").asList().stream()
                                .map(name -> String.valueOf(Optimizers.get(name).category()))));
    }

    private static int common(String a, String b) {
        int n = 0;
        while (n < Math.min(a.length(), b.length()) && a.charAt(n) == b.charAt(n)) {
            n++;
        }
        return n;
    }

    private static Table longForm(String name, String value) {
        PublishedTable table = read(name);
        StringColumn backbone = StringColumn.create("backbone");
        StringColumn optimizer = StringColumn.create("optimizer");
        DoubleColumn result = DoubleColumn.create(value);
        StringColumn mark = StringColumn.create("mark");
        for (String[] line : table.lines()) {
            for (int i = 1; i < line.length; i++) {
                Matcher cell = CELL.matcher(line[i]);
                if (!cell.matches()) {
                    throw new IllegalStateException(table.file() + ": cell \"" + line[i] + "\"");
                }
                backbone.append(table.header().get(i));
                optimizer.append(line[0]);
                result.append(Double.parseDouble(cell.group(1)));
                mark.append(cell.group(2));
            }
        }
        return Table.create(name, backbone, optimizer, result, mark);
    }

    private static Table numbers(String name) {
        PublishedTable read = read(name);
        Table table = Table.create(
                name,
                StringColumn.create(read.header().get(0), read.lines().stream().map(l -> l[0])));
        for (int i = 1; i < read.header().size(); i++) {
            table.addColumns(DoubleColumn.create(read.header().get(i), read.numbers(i)));
        }
        return table;
    }

    private static PublishedTable read(String name) {
        return PublishedTable.read("bocb-" + name + ".csv");
    }
}
