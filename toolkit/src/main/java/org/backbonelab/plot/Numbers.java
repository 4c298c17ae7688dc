package org.backbonelab.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * Numbers as people read them.
 *
 * <p>Four significant digits, no trailing zeros, integers in full, and powers of ten only where the plain form would
 * be long. Independent of the machine's locale.
 */
public final class Numbers {
    private static final MathContext STORED = new MathContext(6);
    private static final MathContext READ = new MathContext(4);

    private Numbers() {}

    /** The number rounded to four significant digits; integers below 10^15 in full; NaN is "–". */
    public static String text(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "∞" : "-∞";
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        BigDecimal rounded = new BigDecimal(value).round(READ).stripTrailingZeros();
        double size = Math.abs(value);
        return size < 1e6 && size >= 1e-4 ? rounded.toPlainString() : scientific(rounded);
    }

    private static String scientific(BigDecimal value) {
        int exponent = value.precision() - value.scale() - 1;
        return value.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
    }

    /** The number with a fixed count of decimals; NaN is "–". */
    public static String fixed(double value, int decimals) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : text(value);
    }

    /** Six significant digits are more than a picture shows and keep the stored outputs small; null for NaN. */
    static Object stored(double value) {
        return Double.isFinite(value) ? new BigDecimal(value).round(STORED).doubleValue() : null;
    }
}
