package org.backbonelab.plot;

import java.util.Map;

/** The lines of filled contours at round values. */
final class ContourLevels {
    private static final int ABOUT = 20;

    private ContourLevels() {}

    /** The trace with the levels of a range; the same in every panel, so that a line means the same value everywhere. */
    static Map<String, Object> of(Map<String, Object> trace, double low, double high) {
        double step = roundStep((high - low) / ABOUT);
        Map<String, Object> contours = PlotlyJson.with(PlotlyJson.object(trace.get("contours")), "size", step);
        contours = PlotlyJson.with(contours, "start", Numbers.stored(Math.ceil(low / step) * step));
        contours = PlotlyJson.with(contours, "end", Numbers.stored(Math.floor(high / step) * step));
        return PlotlyJson.with(trace, "contours", contours);
    }

    /** The nearest of 1, 2, 5, 10 times a power of ten; 1 for a flat surface. */
    private static double roundStep(double step) {
        if (!(step > 0)) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        double digit = step / power;
        return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
    }
}
