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
    Map<ChildProcess, Sample> measure(List<ChildProcess> children) {
        Map<ChildProcess, Sample> samples = new LinkedHashMap<>();
        children.forEach(c -> samples.put(c, new Sample(c.idle())));
        // Who follows whom differs from round to round, in case one contender leaves the machine slow for the next.
        List<ChildProcess> order = new ArrayList<>(children);
        for (int round = 0; round < rounds || (round < 3 * rounds && tooFew(samples)); round++) {
            Collections.shuffle(order, new Random(round));
            for (ChildProcess child : order) {
                calm();
                samples.get(child).add(child.run(steps));
            }
        }
        return samples;
    }

    private boolean tooFew(Map<ChildProcess, Sample> samples) {
        int wanted = Math.max(3, rounds * steps / 2);
        return samples.values().stream().anyMatch(s -> s.counted() < wanted);
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
}
