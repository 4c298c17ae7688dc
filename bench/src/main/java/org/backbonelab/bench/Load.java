package org.backbonelab.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How busy the machine was, and how much of that was one process, in clock ticks since they started.
 *
 * <p>A step with two threads on two cores takes many times as long when anything else runs, since its threads wait for
 * each other; such a step says nothing and is told apart by {@link #othersSince}.
 *
 * @param busy all cores, including what the host took away
 * @param own the process
 * @param idle all cores
 */
record Load(long busy, long own, long idle) {
    /** Reads the counters of Linux. */
    static Load now() {
        return of(ProcessHandle.current().pid());
    }

    /** Reads them as another process would. */
    static Load of(long pid) {
        String[] cpu = read("/proc/stat").lines().findFirst().orElseThrow().split("\\s+", -1);
        long idle = Long.parseLong(cpu[4]) + Long.parseLong(cpu[5]);
        long all = 0;
        // user, nice, system, idle, iowait, irq, softirq, steal; guest time is part of user time.
        for (int i = 1; i <= 8; i++) {
            all += Long.parseLong(cpu[i]);
        }
        String stat = read("/proc/" + pid + "/stat");
        String[] own = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new Load(all - idle, Long.parseLong(own[11]) + Long.parseLong(own[12]), idle);
    }

    /** Returns the share of all cores that other processes took since an earlier reading, 0 to 1. */
    double othersSince(Load before) {
        long total = busy - before.busy + idle - before.idle;
        return total == 0 ? 0 : Math.max(0, busy - before.busy - (own - before.own)) / (double) total;
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read; the benchmark runs on Linux", e);
        }
    }
}
