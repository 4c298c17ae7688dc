package org.backbonelab.statistics;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.hipparchus.distribution.discrete.HypergeometricDistribution;

/**
 * How far two choices among the same things agree, beside what chance would give: the failed pairs of two studies.
 *
 * @param all things to choose from
 * @param first how many the first chose
 * @param second how many the second chose
 * @param both how many both chose
 */
public record Agreement(int all, int first, int second, int both) {
    /**
     * Compares two choices.
     *
     * @param all things to choose from; what is chosen beyond them does not count
     */
    public static Agreement of(Collection<String> all, Collection<String> first, Collection<String> second) {
        Set<String> population = new HashSet<>(all);
        Set<String> one = new HashSet<>(first);
        Set<String> two = new HashSet<>(second);
        one.retainAll(population);
        two.retainAll(population);
        Set<String> shared = new HashSet<>(one);
        shared.retainAll(two);
        return new Agreement(population.size(), one.size(), two.size(), shared.size());
    }

    /** Returns how many both would choose on average if neither knew of the other. */
    public double expected() {
        return all == 0 ? 0 : (double) first * second / all;
    }

    /** Returns the probability that chance alone lets both choose so many or more (hypergeometric). */
    public double p() {
        return all == 0 ? 1 : new HypergeometricDistribution(all, first, second).upperCumulativeProbability(both);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d of %d and of %d are shared; by chance %.1f of %d would be (p = %.2g)",
                both,
                first,
                second,
                expected(),
                all,
                p());
    }
}
