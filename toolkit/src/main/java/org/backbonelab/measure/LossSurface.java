package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Role;
import org.backbonelab.study.Measure;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Supervised;

/**
 * The training loss over a plane through the weights, spanned by two filter-normalised random directions (Li et al.,
 * "Visualizing the Loss Landscape of Neural Nets", 2018).
 *
 * <p>For tensors of two axes or more each row (filter, output neuron) of a direction is scaled to the norm of the
 * weights' row; vectors stay where they are. A token or table of positions counts each vector along its last axis as a row.
 */
public final class LossSurface {
    /** Points along each axis of the measure, from -1 to 1. */
    public static final int POINTS = 11;

    private static final int IMAGES = 64;
    /** Whose first axis is not outputs: their rows are vectors along the last one. */
    private static final Set<Role> TOKENS = Set.of(Role.TOKEN, Role.POSITION);

    private LossSurface() {}

    /** Returns the coordinates of the points along an axis. */
    public static double[] axis() {
        double[] out = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            out[i] = -1 + 2.0 * i / (POINTS - 1);
        }
        return out;
    }

    /** Returns the measure {@code loss_surface}: the losses of an 11 x 11 grid on 64 training images, row by row. */
    public static Measure grid() {
        return Measure.of("loss_surface", t -> {
            List<Double> losses = losses(new Supervised(t.model(), 0), Hessian.batch(t.split(), IMAGES), 0);
            return new Measure.Found(Map.of(), Map.of("loss_surface", losses));
        });
    }

    /** Returns the losses over {@link #axis} x {@link #axis}, row by row. */
    static List<Double> losses(Objective objective, Batch batch, long seed) {
        List<Double> out = new ArrayList<>();
        try (WeightSpace space = new WeightSpace(objective, batch)) {
            List<NDArray> d1 = direction(space, seed + 1);
            List<NDArray> d2 = direction(space, seed + 2);
            for (double a : axis()) {
                for (double b : axis()) {
                    space.moveTo(a, d1, b, d2);
                    out.add(space.loss());
                }
            }
        }
        return out;
    }

    static List<NDArray> direction(WeightSpace space, long seed) {
        List<NDArray> out = space.randomDirection(seed);
        Torch.withoutGradients(() -> {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                for (int i = 0; i < out.size(); i++) {
                    NDArray d = out.get(i);
                    if (d.getShape().dimension() < 2) {
                        d.muli(0);
                    } else {
                        normalise(
                                d,
                                space.origin().get(i),
                                TOKENS.contains(space.infos().get(i).role()));
                    }
                }
            }
            return null;
        });
        return out;
    }

    private static void normalise(NDArray direction, NDArray weight, boolean tokens) {
        long rows = tokens
                ? weight.size() / weight.getShape().tail()
                : weight.getShape().get(0);
        NDArray w = weight.reshape(rows, -1).square().sum(new int[] {1}, true).sqrt();
        NDArray d =
                direction.reshape(rows, -1).square().sum(new int[] {1}, true).sqrt();
        NDArray scaled = direction.reshape(rows, -1).mul(w.div(d.add(1e-10)));
        Kernels.assign(direction, scaled.reshape(direction.getShape()));
    }
}
