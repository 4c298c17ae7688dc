package org.backbonelab.study;

import java.util.ArrayList;
import java.util.List;
import org.backbonelab.io.Settings;

/** The runners of this machine. */
public final class Runners {
    private Runners() {}

    /** Returns a runner in this JVM, one cell after the other, with all threads of libtorch. */
    public static Runner serial(List<Measure> measures) {
        CellTrainer trainer = new CellTrainer(measures);
        return (tasks, store, listener) -> {
            List<Failure> failures = new ArrayList<>();
            for (Task task : tasks) {
                try {
                    listener.done(trainer.complete(task, store, at -> listener.training(task.cell(), at)));
                } catch (IllegalArgumentException e) {
                    failures.add(new Failure(task.cell(), e));
                }
            }
            Failure.throwIfAny(failures, tasks.size());
        };
    }

    /**
     * Returns the runner that BACKBONELAB_WORKERS asks for: that many processes of one thread each, 0 for this JVM;
     * when it is not set, a process for each core.
     *
     * @throws IllegalArgumentException if it is not a whole number of 0 or more
     */
    public static Runner fromEnv(List<Measure> measures) {
        int workers = Settings.BACKBONELAB_WORKERS.get().map(Integer::parseInt).orElseGet(() -> Runtime.getRuntime()
                .availableProcessors());
        return workers == 0 ? serial(measures) : new ProcessRunner(workers);
    }
}
