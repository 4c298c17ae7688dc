/** The one name of the IJava kernel that notebook libraries look for. */
package io.github.spencerpark.ijava;
