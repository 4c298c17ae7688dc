package org.backbonelab.train.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Masked pre-training against PyTorch's answer, which {@code make_fcmae.py} wrote from the paper's formulas. */
class MaskedGoldenTest {
    private static final int SIZE = 16;
    private static final int COUNT = 3;

    private final Golden golden = Golden.load("fcmae");

    @ParameterizedTest
    @CsvSource({"v1, PACKED", "v1, MASKED", "v2, PACKED", "v2, MASKED"})
    void lossAndGradientsAreThoseOfTheFormulas(String version, Masked.Encoding encoding) {
        try (NDManager manager = Torch.newManager()) {
            Masked masked = masked(manager, version.equals("v2"), encoding);
            List<String> names = golden.names(version, "gradients");
            assertEquals(List.copyOf(masked.parameters().keySet()), names);
            List<NDArray> weights = new ArrayList<>();
            for (Parameter p : masked.parameters().values()) {
                weights.add(p.getArray());
                Golden.set(p.getArray(), Golden.fill(p.getArray().size(), weights.size(), 0.5, 0));
            }
            float[] pixels = Golden.fill((long) COUNT * SIZE * SIZE, 0, 1, 0);
            Batch batch = new Batch(pixels, new int[COUNT], 1, SIZE);
            float[] value = new float[1];
            List<NDArray> gradients = Torch.withGradients(() -> {
                NDArray loss = masked.loss(manager, batch, Pass.training(1));
                value[0] = loss.getFloat();
                return Kernels.grad(loss, weights);
            });
            double expected = golden.values(version, "loss")[0];
            assertEquals(expected, value[0], 1e-5 * expected);
            for (int i = 0; i < names.size(); i++) {
                Golden.assertClose(golden.values(version, "gradients", names.get(i)), gradients.get(i), names.get(i));
            }
        }
    }

    private Masked masked(NDManager manager, boolean v2, Masked.Encoding encoding) {
        ConvNeXt.Config config = new ConvNeXt.Config(v2, 2, List.of(4, 8), List.of(1, 1));
        ConvNeXt encoder = new ConvNeXt(new ImageSpec(1, SIZE, 10), config, 0);
        encoder.initialize(manager, 0);
        FcmaeDecoder decoder = new FcmaeDecoder(encoder, FcmaeDecoder.Config.ofWidth(6));
        decoder.initialize(manager, 0);
        Masked masked = new Masked(encoder, decoder, 0.6, encoding);
        float[] drawn = Masked.mask(COUNT, 16, 0.6, Pass.training(1).seed("mask"));
        double[] given = golden.values("masks");
        assertArrayEquals(
                given,
                IntStream.range(0, drawn.length).mapToDouble(i -> drawn[i]).toArray());
        return masked;
    }
}
