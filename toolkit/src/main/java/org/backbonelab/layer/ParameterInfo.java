package org.backbonelab.layer;

import ai.djl.ndarray.types.Shape;

/**
 * What a parameter is and how deep it stands.
 *
 * @param role said where it is declared
 * @param shape of its array, known before initialisation
 * @param block number of the network's block it belongs to, from 1; what leads from one block to the next belongs to the next;
 *     the stem is 0 (or 1, see {@link Layer#stemBlock}); the head, after the last block, is one more than there are blocks;
 *     all are 0 in a network without blocks
 */
public record ParameterInfo(Role role, Shape shape, int block) {
    /** Returns the same parameter in another block. */
    public ParameterInfo withBlock(int other) {
        return new ParameterInfo(role, shape, other);
    }
}
