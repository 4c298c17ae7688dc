/** Finished cells as rows with provenance, their store, and selections that give Tablesaw tables. */
package org.backbonelab.results;
