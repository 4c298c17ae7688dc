package org.backbonelab.data;

/**
 * The images of one training: disjoint parts to train on, to choose hyper-parameters on, and to report on.
 *
 * @param source name, mean, deviation and checksum come from it
 * @param train images to train on
 * @param validation images held out of the training part, to choose hyper-parameters on
 * @param test images of the test part
 */
public record Split(Dataset source, ImageSource train, ImageSource validation, ImageSource test) {}
