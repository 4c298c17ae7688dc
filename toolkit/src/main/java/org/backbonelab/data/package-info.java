/** Image data sets, their readers and splits, batches, and the resumable epoch sampler. */
package org.backbonelab.data;
