/** A small IJava-compatible Jupyter kernel on JShell. */
package org.backbonelab.kernel;
