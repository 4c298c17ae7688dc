package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.backbonelab.recipe.EvaluationSettings;
import org.backbonelab.recipe.NonFinite;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.step.Gradient;

/**
 * The arrays that a training changes, and the copies it keeps of them: their moving average, the running statistics as
 * they were before an update, and all as they were at the best evaluation.
 */
final class KeptWeights {
    private final Map<String, NDArray> live = new LinkedHashMap<>();
    private final EvaluationSettings settings;
    private final WeightCopy average;
    private final WeightCopy statistics;
    private WeightCopy best;

    KeptWeights(Objective objective, EvaluationSettings settings) {
        objective.state().forEach((name, p) -> live.put(name, p.getArray()));
        this.settings = settings;
        average = settings.ema().isOn() ? new WeightCopy(live) : null;
        statistics = settings.nonFinite() == NonFinite.PROPAGATE ? null : WeightCopy.ofStatistics(objective);
    }

    /** Returns the network's own arrays by name. */
    Map<String, NDArray> live() {
        return live;
    }

    /** Returns the moving average, or null where the recipe has none. */
    WeightCopy average() {
        return average;
    }

    /** Returns the values of the best evaluation, or null before the first. */
    WeightCopy best() {
        return best;
    }

    /** Takes over what a checkpoint had as the best. */
    void restoreBest(WeightCopy value) {
        best = value;
    }

    /** Keeps what the forward passes of an update change. */
    void beforeUpdate() {
        if (statistics != null) {
            statistics.take();
        }
    }

    /**
     * Undoes what an update that was left out has changed, or lets the average follow one that was made.
     *
     * @param updates made so far, with this one
     */
    void afterUpdate(Gradient made, long updates) {
        if (!made.isUsable()) {
            if (statistics != null) {
                statistics.put();
            }
        } else if (average != null && Double.isFinite(made.loss())) {
            average.average(settings.ema().at(updates));
        }
    }

    /** Computes something of the network as it would be if the training ended here. */
    <T> T atTheEnd(Supplier<T> computation) {
        swap();
        try {
            return computation.get();
        } finally {
            swap();
        }
    }

    /** Keeps the values of the network as it would be if the training ended here: the best so far. */
    void keepAsBest() {
        swap();
        if (best == null) {
            best = new WeightCopy(live);
        } else {
            best.take();
        }
        swap();
    }

    private void swap() {
        if (average != null) {
            average.swap();
        }
    }

    /** Gives the network its average, where there is one, and frees all copies but the best. */
    void end() {
        if (average != null) {
            average.put();
            average.close();
        }
        if (statistics != null) {
            statistics.close();
        }
    }
}
