/** Image data sets, their readers, augmentation, and the resumable epoch sampler. */
package org.backbonelab.data;
