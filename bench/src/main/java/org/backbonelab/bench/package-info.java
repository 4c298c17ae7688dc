/**
 * The benchmark: the training core against DJL's stock blocks, TorchScript and JavaCPP PyTorch on the same networks.
 *
 * <p>Not part of the toolkit nor of its tests; {@code environment/bench.sh} runs it and writes {@code bench/report.md}.
 */
package org.backbonelab.bench;
