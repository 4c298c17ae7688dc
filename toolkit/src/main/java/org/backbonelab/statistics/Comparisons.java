package org.backbonelab.statistics;

import java.util.List;
import java.util.stream.Stream;
import org.backbonelab.results.Intervals;
import org.hipparchus.distribution.continuous.TDistribution;
import tech.tablesaw.api.Table;

/** Differences of pairs whose scatter is learned from all; see {@link Coupling#compared} and {@link Coupling#difference}. */
final class Comparisons {
    private Comparisons() {}

    static Table compared(Table rows, String accuracy, String a, String b) {
        SeedPairs all = new SeedPairs(rows, accuracy);
        List<String> backbones = all.members.keySet().stream()
                .filter(name -> all.find(name, a) >= 0 && all.find(name, b) >= 0)
                .toList();
        if (backbones.isEmpty()) {
            throw new IllegalArgumentException("no backbone has finite " + accuracy + " of " + a + " and " + b);
        }
        double[] n = backbones.stream()
                .mapToDouble(name ->
                        Math.min(all.seeds.get(all.find(name, a)).length, all.seeds.get(all.find(name, b)).length))
                .toArray();
        List<SeedPairs.Difference> differences = backbones.stream()
                .map(name -> all.difference(all.find(name, a), all.find(name, b)))
                .toList();
        return PairedSeeds.tested(backbones, n, differences, a + " - " + b, a, b);
    }

    static Intervals.Difference difference(Table rows, String accuracy, String pair, String other) {
        SeedPairs all = new SeedPairs(rows, accuracy);
        int[] places = Stream.of(pair, other)
                .mapToInt(name -> {
                    String[] words = name.split(" ", -1);
                    int place = words.length == 2 ? all.find(words[0], words[1]) : -1;
                    if (place < 0) {
                        throw new IllegalArgumentException("no finite " + accuracy + " of \"" + name
                                + "\"; expected a backbone and an optimizer of the table, with a space between them");
                    }
                    return place;
                })
                .toArray();
        SeedPairs.Difference d = all.difference(places[0], places[1]);
        double quantile = d.error() > 0 ? new TDistribution(d.freedom()).inverseCumulativeProbability(0.975) : 1;
        int seeds = Math.min(all.seeds.get(places[0]).length, all.seeds.get(places[1]).length);
        return new Intervals.Difference(d.mean(), quantile * d.error(), seeds);
    }
}
