/** Table in, table out: contrasts over seeds, their intervals, corrections and verdicts; ranks, power laws; published tables. */
package org.backbonelab.statistics;
