package org.backbonelab.recipe;

import static org.backbonelab.io.Checks.require;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.backbonelab.tensor.Precision;

/**
 * What the network begins a phase with, and how it computes while it trains.
 *
 * @param dropPath rate of stochastic depth in the last block; on AlexNet and VGG, which have no residual branches, the rate
 *     of the dropout before their linear layers
 * @param precision of matrix products and convolutions
 * @param gradientCheckpointing whether the backward pass computes each block anew rather than have kept what it made on
 *     the way: the same numbers in less memory and more time, see {@link org.backbonelab.layer.Recomputation}
 * @param startScales factors that parameters are multiplied by before the first update of the phase, by regular
 *     expressions for the whole of a timm-style name: 0.001 for the classifier of a fine-tuned ConvNeXt
 *     ({@code head_init_scale}), 0 for a norm whose effect is to begin anew
 */
public record NetworkSettings(
        double dropPath, Precision precision, boolean gradientCheckpointing, Map<String, Double> startScales) {
    /** Checks every value. */
    public NetworkSettings {
        require(dropPath >= 0 && dropPath < 1, "drop path", dropPath, "0 to below 1");
        require(precision != null, "precision", precision, "FP32, BF16 or AUTO");
        require(startScales != null, "start scales", startScales, "factors by pattern, empty for none");
        startScales.forEach(NetworkSettings::check);
        startScales = Collections.unmodifiableMap(new TreeMap<>(startScales));
    }

    private static void check(String pattern, Double factor) {
        require(
                factor != null && Double.isFinite(factor),
                "start scale of \"" + pattern + "\"",
                factor,
                "a finite number");
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "pattern of a start scale is \"" + pattern + "\", expected a regular expression: "
                            + e.getDescription(),
                    e);
        }
    }

    NetworkSettings withDropPath(double value) {
        return new NetworkSettings(value, precision, gradientCheckpointing, startScales);
    }

    NetworkSettings withPrecision(Precision value) {
        return new NetworkSettings(dropPath, value, gradientCheckpointing, startScales);
    }

    NetworkSettings withGradientCheckpointing(boolean value) {
        return new NetworkSettings(dropPath, precision, value, startScales);
    }

    NetworkSettings withStartScale(String pattern, double factor) {
        Map<String, Double> all = new TreeMap<>(startScales);
        all.put(pattern, factor);
        return new NetworkSettings(dropPath, precision, gradientCheckpointing, all);
    }
}
