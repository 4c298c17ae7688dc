package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;
import org.backbonelab.train.objective.Supervised;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * The neural tangent kernel of a network (Jacot et al., arXiv 1806.07572) and its condition number, which says how evenly it
 * can learn: a large one is slow in some directions (Xiao et al., arXiv 1912.13053; arXiv 2106.01548, section 4).
 *
 * <p>For each class c the kernel of m images is the m x m matrix of d logit_c(x_i) / dw . d logit_c(x_j) / dw, w all trained
 * parameters: the diagonal blocks of the whole kernel. The condition number is the mean over classes of the largest
 * eigenvalue over the smallest. It grows with m, so that networks are compared at the same images.
 *
 * <p>The classifier is drawn anew for this, from N(0, 1 / features), whatever a network starts with: behind a classifier of
 * zeros, as ViTs and Mixers have it, no other parameter has a gradient. Batch norm takes the statistics of these images, for
 * at the start its own are of none. Drop path and dropout would be drawn: build the network without.
 */
public final class Ntk {
    /** Of the largest eigenvalue: below it the smallest is rounding. */
    private static final double NOISE = 1e-12;

    private static final TorchScript SCRIPT = TorchScript.compile("Ntk", """
            class Ntk(Module):
              # In float64: the smallest eigenvalue is many digits below the largest.
              def gram(self, logits: Tensor, c: int, parameters: List[Tensor]) -> Tensor:
                rows: List[Tensor] = []
                for i in range(logits.size(0)):
                  parts: List[Tensor] = []
                  logit = logits.select(0, i).select(0, c)
                  for p, g in zip(parameters, torch.grad([logit], parameters, None, True, False, True)):
                    if g is not None:
                      parts.append(g.reshape([-1]))
                    else:
                      parts.append(torch.zeros_like(p).reshape([-1]))
                  rows.append(torch.cat(parts))
                jacobian = torch.stack(rows).to(7)
                return torch.matmul(jacobian, jacobian.t())
            """);

    private Ntk() {}

    /**
     * Returns the condition number of an initialised network; its parameters are as before afterwards.
     *
     * @param images m of them, 2 or more; their labels are not used. 48 take seconds for a small network
     * @param seed of the classifier
     * @return mean over classes of largest over smallest eigenvalue; infinite where the smallest is zero, as with two equal
     *     images
     * @throws IllegalArgumentException if there are fewer than two images, or no parameter has the role of a classifier
     */
    public static double conditionNumber(Backbone model, Batch images, long seed) {
        if (images.count() < 2) {
            throw new IllegalArgumentException(images.count() + " images, expected 2 or more for a condition number");
        }
        return Arrays.stream(kernels(model, images, seed))
                .mapToDouble(Ntk::condition)
                .average()
                .orElse(Double.NaN);
    }

    /** A product of a matrix with its transpose need not be symmetric to the last bit: that is the processor's choice. */
    static double condition(double[][] kernel) {
        RealMatrix rounded = MatrixUtils.createRealMatrix(kernel);
        RealMatrix symmetric = rounded.add(rounded.transpose()).scalarMultiply(0.5);
        double[] all = new EigenDecompositionSymmetric(symmetric).getEigenvalues();
        double largest = Arrays.stream(all).max().orElseThrow();
        double smallest = Arrays.stream(all).min().orElseThrow();
        return smallest > NOISE * largest ? largest / smallest : Double.POSITIVE_INFINITY;
    }

    /** Returns the kernel of each class, (classes, m, m). */
    static double[][][] kernels(Backbone model, Batch images, long seed) {
        Map<String, ParameterInfo> infos = model.parameterInfos();
        NDArray classifier = model.trainedParameters().entrySet().stream()
                .filter(e -> infos.get(e.getKey()).role() == Role.CLASSIFIER)
                .map(e -> e.getValue().getArray())
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "no parameter of the network has the role CLASSIFIER; build its last layer by Linear.classifier"));
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray before = Kernels.laidOutLike(classifier, classifier);
            float[] values = Init.leCun().values(classifier.getShape(), Seeds.stream(seed, "ntk classifier"));
            assign(classifier, Torch.array(manager, values, classifier.getShape()));
            try {
                List<NDArray> parameters = model.trainedParameters().values().stream()
                        .map(Parameter::getArray)
                        .toList();
                Pass pass = Pass.training(seed).withoutStatistics();
                return Torch.withGradients(
                        () -> kernels(model.apply(Supervised.images(manager, images), pass), parameters));
            } finally {
                assign(classifier, before);
            }
        }
    }

    private static void assign(NDArray target, NDArray source) {
        Torch.withoutGradients(() -> {
            Kernels.assign(target, source);
            return null;
        });
    }

    private static double[][][] kernels(NDArray logits, List<NDArray> parameters) {
        int m = Math.toIntExact(logits.getShape().get(0));
        double[][][] out = new double[Math.toIntExact(logits.getShape().get(1))][m][];
        for (int c = 0; c < out.length; c++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("the tangent kernel was interrupted");
            }
            NDArray gram = SCRIPT.array(logits.getManager(), "gram", logits, c, parameters);
            double[] values = gram.toDoubleArray();
            gram.close();
            for (int i = 0; i < m; i++) {
                out[c][i] = Arrays.copyOfRange(values, i * m, (i + 1) * m);
            }
        }
        return out;
    }
}
