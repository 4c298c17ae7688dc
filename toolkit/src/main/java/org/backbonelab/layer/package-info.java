/** Building blocks of backbones, as DJL blocks with explicit shapes. */
package org.backbonelab.layer;
