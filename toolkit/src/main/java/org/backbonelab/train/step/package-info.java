/** How one update is made: passes through the network, steps that turn them into a gradient, and its use. */
package org.backbonelab.train.step;
