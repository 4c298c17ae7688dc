package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.recipe.EvaluationSettings;
import org.backbonelab.recipe.NonFinite;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Weights;
import org.backbonelab.train.step.Gradient;

/**
 * The arrays that a training changes, and the copies it keeps of them: their moving average, the running statistics as
 * they were before an update, and all as they were at the best evaluation.
 *
 * <p>What is evaluated, and remains at the end, is the moving average where there is one, and else where the optimizer says:
 * there running statistics are computed anew, as those of the training belong to other weights.
 */
final class KeptWeights {
    private final Map<String, NDArray> live = new LinkedHashMap<>();
    private final Weights weights;
    private final BaseOptimizer optimizer;
    private final EvaluationSettings settings;
    private final Runnable refresh;
    private final boolean hasStatistics;
    private final WeightCopy average;
    private final WeightCopy statistics;
    private WeightCopy best;
    /** What trains, while the network is where it is evaluated. */
    private WeightCopy training;

    /**
     * Copies what has to be copied before the first update.
     *
     * @param refresh computes running statistics of the network as it is
     */
    KeptWeights(
            Objective objective,
            Weights weights,
            BaseOptimizer optimizer,
            EvaluationSettings settings,
            Runnable refresh) {
        objective.state().forEach((name, p) -> live.put(name, p.getArray()));
        this.weights = weights;
        this.optimizer = optimizer;
        this.settings = settings;
        this.refresh = refresh;
        hasStatistics = objective.state().values().stream().anyMatch(p -> !p.requiresGradient());
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

    /** Does something with the network as it would be if the training ended here. */
    void atTheEnd(Runnable computation) {
        goToTheEnd();
        try {
            computation.run();
        } finally {
            comeBack();
        }
    }

    /** Keeps the values that the network has now, {@link #atTheEnd}: the best so far. */
    void keepAsBest() {
        if (best == null) {
            best = new WeightCopy(live);
        } else {
            best.take();
        }
    }

    private void goToTheEnd() {
        if (average != null) {
            average.swap();
        } else if (optimizer.evaluatesElsewhere()) {
            training = new WeightCopy(live);
            optimizer.toEvaluation(weights.names(), weights.arrays());
            if (hasStatistics) {
                refresh.run();
            }
        }
    }

    private void comeBack() {
        if (average != null) {
            average.swap();
        } else if (training != null) {
            training.put();
            training.close();
            training = null;
        }
    }

    /** Leaves the network as it is to be evaluated, and frees all copies but the best. */
    void end() {
        goToTheEnd();
        for (WeightCopy copy : Arrays.asList(average, training, statistics)) {
            if (copy != null) {
                copy.close();
            }
        }
    }
}
