/** Trained network in, numbers out: Hessian, loss surface, spectra, feature distance, active neurons; {@code Measures} lists them. */
package org.backbonelab.measure;
