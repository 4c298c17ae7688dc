package org.backbonelab.plot;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One colour and one marker per series name, the same in every figure of a notebook.
 *
 * <p>The colours are those of Okabe and Ito ("Color universal design", 2008), told apart under every common form of
 * colour blindness, with grey in the place of their yellow, which is faint on white. Names get colours in the order in which they are
 * first drawn; {@link #start} fixes that order. From the ninth name on colours repeat with another marker.
 */
public final class Palette {
    private static final List<String> COLOURS =
            List.of("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000", "#999999");
    /** Nine markers for eight colours, so that a repeated colour comes with another marker. */
    private static final List<String> MARKERS =
            List.of("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "x", "pentagon", "star");

    private static final Map<String, Integer> PLACES = new LinkedHashMap<>();

    private Palette() {}

    /** Forgets all names and gives the first colours to these, in this order. */
    public static synchronized void start(String... names) {
        PLACES.clear();
        for (String name : names) {
            place(name);
        }
    }

    /** The colour of a series as {@code #RRGGBB}. */
    public static String colour(String series) {
        return COLOURS.get(place(series) % COLOURS.size());
    }

    /** The Plotly marker symbol of a series. */
    public static String marker(String series) {
        return MARKERS.get(place(series) % MARKERS.size());
    }

    /** A colour made see-through, for bands: {@code rgba(r,g,b,opacity)}. */
    static String faint(String colour, double opacity) {
        int rgb = Integer.parseInt(colour.substring(1), 16);
        return "rgba(" + (rgb >> 16) + "," + (rgb >> 8 & 255) + "," + (rgb & 255) + "," + opacity + ")";
    }

    private static synchronized int place(String series) {
        return PLACES.computeIfAbsent(series, name -> PLACES.size());
    }
}
