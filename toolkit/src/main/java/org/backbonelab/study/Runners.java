package org.backbonelab.study;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.backbonelab.io.Settings;

/** The runners of this machine, and those that other modules bring along. */
public final class Runners {
    private static final String SERIAL = "serial";
    private static final String PROCESSES = "processes:[1-9][0-9]{0,3}";

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
     * Returns the runner that BACKBONELAB_RUNNER asks for; where that is not set, as many processes of one thread each as
     * BACKBONELAB_WORKERS says, 0 for this JVM; where that is not set either, a process for each core.
     *
     * @throws IllegalArgumentException if a variable is not what it takes
     */
    public static Runner fromEnv(List<Measure> measures) {
        return Settings.BACKBONELAB_RUNNER
                .get()
                .map(text -> of(text, measures))
                .orElseGet(() -> ofWorkers(
                        Settings.BACKBONELAB_WORKERS
                                .get()
                                .map(Integer::parseInt)
                                .orElseGet(() -> Runtime.getRuntime().availableProcessors()),
                        measures));
    }

    /**
     * Returns a runner by its name.
     *
     * @param name {@code serial}, {@code processes:2}, or what a {@link RunnerProvider} on the class path serves, such as
     *     {@code spark://host:7077}
     * @throws IllegalArgumentException if nobody serves it; the message says who could
     */
    public static Runner of(String name, List<Measure> measures) {
        if (name.equals(SERIAL)) {
            return serial(measures);
        }
        if (name.matches(PROCESSES)) {
            return new ProcessRunner(Integer.parseInt(name.substring(name.indexOf(':') + 1)));
        }
        for (RunnerProvider provider : ServiceLoader.load(RunnerProvider.class, Runners.class.getClassLoader())) {
            if (provider.serves(name)) {
                return provider.runner(name);
            }
        }
        throw new IllegalArgumentException("no runner \"" + name + "\" on the class path, expected " + SERIAL
                + ", processes:<number>, or with the module backbone-lab-spark "
                + "spark://<host>:<port> or local-cluster[<executors>,1,<megabytes>]");
    }

    private static Runner ofWorkers(int workers, List<Measure> measures) {
        return workers == 0 ? serial(measures) : new ProcessRunner(workers);
    }

    /** Returns the class path that another JVM needs to train what this one would. */
    public static String classPath() {
        return WorkerClassPath.of(Runners.class);
    }
}
