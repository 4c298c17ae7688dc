package org.backbonelab.layer;

import ai.djl.ndarray.types.Shape;

/**
 * What a parameter is.
 *
 * @param role said where it is declared
 * @param shape of its array, known before initialisation
 */
public record ParameterInfo(Role role, Shape shape) {}
