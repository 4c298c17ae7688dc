/** What a training is, as values: {@code Recipe} and the records it is made of; the papers' recipes are one list. */
package org.backbonelab.recipe;
