/** Table in, {@code tech.tablesaw.plotly} figure out, and the static image of a figure. */
package org.backbonelab.plot;
