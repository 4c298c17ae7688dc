package org.backbonelab.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.backbonelab.layer.Role;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;

/**
 * How far the residual branches have opened: the mean absolute value of each learned factor of a branch, such as SkipInit
 * (NFNets, arXiv 2102.06171, section 3), which starts at 0, or LayerScale, which starts near 0.
 */
public final class BranchGains {
    private BranchGains() {}

    /** Returns the measure {@code branch_gains}: a series over depth, and its mean as the metric {@code branch_gain}. */
    public static Measure overDepth() {
        return Measure.of("branch_gains", t -> {
            List<Double> gains = gains(t);
            double mean =
                    gains.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
            return gains.isEmpty()
                    ? new Measure.Found(Map.of(), Map.of())
                    : new Measure.Found(Map.of("branch_gain", mean), Map.of("branch_gains", gains));
        });
    }

    private static List<Double> gains(Trained t) {
        List<Double> out = new ArrayList<>();
        t.model().namedParameters().forEach((name, parameter) -> {
            if (t.model().parameterInfos().get(name).role() == Role.SCALE) {
                double sum = 0;
                float[] values = parameter.getArray().toFloatArray();
                for (float value : values) {
                    sum += Math.abs(value);
                }
                out.add(sum / values.length);
            }
        });
        return out;
    }
}
