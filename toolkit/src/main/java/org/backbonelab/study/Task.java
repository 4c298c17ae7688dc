package org.backbonelab.study;

import java.util.List;
import org.backbonelab.io.Json;

/**
 * What a runner is to do: train a cell unless it is finished, and measure on its network.
 *
 * @param cell to be trained
 * @param measures names of what is to be measured; a runner that does not know one leaves it to its caller
 * @param anew whether it is trained even if it is finished; what was stored before is replaced when it is done
 */
public record Task(Cell cell, List<String> measures, boolean anew) {
    /** A task as text: the cell is its canonical JSON. */
    private record Text(String cell, List<String> measures, boolean anew) {}

    /** Copies the names. */
    public Task {
        measures = List.copyOf(measures);
    }

    /** A task that leaves alone what is finished. */
    public Task(Cell cell, List<String> measures) {
        this(cell, measures, false);
    }

    /** Returns the task of a cell by itself: anew if {@code FRESH} is 1, and without measures. */
    public static Task fromEnv(Cell cell) {
        return new Task(cell, List.of(), FreshRun.isAsked());
    }

    /** Returns the task on one line, as a worker process reads it. */
    public String json() {
        return Json.write(new Text(cell.json(), measures, anew));
    }

    /**
     * Reads a task back.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static Task parse(String json) {
        Text text = Json.read(json, Text.class, "task");
        return new Task(Cell.parse(text.cell), text.measures, text.anew);
    }
}
