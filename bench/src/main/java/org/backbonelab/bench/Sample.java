package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hipparchus.stat.descriptive.rank.Percentile;

/**
 * The times of one contender, turn by turn.
 *
 * <p>Steps that other processes disturbed by more than a twentieth of the machine do not count, unless there are fewer
 * than three others.
 */
final class Sample {
    private static final double MOST_OTHERS = 0.05;
    private static final int FEWEST = 3;

    private final List<List<ChildProcess.Timed>> turns = new ArrayList<>();
    private final double mostOthers;

    /**
     * Builds an empty sample.
     *
     * @param idle share of the machine that the contender leaves to others, 0 to 1
     */
    Sample(double idle) {
        mostOthers = idle + MOST_OTHERS;
    }

    /** Adds the steps of one turn. */
    void add(List<ChildProcess.Timed> turn) {
        turns.add(turn);
    }

    /** Number of steps. */
    long made() {
        return turns.stream().mapToLong(List::size).sum();
    }

    /** Milliseconds of all steps. */
    double total() {
        return turns.stream()
                .flatMap(List::stream)
                .mapToDouble(ChildProcess.Timed::ms)
                .sum();
    }

    /** Number of undisturbed steps. */
    long counted() {
        return turns.stream().flatMap(List::stream).filter(this::isQuiet).count();
    }

    /** Tells whether too much else ran. */
    boolean isDisturbed() {
        return counted() < FEWEST;
    }

    /** Median in milliseconds. */
    double median() {
        return percentile(all(), 50);
    }

    /** Returns "median (quartile to quartile)" in a unit of so many milliseconds. */
    String text(double unit, int digits) {
        return spread(all().stream().map(ms -> ms / unit).toList(), digits);
    }

    /** Returns "counted of made". */
    String counts() {
        return counted() + " of " + made();
    }

    /**
     * Returns the ratio to another contender, turn by turn: "median (quartile to quartile)".
     *
     * <p>The two turns of a round are seconds apart, so the ratio varies less than the times.
     */
    String ratioTo(Sample other) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(turns.size(), other.turns.size()); i++) {
            List<Double> mine = times(turns.get(i), isDisturbed());
            List<Double> others = other.times(other.turns.get(i), other.isDisturbed());
            if (!mine.isEmpty() && !others.isEmpty()) {
                ratios.add(percentile(mine, 50) / percentile(others, 50));
            }
        }
        return ratios.isEmpty() ? "-" : spread(ratios, 3);
    }

    private List<Double> all() {
        boolean disturbed = isDisturbed();
        return turns.stream().flatMap(turn -> times(turn, disturbed).stream()).toList();
    }

    private List<Double> times(List<ChildProcess.Timed> turn, boolean disturbedToo) {
        return turn.stream()
                .filter(t -> disturbedToo || isQuiet(t))
                .map(ChildProcess.Timed::ms)
                .toList();
    }

    private boolean isQuiet(ChildProcess.Timed step) {
        return step.others() <= mostOthers;
    }

    private String spread(List<Double> values, int digits) {
        String number = "%." + digits + "f";
        return String.format(
                        Locale.ROOT,
                        number + " (" + number + " to " + number + ")",
                        percentile(values, 50),
                        percentile(values, 25),
                        percentile(values, 75))
                + (isDisturbed() ? ", disturbed" : "");
    }

    private static double percentile(List<Double> values, double percent) {
        return new Percentile().evaluate(values.stream().mapToDouble(d -> d).toArray(), percent);
    }
}
