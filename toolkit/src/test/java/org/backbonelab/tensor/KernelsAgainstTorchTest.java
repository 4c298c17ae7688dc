package org.backbonelab.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel and its gradients against torch in float64. */
class KernelsAgainstTorchTest {
    private static final Golden GOLDEN = Golden.load("kernels");

    private interface Kernel {
        NDArray apply(NDArray x, List<NDArray> p);
    }

    private record Case(Kernel kernel, Shape x, Shape... parameters) {}

    private static final Map<String, Case> CASES = new TreeMap<>(Map.ofEntries(
            Map.entry(
                    "linear",
                    new Case(
                            (x, p) -> Kernels.linear(x, p.get(0), p.get(1), false),
                            new Shape(2, 5, 3),
                            new Shape(4, 3),
                            new Shape(4))),
            Map.entry("conv strided", conv(2, 1, 1, new Shape(2, 4, 7, 7), new Shape(6, 4, 3, 3))),
            Map.entry("conv grouped", conv(1, 1, 2, new Shape(2, 4, 5, 5), new Shape(6, 2, 3, 3))),
            Map.entry("conv depthwise", conv(1, 3, 4, new Shape(2, 4, 5, 5), new Shape(4, 1, 7, 7))),
            Map.entry(
                    "layer norm",
                    new Case(
                            (x, p) -> Kernels.layerNorm(x, p.get(0), p.get(1), 1e-6, false),
                            new Shape(2, 5, 6),
                            new Shape(6),
                            new Shape(6))),
            Map.entry(
                    "group norm",
                    new Case(
                            (x, p) -> Kernels.groupNorm(x, 2, p.get(0), p.get(1), 1e-5),
                            new Shape(2, 4, 3, 3),
                            new Shape(4),
                            new Shape(4))),
            Map.entry("gelu erf", new Case((x, p) -> Kernels.gelu(x, false), new Shape(3, 7))),
            Map.entry("gelu tanh", new Case((x, p) -> Kernels.gelu(x, true), new Shape(3, 7))),
            Map.entry("attention", new Case((x, p) -> Kernels.attention(x, 2, false, false), new Shape(2, 5, 12))),
            Map.entry("attention plain", new Case((x, p) -> Kernels.attention(x, 2, true, false), new Shape(2, 5, 12))),
            Map.entry("spatial mean", new Case((x, p) -> Kernels.spatialMean(x), new Shape(2, 3, 4, 4))),
            Map.entry("cross entropy", new Case((x, p) -> Kernels.crossEntropy(x, softTargets(x), 0), new Shape(3, 5))),
            Map.entry(
                    "cross entropy smoothed",
                    new Case((x, p) -> Kernels.crossEntropy(x, softTargets(x), 0.1), new Shape(3, 5))),
            Map.entry(
                    "binary cross entropy",
                    new Case((x, p) -> Kernels.binaryCrossEntropy(x, softTargets(x), 0), new Shape(3, 5)))));

    private static Case conv(int stride, int padding, int groups, Shape x, Shape w) {
        Kernels.Geometry geometry = new Kernels.Geometry(stride, padding, groups);
        return new Case((in, p) -> Kernels.conv(in, p.get(0), p.get(1), geometry, false), x, w, new Shape(w.get(0)));
    }

    static NDArray softTargets(NDArray logits) {
        return Golden.fill(logits.getManager(), logits.getShape(), 3).softmax(1);
    }

    static List<String> names() {
        return List.copyOf(CASES.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void valueAndGradientsFollowTorch(String name) {
        Case test = CASES.get(name);
        String key = name.equals("attention plain") ? "attention" : name;
        try (NDManager manager = Torch.newManager()) {
            List<NDArray> leaves = new ArrayList<>();
            leaves.add(Golden.fill(manager, test.x, 0));
            for (int k = 0; k < test.parameters.length; k++) {
                float[] values = Golden.fill(test.parameters[k].size(), k + 1, 0.5, 0);
                leaves.add(manager.create(values, test.parameters[k]));
            }
            leaves.forEach(leaf -> leaf.setRequiresGradient(true));
            List<NDArray> gradients = Torch.withGradients(() -> {
                NDArray y = test.kernel.apply(leaves.get(0), leaves.subList(1, leaves.size()));
                Golden.assertClose(GOLDEN.values(key, "y"), y, name);
                return Kernels.grad(
                        y.mul(Golden.fill(manager, y.getShape(), 0.5)).sum(), leaves);
            });
            Golden.assertClose(GOLDEN.values(key, "x.grad"), gradients.get(0), name + ": gradient of x");
            for (int k = 1; k < leaves.size(); k++) {
                Golden.assertClose(GOLDEN.values(key, k + ".grad"), gradients.get(k), name + ": gradient " + k);
            }
        }
    }

    @org.junit.jupiter.api.Test
    void hessianVectorProductFollowsTorch() {
        try (NDManager manager = Torch.newManager()) {
            List<NDArray> weights = HessianProducts.weights(manager);
            List<NDArray> vector = HessianProducts.vector(manager, weights);
            List<NDArray> product = Torch.withGradients(() -> {
                NDArray loss = HessianProducts.loss(manager, weights);
                assertEquals(GOLDEN.values("hessian", "loss")[0], loss.getFloat(), 1e-6);
                return Kernels.hessianVectorProduct(Kernels.differentiableGrad(loss, weights), weights, vector);
            });
            Golden.assertClose(GOLDEN.values("hessian", "1"), product.get(0), "H v, first");
            Golden.assertClose(GOLDEN.values("hessian", "2"), product.get(1), "H v, second");
        }
    }
}
