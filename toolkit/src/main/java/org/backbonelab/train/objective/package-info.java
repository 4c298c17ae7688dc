/** What is learned: each {@code Objective} turns a batch into a loss; {@code Objectives} is the list of them. */
package org.backbonelab.train.objective;
