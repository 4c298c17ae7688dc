package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Measures contenders in turns, A B C B C A ..., so that a slow minute of the machine hits all alike. */
final class Rounds {
    /** Long enough for the idle threads of the contender before to fall asleep. */
    private static final long PAUSE_MS = 300;

    private static final double CALM = 0.1;

    private final int rounds;
    private final int steps;
    private final long patienceMs;

    /**
     * Builds the plan.
     *
     * @param rounds at least; three times as many while too few steps were undisturbed
     * @param steps a turn
     * @param patienceMs how long to wait before a turn for other processes to calm down
     */
    Rounds(int rounds, int steps, long patienceMs) {
        this.rounds = rounds;
        this.steps = steps;
        this.patienceMs = patienceMs;
    }

    /** Returns a plan with other counts and the same patience. */
    Rounds with(int newRounds, int newSteps) {
        return new Rounds(newRounds, newSteps, patienceMs);
    }

    /** Makes the rounds. */
    Map<String, Sample> measure(List<ChildProcess> children) {
        Map<String, Sample> samples = new LinkedHashMap<>();
        measure(children, samples);
        return samples;
    }

    /** Makes the rounds and adds their turns to those of earlier processes of the same contenders. */
    void measure(List<ChildProcess> children, Map<String, Sample> samples) {
        for (ChildProcess child : children) {
            samples.computeIfAbsent(child.contender(), n -> new Sample(child.idle()));
        }
        // Who follows whom differs from round to round, in case one contender leaves the machine slow for the next.
        List<ChildProcess> order = new ArrayList<>(children);
        long before = fewest(samples);
        long wanted = before + Math.max(3, rounds * steps / 2);
        for (int round = 0; round < rounds || (round < 3 * rounds && fewest(samples) < wanted); round++) {
            Collections.shuffle(order, new Random(round));
            for (ChildProcess child : order) {
                calm();
                samples.get(child.contender()).add(child.run(steps));
            }
        }
    }

    private static long fewest(Map<String, Sample> samples) {
        return samples.values().stream().mapToLong(Sample::counted).min().orElse(0);
    }

    /** Waits until the machine is idle, at most as long as patience allows. */
    void calm() {
        long end = System.nanoTime() + patienceMs * 1_000_000;
        double others;
        do {
            Load before = Load.now();
            try {
                Thread.sleep(PAUSE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            others = Load.now().othersSince(before);
        } while (others > CALM && System.nanoTime() < end);
    }

    /** Measures a turn within this process; the first step finds the other contender's data in the caches and does not count. */
    static List<ChildProcess.Timed> turn(int steps, Runnable step) {
        step.run();
        List<ChildProcess.Timed> out = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            Load before = Load.now();
            long start = System.nanoTime();
            step.run();
            double ms = (System.nanoTime() - start) / 1e6;
            out.add(new ChildProcess.Timed(ms, Load.now().othersSince(before)));
        }
        return out;
    }
}
