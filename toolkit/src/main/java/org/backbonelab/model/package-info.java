/** The backbone zoo: one file per family, {@code Backbones} is the list. */
package org.backbonelab.model;
