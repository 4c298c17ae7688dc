package org.backbonelab.plot;

import java.util.Arrays;

/**
 * Values over a plane, such as a loss over two directions of the weights.
 *
 * @param title what stands above the picture
 * @param x the grid's places along x, ascending
 * @param y the grid's places along y, ascending
 * @param z the values, {@code z[row of y][column of x]}; NaN is left blank
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
public record Surface(String title, double[] x, double[] y, double[][] z) {
    /** Checks that z has a row per y and a column per x. */
    public Surface {
        if (z.length != y.length || Arrays.stream(z).anyMatch(row -> row.length != x.length)) {
            throw new IllegalArgumentException("surface \"" + title + "\": z must have " + y.length + " rows of "
                    + x.length + " values, one row per y and one column per x");
        }
    }
}
