/** Table or model in, table out: coupling statistics, power laws, Hessian, landscape, feature collapse. */
package org.backbonelab.analysis;
