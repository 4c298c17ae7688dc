package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Weights;

/**
 * The loss of a fixed batch as a function of the weights, or of some of them while the others stay: walk to w + d, ask for
 * the loss, the gradient and the Hessian's products there, walk back exactly.
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
    /** Of where the weights are, with its graph; null until somebody asks. */
    private List<NDArray> gradient;

    WeightSpace(Objective objective, Batch batch) {
        this(objective, batch, (name, info) -> true);
    }

    /**
     * Takes some of the weights.
     *
     * @param chosen by name and by what they are
     * @throws IllegalArgumentException if none is
     */
    WeightSpace(Objective objective, Batch batch, BiPredicate<String, ParameterInfo> chosen) {
        this.objective = objective;
        this.batch = batch;
        Weights trained = Weights.of(objective);
        int[] kept = IntStream.range(0, trained.names().size())
                .filter(i -> chosen.test(trained.names().get(i), trained.infos().get(i)))
                .toArray();
        if (kept.length == 0) {
            throw new IllegalArgumentException("no parameter is chosen, expected one or more");
        }
        infos = IntStream.of(kept).mapToObj(trained.infos()::get).toList();
        weights = IntStream.of(kept).mapToObj(trained.arrays()::get).toList();
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

    /** Returns the number of values. */
    long size() {
        return origin.stream().mapToLong(NDArray::size).sum();
    }

    /** Returns a direction with independent normal entries; it lives until this is closed. */
    List<NDArray> randomDirection(long seed) {
        return draw(seed, "direction", RandomGenerator::nextGaussian);
    }

    /** Returns a direction with independent entries -1 and 1 (Rademacher); it lives until this is closed. */
    List<NDArray> randomSigns(long seed) {
        return draw(seed, "signs", random -> random.nextBoolean() ? 1 : -1);
    }

    private List<NDArray> draw(long seed, String purpose, ToDoubleFunction<RandomGenerator> entry) {
        List<NDArray> out = new ArrayList<>();
        for (int i = 0; i < origin.size(); i++) {
            RandomGenerator random = Seeds.stream(seed, purpose, i);
            float[] values = new float[Math.toIntExact(origin.get(i).size())];
            for (int k = 0; k < values.length; k++) {
                values[k] = (float) entry.applyAsDouble(random);
            }
            out.add(Torch.array(manager, values, origin.get(i).getShape()));
        }
        return out;
    }

    /** Moves to origin + a * d1 + b * d2; d2 may be null. */
    void moveTo(double a, List<NDArray> d1, double b, List<NDArray> d2) {
        stopIfInterrupted();
        forgetGradient();
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

    /** Moves back to where this started. */
    void moveHome() {
        forgetGradient();
        Torch.withoutGradients(() -> {
            for (int i = 0; i < weights.size(); i++) {
                Kernels.assign(weights.get(i), origin.get(i));
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

    /** Returns the gradient where the weights are, as arrays that the caller closes. */
    List<NDArray> gradient() {
        stopIfInterrupted();
        return kept(Pass.evaluation(), Kernels::grad);
    }

    /**
     * Returns H v, H the Hessian where the weights are, as arrays that the caller closes.
     *
     * <p>By differentiating the gradient once more. Central differences of the gradient take 0.6 to 0.8 of the time and keep no
     * three digits: the curvature along steep directions changes within the shortest step that float32 allows.
     */
    List<NDArray> hessianProduct(List<NDArray> v) {
        stopIfInterrupted();
        if (gradient == null) {
            gradient = kept(Pass.evaluation().twiceDifferentiable(), Kernels::differentiableGrad);
        }
        return Kernels.hessianVectorProduct(gradient, weights, v);
    }

    /** Differentiates the loss and closes all arrays but the result, which lives until this is closed at the latest. */
    private List<NDArray> kept(Pass pass, BiFunction<NDArray, List<NDArray>, List<NDArray>> derivative) {
        try (NDManager sub = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            List<NDArray> out = Torch.withGradients(() -> derivative.apply(objective.loss(sub, batch, pass), weights));
            for (NDArray array : out) {
                array.attach(manager);
                NDScope.unregister(array);
            }
            return out;
        }
    }

    private void forgetGradient() {
        if (gradient != null) {
            release(gradient);
            gradient = null;
        }
    }

    private static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the walk through the weights was interrupted");
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
        moveHome();
        manager.close();
    }
}
