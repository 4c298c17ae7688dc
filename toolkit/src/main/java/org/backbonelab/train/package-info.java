/** The training loop: an {@code Objective} says which loss, a {@code Step} says how the update is made. */
package org.backbonelab.train;
