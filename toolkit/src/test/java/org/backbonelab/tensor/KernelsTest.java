package org.backbonelab.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.backbonelab.optim.AdamW;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;

class KernelsTest {
    @Test
    void bf16IsCloseToButNotFp32AndItsGradientsAreFp32() {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = Golden.fill(manager, new Shape(8, 16, 6, 6), 0);
            NDArray w = Golden.fill(manager, new Shape(8, 16, 3, 3), 1);
            w.setRequiresGradient(true);
            Kernels.Geometry geometry = new Kernels.Geometry(1, 1, 1);
            float[] exact = Kernels.conv(x, w, null, geometry, false).toFloatArray();
            NDArray low = Kernels.conv(x, w, null, geometry, true);
            assertWithin(0.02, exact, Kernels.toFloat(low).toFloatArray());
            NDArray head = Golden.fill(manager, new Shape(5, 6), 2);
            assertWithin(
                    0.02,
                    Kernels.linear(x, head, null, false).toFloatArray(),
                    Kernels.toFloat(Kernels.linear(x, head, null, true)).toFloatArray());
            float[][] gradients = new float[2][];
            for (int i = 0; i < 2; i++) {
                boolean bf16 = i == 1;
                gradients[i] = Torch.withGradients(() -> {
                            NDArray y = Kernels.conv(x, w, null, geometry, bf16);
                            return Kernels.grad(Kernels.toFloat(y).square().sum(), List.of(w));
                        })
                        .get(0)
                        .toFloatArray();
            }
            assertWithin(0.02, gradients[0], gradients[1]);
        }
    }

    /** In libtorch 2.7.1 the gradient of such a convolution spoils the heap, from 2 to 15 channels. */
    @Test
    void stridedPointConvolutionOfFewChannelsIsThatOfEverySecondPosition() {
        try (NDManager manager = Torch.newManager()) {
            NDArray w = Kernels.convolutionLayout(Golden.fill(manager, new Shape(256, 3, 1, 1), 1));
            w.setRequiresGradient(true);
            float[][] strided = new float[2][];
            float[][] picked = new float[2][];
            for (int round = 0; round < 20; round++) {
                try (NDManager sub = manager.newSubManager()) {
                    NDArray x = Golden.fill(sub, new Shape(2, 3, 64, 64), round);
                    strided = outputAndGradient(x, w, 2);
                    picked = outputAndGradient(x.get(":, :, ::2, ::2"), w, 1);
                }
                assertArrayEquals(picked[0], strided[0], 1e-6f);
                assertArrayEquals(picked[1], strided[1], 1e-4f);
            }
        }
    }

    private static float[][] outputAndGradient(NDArray x, NDArray w, int stride) {
        return Torch.withGradients(() -> {
            NDArray y = Kernels.conv(x, w, null, new Kernels.Geometry(stride, 0, 1), false);
            NDArray g = Kernels.grad(y.square().mean(), List.of(w)).get(0);
            return new float[][] {y.toFloatArray(), g.toFloatArray()};
        });
    }

    private static void assertWithin(double share, float[] exact, float[] low) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < exact.length; i++) {
            largest = Math.max(largest, Math.abs(exact[i]));
            difference = Math.max(difference, Math.abs(exact[i] - low[i]));
        }
        assertTrue(difference > 0, "bfloat16 was not used");
        assertTrue(difference <= share * largest, difference + " of " + largest);
    }

    /** A weight laid out for convolutions, with state put back from a checkpoint: as if it had never been away. */
    @Test
    void layoutsSurviveAssigningAndRestoring() {
        try (NDManager manager = Torch.newManager()) {
            NDArray values = Golden.fill(manager, new Shape(4, 3, 3, 3), 1);
            NDArray weight = Kernels.convolutionLayout(values);
            NDArray other = Kernels.convolutionLayout(Golden.fill(manager, new Shape(4, 3, 3, 3), 5));
            Kernels.assign(other, values);
            NDArray gradient = Golden.fill(manager, new Shape(4, 3, 3, 3), 2);
            AdamW kept = new AdamW(0.1, 0.1, 0.9, 0.999);
            AdamW restored = new AdamW(0.1, 0.1, 0.9, 0.999);
            kept.step(List.of("w"), List.of(weight), List.of(gradient));
            Map<String, NDArray> state = new TreeMap<>();
            kept.state()
                    .forEach((name, array) -> state.put(name, manager.create(array.toFloatArray(), array.getShape())));
            restored.restore(state, kept.steps());
            Kernels.assign(other, weight);
            kept.step(List.of("w"), List.of(weight), List.of(gradient));
            restored.step(List.of("w"), List.of(other), List.of(gradient));
            assertArrayEquals(weight.toFloatArray(), other.toFloatArray());
            NDArray plain = Golden.fill(manager, new Shape(4, 3, 3, 3), 1);
            AdamW third = new AdamW(0.1, 0.1, 0.9, 0.999);
            third.step(List.of("w"), List.of(plain), List.of(gradient));
            third.step(List.of("w"), List.of(plain), List.of(gradient));
            assertArrayEquals(plain.toFloatArray(), weight.toFloatArray(), 1e-6f);
        }
    }

    @Test
    void batchNormKeepsRunningStatisticsWhenToldTo() {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = Golden.fill(manager, new Shape(4, 3, 5, 5), 0);
            List<NDArray> affine = List.of(manager.ones(new Shape(3)), manager.zeros(new Shape(3)));
            List<NDArray> running = List.of(manager.zeros(new Shape(3)), manager.ones(new Shape(3)));
            NDArray still = Kernels.batchNorm(x, affine, running, new Kernels.Statistics(true, 0), 1e-5, false);
            assertArrayEquals(new float[3], running.get(0).toFloatArray());
            NDArray moved = Kernels.batchNorm(x, affine, running, new Kernels.Statistics(true, 0.1), 1e-5, false);
            assertArrayEquals(still.toFloatArray(), moved.toFloatArray());
            float[] mean = x.transpose(1, 0, 2, 3)
                    .reshape(3, 100)
                    .mean(new int[] {1})
                    .mul(0.1f)
                    .toFloatArray();
            assertArrayEquals(mean, running.get(0).toFloatArray(), 1e-6f);
        }
    }

    @Test
    void batchNormOfOneValueAChannelIsNotANumberAndKeepsRunningStatistics() {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = Golden.fill(manager, new Shape(1, 3, 1, 1), 0);
            List<NDArray> affine = List.of(manager.ones(new Shape(3)), manager.zeros(new Shape(3)));
            List<NDArray> running = List.of(manager.zeros(new Shape(3)), manager.ones(new Shape(3)));
            for (double momentum : new double[] {0.1, 0}) {
                NDArray y = Kernels.batchNorm(x, affine, running, new Kernels.Statistics(true, momentum), 1e-5, true);
                assertArrayEquals(new float[] {Float.NaN, Float.NaN, Float.NaN}, y.toFloatArray());
                assertArrayEquals(new float[3], running.get(0).toFloatArray());
                assertArrayEquals(new float[] {1, 1, 1}, running.get(1).toFloatArray());
            }
            NDArray y = Kernels.batchNorm(x, affine, running, new Kernels.Statistics(false, 0), 0, false);
            assertArrayEquals(x.toFloatArray(), y.toFloatArray(), 1e-6f, "evaluation needs no variance of the batch");
        }
    }

    @Test
    void wrongShapeShowsLibtorchsMessage() {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = manager.ones(new Shape(2, 3));
            String message = assertThrows(
                            EngineException.class, () -> Kernels.linear(x, manager.ones(new Shape(4, 5)), null, false))
                    .getMessage();
            assertTrue(message.contains("2x3") && message.contains("5x4"), message);
        }
    }

    /** A graph with create_graph that outlives its call would keep all activations for ever. */
    @Test
    void thousandHessianProductsLeakNothing() throws IOException {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = manager.ones(new Shape(64, 256));
            NDArray w = Golden.fill(manager, new Shape(256, 256), 1);
            w.setRequiresGradient(true);
            NDArray v = Golden.fill(manager, new Shape(256, 256), 2);
            products(100, x, w, v);
            long before = residentKilobytes();
            products(1000, x, w, v);
            long grown = residentKilobytes() - before;
            // One product's graph is over 1 MB.
            assertTrue(grown < 50_000, grown + " kB more after 1,000 products");
        }
    }

    /** The weighted sum of the values is the attention itself, which is held against torch. */
    @Test
    void attentionWeightsWeighTheValues() {
        try (NDManager manager = Torch.newManager()) {
            NDArray qkv = Golden.fill(manager, new Shape(2, 5, 3 * 8), 1);
            NDArray weights = Kernels.attentionWeights(qkv, 2);
            assertEquals(new Shape(2, 2, 5, 5), weights.getShape());
            NDArray values = qkv.get(":,:,16:").reshape(2, 5, 2, 4).transpose(0, 2, 1, 3);
            NDArray mixed = weights.matMul(values).transpose(0, 2, 1, 3).reshape(2, 5, 8);
            assertArrayEquals(Kernels.attention(qkv, 2, true, false).toFloatArray(), mixed.toFloatArray(), 1e-6f);
        }
    }

    private static void products(int count, NDArray x, NDArray w, NDArray v) {
        for (int i = 0; i < count; i++) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Torch.withGradients(() -> {
                    NDArray loss = Kernels.gelu(Kernels.linear(x, w, null, false), false)
                            .sum();
                    return Kernels.hessianVectorProduct(
                            Kernels.differentiableGrad(loss, List.of(w)), List.of(w), List.of(v));
                });
            }
        }
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    @Test
    void processorIsReadFromItsFlagsAndVendor() {
        assertEquals(
                new Processor(true, true),
                Processor.of(List.of("vendor_id\t: AuthenticAMD", "flags\t: fpu avx512_bf16 clzero")));
        assertEquals(
                new Processor(true, false),
                Processor.of(List.of("vendor_id\t: GenuineIntel", "flags\t: fpu amx_tile amx_bf16")));
        assertEquals(
                new Processor(false, false),
                Processor.of(List.of("flags\t: fpu avx512f", "other : avx512_bf16 ", "flags\t: avx512_bf16")));
        assertEquals(new Processor(false, false), Processor.of(List.of()));
        assertEquals(Precision.BF16, Precision.BF16.resolve());
        assertEquals(Precision.FP32, Precision.FP32.resolve());
        assertTrue(Precision.AUTO.resolve() != Precision.AUTO);
    }

    /** Whichever route this processor takes, the other one gives the same. */
    @Test
    void productsAreTheSameByConvolution() {
        TorchScript kernels = TorchScript.load(Kernels.class, "Kernels.py");
        try (NDManager manager = Torch.newManager()) {
            NDArray w = Golden.fill(manager, new Shape(6, 5), 1);
            NDArray b = Golden.fill(manager, new Shape(6), 2);
            for (Shape shape :
                    List.of(new Shape(3, 4, 5), new Shape(3, 2, 2, 5), new Shape(1, 4, 5), new Shape(3, 5))) {
                NDArray x = Golden.fill(manager, shape, 3);
                NDArray plain = kernels.array(manager, "linear", x, w, b, false, false);
                NDArray byConvolution = kernels.array(manager, "linear", x, w, b, false, true);
                assertEquals(plain.getShape(), byConvolution.getShape());
                assertArrayEquals(plain.toFloatArray(), byConvolution.toFloatArray(), 1e-5f);
            }
        }
    }
}
