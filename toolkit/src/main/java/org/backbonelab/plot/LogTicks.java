package org.backbonelab.plot;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Ticks of a logarithmic axis, where the data are.
 *
 * <p>Plotly labels the digits between powers of ten, so that 0.5, 1, 2, 4 read as 5 6 7 8 9 1 2 3 4. A few round values, such
 * as the steps of a grid, get a tick each; a range of less than two decades gets 1, 2 and 5 of each; a longer one powers of ten.
 */
final class LogTicks {
    private static final int FEW = 8;
    /** The least distance of two labels, as a share of the axis. */
    private static final double APART = 0.06;

    private static final double MARGIN = 0.05;
    private static final int[] STEPS = {1, 2, 5};

    private LogTicks() {}

    /** Returns a layout whose logarithmic axes have ticks, unless they were given some. */
    static Map<String, Object> of(Map<String, Object> layout, List<Map<String, Object>> traces) {
        Map<String, Object> out = layout;
        for (String axis : List.of("xaxis", "yaxis")) {
            boolean wanted = "log".equals(PlotlyJson.at(layout, axis + ".type"))
                    && PlotlyJson.at(layout, axis + ".tickvals") == null;
            if (wanted) {
                out = on(axis, out, values(traces, axis.substring(0, 1)));
            }
        }
        return out;
    }

    private static NavigableSet<Double> values(List<Map<String, Object>> traces, String key) {
        TreeSet<Double> values = new TreeSet<>();
        traces.stream()
                .filter(trace -> !"skip".equals(trace.get("hoverinfo")))
                .flatMap(trace -> trace.get(key) instanceof List<?> list ? list.stream() : Stream.empty())
                .filter(Objects::nonNull)
                .filter(Number.class::isInstance)
                .map(value -> ((Number) value).doubleValue())
                .filter(value -> value > 0)
                .forEach(values::add);
        return values;
    }

    private static Map<String, Object> on(String axis, Map<String, Object> layout, NavigableSet<Double> values) {
        if (values.isEmpty() || PlotlyJson.at(layout, axis + ".range") != null) {
            return layout;
        }
        double decades = Math.log10(values.last() / values.first());
        if (isFewAndApart(values, decades)) {
            return PlotlyJson.with(
                    ticks(axis, layout, List.copyOf(values)), axis + ".minor", PlotlyJson.map("ticks", ""));
        }
        if (decades >= 2) {
            return PlotlyJson.with(layout, axis + ".dtick", 1);
        }
        double low = values.first() * Math.pow(10, -MARGIN * decades);
        double high = values.last() * Math.pow(10, MARGIN * decades);
        TreeSet<Double> steps = new TreeSet<>();
        for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
            for (int step : STEPS) {
                // Through text, so that 2e-3 is the number that is written so.
                steps.add(Double.parseDouble(step + "e" + power));
            }
        }
        steps.removeIf(step -> step < low || step > high);
        return steps.size() < 2 ? layout : ticks(axis, layout, List.copyOf(steps));
    }

    private static boolean isFewAndApart(NavigableSet<Double> values, double decades) {
        if (values.size() > FEW || !values.stream().allMatch(LogTicks::isRound)) {
            return false;
        }
        return values.stream()
                .map(values::lower)
                .filter(Objects::nonNull)
                .allMatch(lower -> Math.log10(values.higher(lower) / lower) >= APART * decades);
    }

    /** What somebody has chosen, not measured: at most two digits, or a small whole number. */
    private static boolean isRound(double value) {
        boolean whole = value == Math.rint(value) && value < 1e4;
        return whole || BigDecimal.valueOf(value).stripTrailingZeros().precision() <= 2;
    }

    private static Map<String, Object> ticks(String axis, Map<String, Object> layout, List<Double> values) {
        Map<String, Object> at = PlotlyJson.with(layout, axis + ".tickvals", values);
        return PlotlyJson.with(
                at, axis + ".ticktext", values.stream().map(Numbers::text).toList());
    }
}
