/** Operations on the pixels of an image or a batch: crops, colours, mixing; functions of their arguments alone. */
package org.backbonelab.data.augment;
