/** The optimizers: one file each, {@code Optimizers} is the list; schedules and clipping. */
package org.backbonelab.optim;
