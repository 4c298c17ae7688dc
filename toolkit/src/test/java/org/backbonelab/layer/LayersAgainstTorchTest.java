package org.backbonelab.layer;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import java.util.stream.Stream;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Output, gradient of the input and of every parameter, against torch 1.13 in float64. */
class LayersAgainstTorchTest {
    private static final Golden GOLDEN = Golden.load("layers");

    static Stream<Arguments> layers() {
        return Stream.of(
                arguments("conv", conv(new Conv.Spec(3, 4, 3, 1, 1, 1)), new Shape(2, 3, 5, 5)),
                arguments("conv_strided", conv(Conv.Spec.same(3, 4, 3, 2)), new Shape(2, 3, 6, 6)),
                arguments("conv_patch", conv(Conv.Spec.patch(2, 3, 2)), new Shape(2, 2, 4, 4)),
                arguments("conv_grouped", conv(new Conv.Spec(4, 6, 3, 1, 1, 2)), new Shape(2, 4, 4, 4)),
                arguments("conv_depthwise", conv(Conv.Spec.depthwise(3, 7)), new Shape(1, 3, 5, 5)),
                arguments("linear", new Linear(4, 5, Init.ZEROS), new Shape(2, 3, 4)),
                arguments("layer_norm_last", LayerNorm.last(6), new Shape(2, 3, 6)),
                arguments("layer_norm_channels", LayerNorm.channels(4), new Shape(2, 4, 3, 3)),
                arguments("mlp", new Mlp(4, 6, Init.ZEROS, Init.ZEROS, "act"), new Shape(2, 3, 4)),
                arguments("attention", new Attention(4, 2, Init.ZEROS), new Shape(2, 5, 4)),
                arguments("grn", new Grn(4), new Shape(2, 3, 3, 4)),
                arguments("scaled_std_conv", new ScaledStdConv(Conv.Spec.same(2, 3, 3, 1)), new Shape(2, 2, 4, 4)),
                arguments(
                        "scaled_std_conv_grouped",
                        new ScaledStdConv(new Conv.Spec(4, 4, 3, 2, 1, 2)),
                        new Shape(1, 4, 5, 5)));
    }

    private static Layer conv(Conv.Spec spec) {
        return new Conv(spec, Init.ZEROS, true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layers")
    void outputAndGradientsAgree(String name, Layer layer, Shape shape) {
        try (NDManager manager = Torch.newManager()) {
            layer.initialize(manager, 0);
            Golden.fillParameters(layer);
            NDArray x = Golden.fill(manager, shape, 0);
            check(name, layer, x, null, Pass.evaluation());
        }
    }

    /** A hand-written root of a sum of squares has an infinite derivative at zero: NaN, were it not guarded. */
    @Test
    void grnOfADeadChannelHasFiniteGradients() {
        try (NDManager manager = Torch.newManager()) {
            Grn grn = new Grn(3);
            grn.initialize(manager, 0);
            Golden.fillParameters(grn);
            NDArray x = Golden.fill(manager, new Shape(2, 2, 2, 3), 0);
            NDArray alive = manager.create(new float[] {1, 0, 1});
            check("grn_dead", grn, x, alive, Pass.evaluation());
        }
    }

    @Test
    void batchNormInTrainingAgreesAndUpdatesItsStatistics() {
        try (NDManager manager = Torch.newManager()) {
            BatchNorm norm = batchNorm(manager);
            check("batch_norm", norm, Golden.fill(manager, new Shape(2, 3, 3, 2), 0), null, Pass.training(0));
            for (String buffer : new String[] {"running_mean", "running_var"}) {
                NDArray value = norm.namedParameters().get(buffer).getArray();
                Golden.assertClose(GOLDEN.values("batch_norm", buffer), value, buffer);
            }
        }
    }

    @Test
    void batchNormInEvaluationUsesItsStatisticsAndKeepsThem() {
        try (NDManager manager = Torch.newManager()) {
            BatchNorm norm = batchNorm(manager);
            NDArray mean = norm.namedParameters().get("running_mean").getArray();
            float[] before = mean.toFloatArray();
            NDArray y = norm.apply(Golden.fill(manager, new Shape(2, 3, 3, 2), 0), Pass.evaluation());
            Golden.assertClose(GOLDEN.values("batch_norm", "eval.y"), y, "eval.y");
            org.junit.jupiter.api.Assertions.assertArrayEquals(before, mean.toFloatArray());
        }
    }

    /** The second pass of SAM: the batch's own statistics normalise, the running ones stay. */
    @Test
    void batchNormWithoutStatisticsNormalisesByTheBatchAndKeepsThem() {
        try (NDManager manager = Torch.newManager()) {
            BatchNorm norm = batchNorm(manager);
            NDArray mean = norm.namedParameters().get("running_mean").getArray();
            NDArray variance = norm.namedParameters().get("running_var").getArray();
            float[] meanBefore = mean.toFloatArray();
            float[] varianceBefore = variance.toFloatArray();
            Pass pass = Pass.training(0).withoutStatistics();
            check("batch_norm", norm, Golden.fill(manager, new Shape(2, 3, 3, 2), 0), null, pass);
            org.junit.jupiter.api.Assertions.assertArrayEquals(meanBefore, mean.toFloatArray());
            org.junit.jupiter.api.Assertions.assertArrayEquals(varianceBefore, variance.toFloatArray());
        }
    }

    private static BatchNorm batchNorm(NDManager manager) {
        BatchNorm norm = new BatchNorm(3, Init.ONES);
        norm.initialize(manager, 0);
        Golden.fillParameters(norm);
        return norm;
    }

    private static void check(String name, Layer layer, NDArray x, NDArray factor, Pass pass) {
        x.setRequiresGradient(true);
        try (GradientCollector collector = Torch.engine().newGradientCollector()) {
            NDArray y = layer.apply(factor == null ? x : x.mul(factor), pass);
            NDArray weight = Golden.fill(x.getManager(), y.getShape(), 0.5);
            Golden.assertClose(GOLDEN.values(name, "y"), y, name + ": y");
            collector.backward(y.mul(weight).sum());
        }
        Golden.assertClose(GOLDEN.values(name, "x.grad"), x.getGradient(), name + ": gradient of x");
        int k = 0;
        for (Parameter p : layer.namedParameters().values()) {
            k++;
            if (p.requiresGradient()) {
                NDArray gradient = p.getArray().getGradient();
                Golden.assertClose(GOLDEN.values(name, k + ".grad"), gradient, name + ": gradient of " + p.getName());
            }
        }
    }
}
