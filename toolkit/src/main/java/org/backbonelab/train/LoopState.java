package org.backbonelab.train;

import java.util.ArrayList;
import java.util.List;
import org.backbonelab.train.step.Gradient;

/**
 * How far a training is: with the weights and the optimizer's state, all that a checkpoint needs.
 *
 * @param step updates made or left out
 * @param images seen
 * @param nonFinite updates whose loss or gradient was not finite
 * @param leftOut updates of the epoch that has begun that were left out
 * @param lossSum over the others of that epoch
 * @param trainLoss mean loss of each finished epoch
 * @param evaluations made on the way, on the validation images
 * @param best which of them was best, -1 before the first
 */
record LoopState(
        long step,
        long images,
        long nonFinite,
        long leftOut,
        double lossSum,
        List<Double> trainLoss,
        List<Evaluation> evaluations,
        int best) {
    static final LoopState START = new LoopState(0, 0, 0, 0, 0, List.of(), List.of(), -1);

    /** Returns the state after an update, which may have been left out. */
    LoopState updated(Gradient made, int count) {
        return new LoopState(
                step + 1,
                images + count,
                nonFinite + (made.isFinite() ? 0 : 1),
                leftOut + (made.isUsable() ? 0 : 1),
                lossSum + (made.isUsable() ? made.loss() : 0),
                trainLoss,
                evaluations,
                best);
    }

    /** Returns the state with the mean loss of an epoch of so many updates added, NaN where all were left out. */
    LoopState epochEnded(long updates) {
        return epochEnded(lossSum / (updates - leftOut));
    }

    /** Returns the state with the run ended by divergence. */
    LoopState diverged() {
        return epochEnded(Double.NaN);
    }

    private LoopState epochEnded(double meanLoss) {
        return new LoopState(step, images, nonFinite, 0, 0, and(trainLoss, meanLoss), evaluations, best);
    }

    /** Returns the state with an evaluation added; of equal ones the first is the best. */
    LoopState evaluated(Evaluation found) {
        boolean better = best < 0 || found.top1() > evaluations.get(best).top1();
        return new LoopState(
                step,
                images,
                nonFinite,
                leftOut,
                lossSum,
                trainLoss,
                and(evaluations, found),
                better ? evaluations.size() : best);
    }

    /**
     * Tells whether an evaluation is to be made before the next update.
     *
     * @param every how many updates apart, 0 for never
     * @param total updates of the training, after the last of which there is one more where it does not fall together
     */
    boolean evaluationIsDue(long every, long total) {
        if (every == 0 || step == 0) {
            return false;
        }
        boolean lastIsExtra = step == total && step % every != 0;
        return evaluations.size() < step / every + (lastIsExtra ? 1 : 0);
    }

    /** Tells whether the last evaluation is the best so far. */
    boolean lastIsBest() {
        return best == evaluations.size() - 1;
    }

    private static <T> List<T> and(List<T> list, T more) {
        List<T> out = new ArrayList<>(list);
        out.add(more);
        return List.copyOf(out);
    }
}
