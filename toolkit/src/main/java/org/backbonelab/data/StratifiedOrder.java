package org.backbonelab.data;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.backbonelab.tensor.Seeds;

/**
 * An order of labelled images whose every beginning, and every end, holds each class in its share.
 *
 * <p>The share of a class in a part is (images of the part) x (images of the class) / (images in all); the part holds
 * that many rounded down or rounded up, whatever the sizes of part and classes are. So the j-th of n images of a class
 * has a first and a last place that it may take among all N, and a place goes to the class whose bound is nearest;
 * there is always such an order, and this rule finds it (Steiner and Yeomans, Level schedules for mixed-model,
 * just-in-time processes, Management Science 39(6), 1993). Where classes are equal, each takes its turn once a round.
 *
 * <p>Places are given from the last to the first. A class with too few images for a part then stands early rather than
 * late: training parts are beginnings and validation parts are ends, and the only image of a class is better trained
 * on.
 */
final class StratifiedOrder {
    private StratifiedOrder() {}

    /** One image of a class at its turn; numbers are counted from the end. */
    private record Turn(int label, int rank, int drawn, long first, long last) {}

    /**
     * Returns the indices of all images.
     *
     * @param labels of the images, 0 to classes - 1
     * @param seed decides which images of a class come early
     */
    static int[] of(int[] labels, int classes, long seed) {
        int count = labels.length;
        int[] random = Seeds.permutation(count, Seeds.stream(seed, "subset"));
        int[][] drawn = byClass(labels, classes, random);
        PriorityQueue<Turn> waiting = new PriorityQueue<>(Comparator.comparingLong(Turn::first));
        PriorityQueue<Turn> ready = new PriorityQueue<>(
                Comparator.comparingLong(Turn::last).thenComparing(Turn::drawn, Comparator.reverseOrder()));
        for (int label = 0; label < drawn.length; label++) {
            if (drawn[label].length > 0) {
                waiting.add(turn(label, 0, drawn[label], count));
            }
        }
        int[] order = new int[count];
        for (int place = 0; place < count; place++) {
            while (!waiting.isEmpty() && waiting.peek().first() <= place) {
                ready.add(waiting.remove());
            }
            Turn next = ready.remove();
            order[count - 1 - place] = random[next.drawn()];
            int rank = next.rank() + 1;
            if (rank < drawn[next.label()].length) {
                waiting.add(turn(next.label(), rank, drawn[next.label()], count));
            }
        }
        return order;
    }

    /** With n images of the class among N, its count in the p last places is between pn/N rounded down and up. */
    private static Turn turn(int label, int rank, int[] drawn, long count) {
        long n = drawn.length;
        return new Turn(
                label, rank, drawn[drawn.length - 1 - rank], rank * count / n, ((rank + 1) * count + n - 1) / n - 1);
    }

    /** Returns for each class where its images stand in a random order, ascending. */
    private static int[][] byClass(int[] labels, int classes, int[] random) {
        int[] sizes = new int[classes];
        for (int i : random) {
            sizes[labels[i]]++;
        }
        int[][] places = new int[sizes.length][];
        for (int label = 0; label < sizes.length; label++) {
            places[label] = new int[sizes[label]];
        }
        int[] filled = new int[sizes.length];
        for (int place = 0; place < random.length; place++) {
            int label = labels[random[place]];
            places[label][filled[label]++] = place;
        }
        return places;
    }
}
