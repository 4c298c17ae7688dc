/** Backbone Lab: four reproducible studies of vision backbones; {@code Main} is the command line. */
package org.backbonelab;
