/** The one door to libtorch beneath DJL: engine set-up, threads, seeds, provenance of the native library. */
package org.backbonelab.tensor;
