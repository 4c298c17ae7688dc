/** Studies as grids of cells: {@code Study} builds them, {@code Runner} trains what is not done yet. */
package org.backbonelab.study;
