package org.backbonelab.train.step;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where the time of a training goes, in wall time of the training thread.
 *
 * <p>On a GPU operators run on after their call returns: the loss is read at the end of the forward pass, so what waits
 * there for an earlier update counts as forward.
 */
public final class TimeTable {
    private static final double NANOS = 1e9;

    private final Map<Part, Long> nanos = new EnumMap<>(Part.class);
    private final long begin = System.nanoTime();
    private long earlier;

    /** What is told apart. */
    public enum Part {
        /** Waiting for the next batch. */
        DATA,
        /** Forward passes up to the loss. */
        FORWARD,
        /** Backward passes. */
        BACKWARD,
        /** Clipping, the optimizer, and the moving average. */
        UPDATE,
        /** Evaluations. */
        EVALUATION,
        /** Copying the state for a checkpoint; it is written in the background. */
        CHECKPOINT
    }

    /** Does some work and adds its time. */
    public <T> T measure(Part part, Supplier<T> work) {
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            add(part, System.nanoTime() - start);
        }
    }

    /** Adds some nanoseconds. */
    public void add(Part part, long time) {
        nanos.merge(part, time, Long::sum);
    }

    /** Does some work that gives nothing and adds its time. */
    public void run(Part part, Runnable work) {
        measure(part, () -> {
            work.run();
            return null;
        });
    }

    /** Returns the seconds since this table was made, and those of the runs it continues. */
    public double total() {
        return (earlier + System.nanoTime() - begin) / NANOS;
    }

    /** Returns seconds by the name of a metric: {@code time_data}, {@code time_forward}, ... */
    public Map<String, Double> metrics() {
        Map<String, Double> out = new LinkedHashMap<>();
        for (Part part : Part.values()) {
            out.put("time_" + part.name().toLowerCase(Locale.ROOT), nanos.getOrDefault(part, 0L) / NANOS);
        }
        return out;
    }

    /** What a checkpoint keeps. */
    public record Saved(long total, Map<Part, Long> parts) {}

    /** Returns what a checkpoint keeps. */
    public Saved save() {
        return new Saved(earlier + System.nanoTime() - begin, Map.copyOf(nanos));
    }

    /** Adds the times of the run that this one continues. */
    public void add(Saved saved) {
        earlier += saved.total();
        saved.parts().forEach(this::add);
    }
}
