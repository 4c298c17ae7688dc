package org.backbonelab.bench;

import java.util.List;
import java.util.Locale;
import org.hipparchus.stat.descriptive.rank.Percentile;

/**
 * Times of one contender.
 *
 * <p>Steps during which other processes took more than a twentieth of the machine do not count, unless there are fewer
 * than three others.
 *
 * @param median milliseconds
 * @param low first quartile
 * @param high third quartile
 * @param counted how many steps
 * @param made of how many
 */
record Sample(double median, double low, double high, int counted, int made) {
    private static final double MOST_OTHERS = 0.05;
    private static final int FEWEST = 3;

    static boolean isQuiet(ChildProcess.Timed step) {
        return step.others() <= MOST_OTHERS;
    }

    static Sample of(List<ChildProcess.Timed> steps) {
        List<ChildProcess.Timed> quiet =
                steps.stream().filter(Sample::isQuiet).toList();
        List<ChildProcess.Timed> used = quiet.size() < FEWEST ? steps : quiet;
        double[] ms = used.stream().mapToDouble(ChildProcess.Timed::ms).toArray();
        Percentile percentile = new Percentile();
        percentile.setData(ms);
        return new Sample(
                percentile.evaluate(50), percentile.evaluate(25), percentile.evaluate(75), quiet.size(), steps.size());
    }

    /** Tells whether too much else ran. */
    boolean isDisturbed() {
        return counted < FEWEST;
    }

    /** Returns "median (quartile to quartile)" in a unit. */
    String text(double unit, int digits) {
        String format = "%." + digits + "f (%." + digits + "f to %." + digits + "f)";
        return String.format(Locale.ROOT, format, median / unit, low / unit, high / unit)
                + (isDisturbed() ? " disturbed" : "");
    }
}
