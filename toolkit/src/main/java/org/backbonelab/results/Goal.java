package org.backbonelab.results;

/**
 * What choosing goes by: a column of which the highest value is best, or, of a loss, the lowest.
 *
 * @param column such as {@code val_top1}, or {@code val_loss}: names that end in {@code loss} are losses
 */
public record Goal(String column) {
    /**
     * Returns a score that is higher for better values.
     *
     * @param value of the column; NaN, which a diverged training has, is worse than everything
     */
    public double score(double value) {
        if (Double.isNaN(value)) {
            return Double.NEGATIVE_INFINITY;
        }
        return column.endsWith("loss") ? -value : value;
    }
}
