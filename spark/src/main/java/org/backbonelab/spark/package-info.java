/** Trains the cells of a study on the executors of a Spark cluster: one cell at a time in each, by shared storage. */
package org.backbonelab.spark;
