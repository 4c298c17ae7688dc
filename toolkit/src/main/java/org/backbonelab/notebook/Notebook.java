package org.backbonelab.notebook;

import java.util.Optional;
import org.backbonelab.plot.StaticImage;
import org.backbonelab.study.Progress;

/**
 * Showing things in a Java notebook: {@code import static org.backbonelab.notebook.Notebook.*}.
 *
 * <p>Works in IJava, in kernels compatible with it, and in JJava; elsewhere it prints text to standard output. Tables
 * become HTML, figures interactive Plotly with a static PNG, images PNG, anything else its text.
 */
public final class Notebook {
    private Notebook() {}

    /** Shows a figure, table, image, or the text of anything else. */
    public static void show(Object x) {
        Page.show(x, Optional.empty());
    }

    /** Shows something that {@link Live#update} replaces in place. */
    public static Live live(Object x) {
        return new Live(x);
    }

    /** Shows formatted text; formulas between dollar signs. */
    public static void showMarkdown(String markdown) {
        Page.show(Output.markdown(markdown), Optional.empty());
    }

    /**
     * Lets a value that ends a cell look as {@link #show} would show it: tables, figures, results, images, arrays. Paths are
     * shown by their last name. The project's own kernel calls this by itself, others from a start-up script.
     */
    public static void renderValues() {
        Screen.current().renderValues(Page::output);
    }

    /** Returns live progress of a study for {@code study.run(...)}. */
    public static Progress progress(String title) {
        if (Screen.current().isNotebook()) {
            StaticImage.warmUp();
        }
        return new LiveProgress(title);
    }
}
