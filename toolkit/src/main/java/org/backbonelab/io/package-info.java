/** The tool room: files written whole, JSON, digests, checks of values, environment variables. Uses nothing of ours. */
package org.backbonelab.io;
