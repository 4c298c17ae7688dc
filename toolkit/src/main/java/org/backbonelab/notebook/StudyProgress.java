package org.backbonelab.notebook;

import java.time.Duration;

/** What a study tells about its course while it runs. */
public interface StudyProgress {
    /** The study begins: cells in all, and those already finished in an earlier run and read back. */
    void started(int total, int done);

    /** A cell has been trained: cells done now, cells in all, its name, its result in short, and the time it took. */
    void finished(int done, int total, String label, String result, Duration spent);

    /** The study is over, whether complete or not. */
    void ended();
}
