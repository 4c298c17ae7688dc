package org.backbonelab.study;

import java.time.Duration;
import java.util.function.Consumer;
import org.backbonelab.train.TrainOptions;

/**
 * How far the training of a cell is.
 *
 * @param epoch trained so far in all phases; fractions of an epoch count
 * @param epochs of all phases
 * @param loss of the last batch before its update, of the phase's objective
 */
public record Advance(double epoch, double epochs, double loss) {
    /** Often enough for eyes, seldom enough for a pipe. */
    private static final Duration EVERY = Duration.ofMillis(500);

    /** Returns the share that is trained, 0 to 1. */
    public double share() {
        return epochs == 0 ? 1 : epoch / epochs;
    }

    /** Returns three numbers on a line, which {@link #parse} reads. */
    String text() {
        return epoch + " " + epochs + " " + loss;
    }

    static Advance parse(String text) {
        String[] numbers = text.split(" ", -1);
        return new Advance(
                Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]), Double.parseDouble(numbers[2]));
    }

    /**
     * Returns a watch of one phase that tells an advance now and then.
     *
     * @param before epochs of the phases before
     * @param epochs of all phases
     */
    static TrainOptions.Watch watch(double before, double epochs, Consumer<Advance> listener) {
        long[] last = {System.nanoTime()};
        return (updates, total, epoch, loss) -> {
            if (System.nanoTime() - last[0] >= EVERY.toNanos()) {
                last[0] = System.nanoTime();
                listener.accept(new Advance(before + (double) updates / epoch, epochs, loss));
            }
        };
    }
}
