package org.backbonelab.bench;

import java.util.List;

/**
 * What one training of {@link CellTimes} says of itself, as a line of JSON.
 *
 * @param network a name of the toolkit's backbones
 * @param parameters number of trained values
 * @param loss mean training loss of the last epoch
 * @param curve accuracy on the validation images after each epoch, in percent
 * @param test accuracy on the test images at the end, in percent
 * @param seconds all that follows the start, from reading the images on
 * @param cpu processor time of the whole process, in seconds
 */
record CellResult(
        String network, long parameters, double loss, List<Double> curve, double test, double seconds, double cpu) {}
