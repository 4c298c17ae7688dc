/** Published files: fetched over HTTP, checked, continued. */
package org.backbonelab.data.fetch;
