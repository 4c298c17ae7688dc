package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Weights;

/**
 * The loss of a fixed batch as a function of the weights: walk to w + d, ask for the loss there, walk back exactly; and the
 * Hessian's products where it started.
 *
 * <p>Evaluation mode throughout: no drop path, and running statistics stay. {@link #close} restores the weights.
 */
final class WeightSpace implements AutoCloseable {
    private final NDManager manager = Torch.newManager();
    private final Objective objective;
    private final Batch batch;
    private final List<ParameterInfo> infos;
    private final List<NDArray> weights;
    private final List<NDArray> origin = new ArrayList<>();

    WeightSpace(Objective objective, Batch batch) {
        this.objective = objective;
        this.batch = batch;
        Weights trained = Weights.of(objective);
        infos = trained.infos();
        weights = trained.arrays();
        for (NDArray w : weights) {
            NDArray copy = w.duplicate();
            copy.attach(manager);
            origin.add(copy);
        }
    }

    /** Returns what the tensors are, in the order of all directions. */
    List<ParameterInfo> infos() {
        return infos;
    }

    /** Returns the weights this started from. */
    List<NDArray> origin() {
        return origin;
    }

    /** Returns a direction with independent normal entries; it lives until this is closed. */
    List<NDArray> randomDirection(long seed) {
        List<NDArray> out = new ArrayList<>();
        for (int i = 0; i < origin.size(); i++) {
            RandomGenerator random = Seeds.stream(seed, "direction", i);
            float[] values = new float[Math.toIntExact(origin.get(i).size())];
            for (int k = 0; k < values.length; k++) {
                values[k] = (float) random.nextGaussian();
            }
            out.add(Torch.array(manager, values, origin.get(i).getShape()));
        }
        return out;
    }

    /** Moves to origin + a * d1 + b * d2; d2 may be null. */
    void moveTo(double a, List<NDArray> d1, double b, List<NDArray> d2) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the walk through the weights was interrupted");
        }
        Torch.withoutGradients(() -> {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                for (int i = 0; i < weights.size(); i++) {
                    NDArray to = origin.get(i).add(d1.get(i).mul(a));
                    Kernels.assign(
                            weights.get(i), d2 == null ? to : to.add(d2.get(i).mul(b)));
                }
            }
            return null;
        });
    }

    /** Returns the loss where the weights are. */
    double loss() {
        return Torch.withoutGradients(() -> {
            try (NDManager sub = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                return (double) objective.loss(sub, batch, Pass.evaluation()).getFloat();
            }
        });
    }

    /** Returns H v, H the Hessian where the weights are, as arrays that the caller closes. */
    List<NDArray> hessianProduct(List<NDArray> v) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the walk through the weights was interrupted");
        }
        try (NDManager sub = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Pass pass = Pass.evaluation().twiceDifferentiable();
            List<NDArray> out = Torch.withGradients(
                    () -> Kernels.hessianVectorProduct(objective.loss(sub, batch, pass), weights, v));
            for (NDArray product : out) {
                product.attach(manager);
                NDScope.unregister(product);
            }
            return out;
        }
    }

    /** Returns the inner product of two directions, summed in double precision. */
    static double dot(List<NDArray> a, List<NDArray> b) {
        return Torch.withoutGradients(() -> {
            double sum = 0;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                for (int i = 0; i < a.size(); i++) {
                    sum += a.get(i).mul(b.get(i)).sum().getFloat();
                }
            }
            return sum;
        });
    }

    static double norm(List<NDArray> a) {
        return Math.sqrt(dot(a, a));
    }

    static void scale(List<NDArray> a, double factor) {
        Torch.withoutGradients(() -> {
            a.forEach(x -> x.muli(factor));
            return null;
        });
    }

    static void release(List<NDArray> a) {
        a.forEach(NDArray::close);
    }

    @Override
    public void close() {
        Torch.withoutGradients(() -> {
            for (int i = 0; i < weights.size(); i++) {
                Kernels.assign(weights.get(i), origin.get(i));
            }
            return null;
        });
        manager.close();
    }
}
