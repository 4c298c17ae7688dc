package org.backbonelab.study;

import java.util.List;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;

/** Trains cells that are not finished yet, measures on their networks, and stores what it finds. */
@FunctionalInterface
public interface Runner {
    /**
     * Does tasks, in any order. A task that fails does not keep the others from being done.
     *
     * @param store gets each row as soon as it is there
     * @param listener is told of each row, on the calling thread
     * @throws java.util.concurrent.CancellationException if the thread is interrupted; nothing is left running
     * @throws IllegalArgumentException once all others are done, if a cell cannot be trained; the message names all such
     */
    void run(List<Task> tasks, RowStore store, Listener listener);

    /** Who is told how far the tasks are. */
    @FunctionalInterface
    interface Listener {
        /** Says that a cell is done: this row of it is stored. */
        void done(Row row);

        /** Says now and then how far a cell is that is being trained. */
        default void training(Cell cell, Advance advance) {}

        /** Says what became of the machines that train, where there are several: a line, in place of the one before. */
        default void machines(String text) {}
    }
}
