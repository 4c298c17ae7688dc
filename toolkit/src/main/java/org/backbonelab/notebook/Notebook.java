package org.backbonelab.notebook;

import java.util.Optional;
import org.backbonelab.plot.StaticImage;
import org.backbonelab.study.Progress;
import tech.tablesaw.plotly.components.Figure;

/**
 * Showing things in a Java notebook: {@code import static org.backbonelab.notebook.Notebook.*}.
 *
 * <p>Works in IJava, in kernels compatible with it, and in JJava; elsewhere it prints text to standard output. Tables
 * become HTML, figures interactive Plotly with a static PNG, images PNG, anything else its text.
 */
public final class Notebook {
    private static boolean libraryShown;

    private Notebook() {}

    /** Shows a figure, table, image, or the text of anything else. */
    public static void show(Object x) {
        prepare(x);
        Screen.current().show(Outputs.of(x), Optional.empty());
    }

    /** Shows something that {@link Live#update} replaces in place. */
    public static Live live(Object x) {
        prepare(x);
        return new Live(Outputs.of(x));
    }

    /** Shows formatted text; formulas between dollar signs. */
    public static void showMarkdown(String markdown) {
        Screen.current().show(Outputs.markdown(markdown), Optional.empty());
    }

    /** Sends plotly.js to the page before the first figure: once, and in an output of its own that can be removed. */
    static synchronized void prepare(Object x) {
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

    /** Returns live progress of a study for {@code study.run(...)}. */
    public static Progress progress(String title) {
        if (Screen.current().isNotebook()) {
            StaticImage.warmUp();
        }
        return new LiveProgress(title);
    }
}
