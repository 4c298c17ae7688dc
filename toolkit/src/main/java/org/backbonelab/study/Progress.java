package org.backbonelab.study;

import java.time.Duration;

/** Who wants to know how far a study is: of each thing that is said, or of none. */
public interface Progress {
    /** Nobody. */
    Progress NONE = new Progress() {};

    /**
     * Says that a study starts.
     *
     * @param total cells in all
     * @param done cells that were finished before and are read back
     * @param diverged how many of these diverged
     */
    default void started(int total, int done, int diverged) {}

    /**
     * Says that further cells, known only now that learning rates are chosen, were finished before too.
     *
     * @param cells how many
     * @param diverged how many of these diverged
     * @param total cells in all, by now: where grids of learning rates grow, more than at the start
     */
    default void readBack(int cells, int diverged, int total) {}

    /** Says that a cell has ended. */
    default void finished(int done, int total, String label, String result, Duration spent) {}

    /** Says now and then how far a cell is that is being trained; several are at once where there are several workers. */
    default void training(String label, Advance advance) {}

    /** Says what became of the machines that train, where there are several: a line, in place of the one before. */
    default void machines(String text) {}

    /** Says that the study has ended. */
    default void ended() {}
}
