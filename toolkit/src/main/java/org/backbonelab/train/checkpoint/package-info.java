/** The state of a training on the disk, from which it continues bit for bit. */
package org.backbonelab.train.checkpoint;
