package org.backbonelab.plot;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Small tables with a missing number, and one figure of every kind. */
public final class Samples {
    private Samples() {}

    /** Two optimizers by two backbones; (lion, vit) is missing and marked as failed. */
    public static Table pairs() {
        return Table.create(
                "pairs",
                StringColumn.create("optimizer", "sgd", "sgd", "lion", "lion"),
                StringColumn.create("backbone", "resnet", "vit", "resnet", "vit"),
                DoubleColumn.create("top1", 81.26, 64.04, 79.5, Double.NaN),
                DoubleColumn.create("lo", 80.0, 63.0, 79.0, Double.NaN),
                DoubleColumn.create("hi", 83.0, 66.0, 80.0, Double.NaN),
                StringColumn.create("failed", "", "", "", "▽"));
    }

    /** Two series over x, not in order of x, with a gap. */
    public static Table curves() {
        return Table.create(
                "curves",
                DoubleColumn.create("macs", 1e9, 1e11, 1e10, 1e9, 1e10),
                DoubleColumn.create("loss", 2.0, Double.NaN, 1.0, 3.0, 1.5),
                DoubleColumn.create("lo", 1.9, Double.NaN, 0.9, 2.9, 1.4),
                DoubleColumn.create("hi", 2.2, Double.NaN, 1.2, 3.2, 1.7),
                StringColumn.create("model", "a", "a", "a", "b", "b"));
    }

    /** A quantity over three layers of two trained networks, one failed, and of one before training. */
    public static Table depths() {
        return Table.create(
                "depths",
                StringColumn.create("optimizer", "none", "none", "none", "sgd", "sgd", "sgd", "adan", "adan", "adan"),
                DoubleColumn.create("index", 0, 1, 2, 0, 1, 2, 2, 1, 0),
                DoubleColumn.create("alpha", 2, 2, 2, 2, 3, 6, 4, Double.NaN, 3),
                DoubleColumn.create("top1", Double.NaN, Double.NaN, Double.NaN, 60.1, 60.1, 60.1, 84.65, 84.65, 84.65),
                StringColumn.create("mark", "", "", "", "✗", "✗", "✗", "★", "★", "★"));
    }

    /** Twenty by two pairs, the first without a number. */
    public static Table wide() {
        StringColumn backbone = StringColumn.create("backbone");
        StringColumn optimizer = StringColumn.create("optimizer");
        DoubleColumn top1 = DoubleColumn.create("top1");
        StringColumn mark = StringColumn.create("mark");
        for (int i = 0; i < 40; i++) {
            backbone.append("b" + i % 20);
            optimizer.append("o" + i / 20);
            top1.append(i == 0 ? Double.NaN : 60 + i);
            mark.append(i == 0 ? "✗" : i == 39 ? "★" : "");
        }
        return Table.create("wide", backbone, optimizer, top1, mark);
    }

    public static Table fit() {
        return Table.create(
                "fit",
                DoubleColumn.create("x", 1e9, 1e10),
                DoubleColumn.create("y", 2.0, 1.0),
                DoubleColumn.create("lo", 1.8, 0.9),
                DoubleColumn.create("hi", 2.2, 1.1));
    }

    public static Chart contour() {
        double[][] z = {{0.5, 1.0, 4.5}, {Double.NaN, 2.0, 3.0}};
        return Plots.contour(new double[] {-1, 0, 1}, new double[] {0, 1}, z, "loss");
    }

    public static Chart panels() {
        double[] place = {0, 1};
        return Plots.contours(List.of(
                new Surface("plain", place, place, new double[][] {{0, 1}, {2, 3}}),
                new Surface("SAM", place, place, new double[][] {{5, 6}, {7, 10}})));
    }

    /** Every kind of figure by name, with colours given afresh. */
    public static Map<String, Chart> all() {
        Palette.start();
        Map<String, Chart> all = new LinkedHashMap<>();
        all.put("heatmap", Plots.heatmap(pairs(), "optimizer", "backbone", "top1", "failed"));
        all.put("lines", Plots.lines(curves(), "macs", "loss", "model", "lo", "hi"));
        all.put("lines over labels", Plots.lines(pairs(), "backbone", "top1", "optimizer", "lo", "hi"));
        all.put("scatter", Plots.scatter(curves(), "macs", "loss", "model"));
        all.put(
                "logLog",
                Plots.logLog(curves(), "macs", "loss", "model")
                        .withFit(fit(), "power law")
                        .withFrontier(curves(), "macs", "loss"));
        all.put("bars", Plots.bars(pairs(), "backbone", "top1", "optimizer", "lo", "hi"));
        all.put("box", Plots.box(pairs(), "backbone", "top1"));
        all.put("boxes by group", Plots.box(pairs(), "backbone", "top1", "optimizer"));
        all.put("stacked bars", Plots.stackedBars(pairs(), "backbone", "top1", "optimizer"));
        all.put("ridge", Plots.ridge(depths(), "index", "alpha", "optimizer", "top1", "mark"));
        all.put("contour", contour());
        all.put("panels", panels());
        return all;
    }
}
