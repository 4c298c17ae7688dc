/** Corruptions of images as ImageNet-C and CIFAR-C have them: one file a family, {@code Corruptions} is the list. */
package org.backbonelab.data.corrupt;
