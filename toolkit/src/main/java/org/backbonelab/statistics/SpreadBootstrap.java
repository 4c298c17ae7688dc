package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import org.backbonelab.results.Intervals;
import org.backbonelab.tensor.Seeds;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Ranges of backbones over their optimizers under resampled seeds; see {@link Coupling#ranges}. */
final class SpreadBootstrap {
    private final SeedPairs all;
    private final int draws;

    SpreadBootstrap(Table rows, String accuracy, int draws) {
        all = new SeedPairs(rows, accuracy);
        this.draws = draws;
    }

    /** Returns the ranges of all backbones with their intervals. */
    Table table() {
        Table out = Table.create(
                "range without the worst",
                StringColumn.create("backbone"),
                DoubleColumn.create("range"),
                DoubleColumn.create("lo"),
                DoubleColumn.create("hi"));
        for (String backbone : all.members.keySet()) {
            Intervals.Difference d = range(backbone);
            out.stringColumn("backbone").append(backbone);
            out.doubleColumn("range").append(seen(backbone));
            out.doubleColumn("lo").append(d.mean() - d.half());
            out.doubleColumn("hi").append(d.mean() + d.half());
        }
        return out;
    }

    /** Returns the range of the means. */
    private double seen(String backbone) {
        int[] pairs = pairs(backbone);
        return Spread.of(Arrays.stream(pairs).mapToDouble(i -> all.mean[i]).toArray())
                .rangeWithoutWorst();
    }

    /** Returns the range freed of its bias, half of its 95 % interval, and the fewest seeds a pair has. */
    Intervals.Difference range(String backbone) {
        int[] pairs = pairs(backbone);
        double[] drawn = Arrays.stream(all.resample(pairs, draws, Seeds.stream(0, "range of " + backbone)))
                .mapToDouble(means -> Spread.of(means).rangeWithoutWorst())
                .toArray();
        int seeds = Arrays.stream(pairs).map(i -> all.seeds.get(i).length).min().orElseThrow();
        if (drawn.length == 0) {
            return new Intervals.Difference(seen(backbone), Double.NaN, seeds);
        }
        double unbiased = 2 * seen(backbone) - StatUtils.mean(drawn);
        int freedom = Arrays.stream(pairs).map(i -> all.seeds.get(i).length - 1).sum();
        double quantile = new TDistribution(freedom).inverseCumulativeProbability(0.975);
        return new Intervals.Difference(unbiased, quantile * Math.sqrt(StatUtils.variance(drawn)), seeds);
    }

    private int[] pairs(String backbone) {
        int[] pairs = all.finite(all.members.getOrDefault(backbone, List.of()));
        if (pairs.length == 0) {
            throw new IllegalArgumentException("no finite result of backbone " + backbone + "; expected one of "
                    + String.join(" ", all.members.keySet()));
        }
        return pairs;
    }
}
