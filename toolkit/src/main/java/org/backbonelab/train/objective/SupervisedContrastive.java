package org.backbonelab.train.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;

/**
 * Supervised contrastive learning (Khosla et al., arXiv 2004.11362, equation 2, the sum outside of the logarithm): images of
 * one class attract each other, all others repel.
 *
 * <p>For anchor i with positives P(i), the other images of its class in the batch, and z of unit length:
 * {@code -1/|P(i)| sum over p of log(exp(z_i.z_p / t) / sum over a != i of exp(z_i.z_a / t))}, averaged over all anchors. An
 * anchor without a positive has the loss 0 and counts, as in the authors' code; a batch of one image has none. z is a
 * projection (D to D, ReLU, to 128) of {@link Backbone#pooled} features; it is thrown away afterwards, and the next
 * phase trains a classifier. A contrast is within what goes through the network at once: the parts of an accumulated batch
 * see their own images only. One view an image; {@code Augmentation.withRepeats(2)} gives two in an epoch.
 *
 * <p>The classifier's weight is not trained; what else only the head uses has gradient zero.
 */
public final class SupervisedContrastive implements Objective {
    /** The setting t; the paper's for ImageNet is 0.1. */
    static final String TEMPERATURE = "temperature";

    private static final int WIDTH = 128;
    private static final String PROJECTION = "projection.";

    private static final TorchScript SCRIPT = TorchScript.compile("SupervisedContrastive", """
                    class SupervisedContrastive(Module):
                      def loss(self, z: Tensor, positives: Tensor, others: Tensor, temperature: float) -> Tensor:
                        unit = z / z.norm(2, [1], True).clamp(1e-12)
                        logits = torch.matmul(unit, unit.t()) / temperature
                        # Of the logits with all others, the largest is taken off: it cancels.
                        logits = logits - logits.detach().amax([1], True)
                        denominator = (torch.exp(logits) * others).sum([1], True)
                        log_share = logits - torch.log(denominator)
                        of_anchor = (log_share * positives).sum([1]) / positives.sum([1]).clamp(1.)
                        return of_anchor.mean().neg()
                    """);

    private final Backbone model;
    private final Projection projection;
    private final double temperature;

    private SupervisedContrastive(Backbone model, Projection projection, double temperature) {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("temperature is " + temperature + ", expected a positive number");
        }
        this.model = model;
        this.projection = projection;
        this.temperature = temperature;
    }

    /** Two linear maps with a ReLU between them. */
    private static final class Projection extends Layer {
        private final Linear fc1;
        private final Linear fc2;

        Projection(int dim) {
            fc1 = child("fc1", new Linear(dim, dim, Init.leCun()));
            fc2 = child("fc2", new Linear(dim, WIDTH, Init.leCun()));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            return fc2.apply(Activation.relu(fc1.apply(x, pass)), pass);
        }
    }

    /** Makes the objective {@code supcon}. */
    static SupervisedContrastive of(ObjectiveContext context) {
        Backbone model = context.model();
        NDManager manager =
                model.trainedParameters().values().iterator().next().getArray().getManager();
        Projection projection = new Projection(featureWidth(model, manager));
        projection.initialize(manager, context.seed("projection"));
        return new SupervisedContrastive(model, projection, context.setting(TEMPERATURE));
    }

    private static int featureWidth(Backbone model, NDManager manager) {
        return Torch.withoutGradients(() -> {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                int side = model.spec().size();
                NDArray zeros = manager.zeros(new Shape(1, model.spec().channels(), side, side));
                NDArray features = model.pooled(model.forwardFeatures(zeros, Pass.evaluation()));
                return Math.toIntExact(features.getShape().get(1));
            }
        });
    }

    @Override
    public NDArray loss(NDManager manager, Batch batch, Pass pass) {
        if (batch.targets() != null) {
            throw new IllegalArgumentException("images of a contrastive loss are mixed by Mixup or CutMix, expected one"
                    + " class an image; choose an augmentation without them");
        }
        NDArray features = model.pooled(model.forwardFeatures(Supervised.images(manager, batch), pass));
        return contrast(manager, projection.apply(features, pass), batch.labels(), temperature);
    }

    /**
     * Computes the loss of some projections.
     *
     * @param z (N, D), of any length
     * @param labels of the N images
     */
    static NDArray contrast(NDManager manager, NDArray z, int[] labels, double temperature) {
        int n = labels.length;
        float[] positives = new float[n * n];
        float[] others = new float[n * n];
        for (int i = 0; i < n; i++) {
            for (int a = 0; a < n; a++) {
                others[i * n + a] = a == i && n > 1 ? 0 : 1;
                positives[i * n + a] = a != i && labels[a] == labels[i] ? 1 : 0;
            }
        }
        Shape square = new Shape(n, n);
        return SCRIPT.array(
                manager,
                "loss",
                z,
                Torch.array(manager, positives, square),
                Torch.array(manager, others, square),
                temperature);
    }

    @Override
    public Backbone model() {
        return model;
    }

    @Override
    public Map<String, Parameter> parameters() {
        Map<String, ParameterInfo> infos = model.parameterInfos();
        Map<String, Parameter> out = withProjection(model.trainedParameters());
        out.keySet().removeIf(name -> infos.containsKey(name) && infos.get(name).role() == Role.CLASSIFIER);
        return out;
    }

    @Override
    public Map<String, ParameterInfo> parameterInfos() {
        Map<String, ParameterInfo> out = new LinkedHashMap<>(model.parameterInfos());
        projection.parameterInfos().forEach((name, info) -> out.put(PROJECTION + name, info));
        return out;
    }

    @Override
    public Map<String, Parameter> state() {
        return withProjection(model.namedParameters());
    }

    private Map<String, Parameter> withProjection(Map<String, Parameter> ofModel) {
        Map<String, Parameter> out = new LinkedHashMap<>(ofModel);
        projection.namedParameters().forEach((name, p) -> out.put(PROJECTION + name, p));
        return out;
    }
}
