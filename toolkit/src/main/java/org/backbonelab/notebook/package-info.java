/** The display adapter of the Java kernels and live progress. */
package org.backbonelab.notebook;
