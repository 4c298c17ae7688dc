package org.backbonelab.plot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The text of plotly.js, read from its WebJar on the class path, so that no figure needs a network. */
public final class PlotlyScript {
    private static final String RESOURCE = "META-INF/resources/webjars/plotly.js-dist/2.35.3/plotly.js";

    private PlotlyScript() {}

    /**
     * The library's source, UTF-8, about 10.8 MB.
     *
     * @throws IllegalStateException when the WebJar {@code org.webjars.npm:plotly.js-dist} is not on the class path
     */
    public static byte[] bytes() {
        try (InputStream in = PlotlyScript.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("plotly.js is not on the class path: add the jar"
                        + " org.webjars.npm:plotly.js-dist:2.35.3 (looked for " + RESOURCE + ")");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
