/** Weight files: safetensors and npz, read without running anything in them, by timm's names. */
package org.backbonelab.model.weights;
