package org.backbonelab.notebook;

import java.util.Optional;
import tech.tablesaw.plotly.components.Figure;

/** The notebook's page: what goes to the screen, and plotly.js before the first figure of a session. */
final class Page {
    private static boolean libraryShown;

    private Page() {}

    /** Shows anything that {@link Outputs} knows; with an id it can be updated later. */
    static void show(Object x, Optional<String> displayId) {
        Screen.current().show(output(x), displayId);
    }

    /** Puts something in the place of what was shown with this id. */
    static void update(Object x, String displayId) {
        Screen.current().update(output(x), displayId);
    }

    /** Returns what {@link #show} would show; plotly.js goes to the page before a figure. */
    static Output output(Object x) {
        prepare(x);
        return Outputs.of(x);
    }

    /** Sends plotly.js to the page: once, and in an output of its own that can be removed. */
    private static synchronized void prepare(Object x) {
        Screen screen = Screen.current();
        if (x instanceof Figure && !libraryShown && screen.isNotebook()) {
            screen.show(PlotlyPage.library(), Optional.empty());
            libraryShown = true;
        }
    }

    /** Lets tests begin with a fresh session. */
    static synchronized void forgetLibrary() {
        libraryShown = false;
    }
}
