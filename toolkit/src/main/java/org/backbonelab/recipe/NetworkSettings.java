package org.backbonelab.recipe;

import static org.backbonelab.io.Checks.require;

import org.backbonelab.tensor.Precision;

/**
 * How the network computes while it trains.
 *
 * @param dropPath rate of stochastic depth in the last block; on AlexNet and VGG, which have no residual branches, the rate
 *     of the dropout before their linear layers
 * @param precision of matrix products and convolutions
 * @param gradientCheckpointing whether the backward pass computes each block anew rather than have kept what it made on
 *     the way: the same numbers in less memory and more time, see {@link org.backbonelab.layer.Recomputation}
 */
public record NetworkSettings(double dropPath, Precision precision, boolean gradientCheckpointing) {
    /** Checks every value. */
    public NetworkSettings {
        require(dropPath >= 0 && dropPath < 1, "drop path", dropPath, "0 to below 1");
        require(precision != null, "precision", precision, "FP32, BF16 or AUTO");
    }
}
