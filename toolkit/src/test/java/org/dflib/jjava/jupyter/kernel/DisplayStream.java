package org.dflib.jjava.jupyter.kernel;

import java.util.ArrayList;
import java.util.List;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/** Stands for JJava's display stream and records what is sent. */
public final class DisplayStream {
    public final List<DisplayData> shown = new ArrayList<>();
    public final List<DisplayData> updated = new ArrayList<>();

    public void display(DisplayData data) {
        shown.add(data);
    }

    public void updateDisplay(DisplayData data) {
        updated.add(data);
    }
}
