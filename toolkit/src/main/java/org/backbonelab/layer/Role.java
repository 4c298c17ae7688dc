package org.backbonelab.layer;

/**
 * What a parameter is for, whatever its name and shape.
 *
 * <p>Said where the parameter is declared; what treats parameters differently (decay, clipping, SAM, measures) asks it.
 */
public enum Role {
    /** The weight of a linear map or convolution; the first axis is the outputs. */
    WEIGHT,
    /** The weight of the last linear map, (classes, features). */
    CLASSIFIER,
    /** What a layer or norm adds. */
    BIAS,
    /** What a norm multiplies by. */
    NORM,
    /** A learned factor of a branch, a skip connection or an activation, such as LayerScale. */
    SCALE,
    /** The factor per channel of a convolution whose weight is standardised. */
    GAIN,
    /** A learned vector that joins or stands for positions, or is every position's query; the last axis is its values. */
    TOKEN,
    /** A table of embeddings or biases by position. */
    POSITION,
    /** The weight of a small network whose answer is a bias by position. */
    POSITION_NETWORK,
    /** The factor of the logits of a softmax. */
    TEMPERATURE,
    /** Kept but not trained, such as a running mean. */
    STATISTIC
}
