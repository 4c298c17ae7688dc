package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes a masked dense encoder equal to a sparse one (ConvNeXt V2, section 3). */
class MaskedEncoderTest {
    private static final int PATCH = 4;
    private static final int SIDE = 7;

    @ParameterizedTest
    @ValueSource(strings = {"convnext_micro", "convnextv2_micro"})
    void pixelsOfRemovedPatchesChangeNothingVisible(String name) {
        try (NDManager manager = Torch.newManager()) {
            ConvNeXt model = lively(manager, name);
            float[] mask = mask();
            Pass pass = Pass.evaluation().withVisible(manager.create(mask, new Shape(1, 1, SIDE, SIDE)));
            NDArray x = Golden.fill(manager, new Shape(1, 1, 28, 28), 0);
            NDArray other = x.add(pixels(manager, mask, 0).mul(5));
            float[] before = model.forwardFeatures(x, pass).toFloatArray();
            float[] after = model.forwardFeatures(other, pass).toFloatArray();
            double changed = 0;
            for (int i = 0; i < before.length; i++) {
                if (mask[i % mask.length] == 1) {
                    assertEquals(before[i], after[i], 1e-6, "visible value " + i);
                } else {
                    changed = Math.max(changed, Math.abs(before[i] - after[i]));
                }
            }
            assertTrue(changed > 1e-3, "the altered pixels were seen nowhere: the test tests nothing");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"convnext_micro", "convnextv2_micro"})
    void visibleOutputsHaveNoGradientInRemovedPatches(String name) {
        try (NDManager manager = Torch.newManager()) {
            ConvNeXt model = lively(manager, name);
            float[] mask = mask();
            NDArray visible = manager.create(mask, new Shape(1, 1, SIDE, SIDE));
            NDArray x = Golden.fill(manager, new Shape(1, 1, 28, 28), 0);
            x.setRequiresGradient(true);
            try (GradientCollector collector = Torch.engine().newGradientCollector()) {
                NDArray y = model.forwardFeatures(x, Pass.evaluation().withVisible(visible));
                collector.backward(y.square().mul(visible).sum());
            }
            float[] gradient = x.getGradient().toFloatArray();
            float[] removed = pixels(manager, mask, 0).toFloatArray();
            double seen = 0;
            for (int i = 0; i < gradient.length; i++) {
                if (removed[i] == 1) {
                    assertEquals(0, gradient[i], "pixel " + i);
                }
                seen = Math.max(seen, Math.abs(gradient[i]));
            }
            assertTrue(seen > 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"convnext_micro", "convnextv2_micro"})
    void withNothingRemovedItIsThePlainEncoder(String name) {
        try (NDManager manager = Torch.newManager()) {
            ConvNeXt model = lively(manager, name);
            NDArray x = Golden.fill(manager, new Shape(2, 1, 28, 28), 0);
            NDArray all = manager.ones(new Shape(2, 1, SIDE, SIDE));
            float[] plain = model.forwardFeatures(x, Pass.evaluation()).toFloatArray();
            float[] masked =
                    model.forwardFeatures(x, Pass.evaluation().withVisible(all)).toFloatArray();
            assertArrayEquals(plain, masked, 1e-6f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"convnext_micro", "convnextv2_micro"})
    void decoderSeesTheTokenInPlaceOfRemovedFeatures(String name) {
        try (NDManager manager = Torch.newManager()) {
            FcmaeDecoder decoder = new FcmaeDecoder(lively(manager, name), FcmaeDecoder.Config.ofWidth(16));
            decoder.initialize(manager, 1);
            NDArray mask = manager.create(mask(), new Shape(1, 1, SIDE, SIDE));
            Pass pass = Pass.evaluation().withVisible(mask);
            NDArray features = Golden.fill(manager, new Shape(1, 64, SIDE, SIDE), 0);
            NDArray y = decoder.apply(features, pass);
            assertEquals(new Shape(1, SIDE * SIDE, PATCH * PATCH), y.getShape());
            NDArray other = decoder.apply(features.add(mask.neg().add(1)), pass);
            assertArrayEquals(y.toFloatArray(), other.toFloatArray(), 1e-6f);
            Parameter token = decoder.namedParameters().get("mask_token");
            Golden.set(token.getArray(), Golden.fill(16, 3, 1, 0));
            float[] moved = decoder.apply(features, pass).toFloatArray();
            assertTrue(Math.abs(moved[1] - y.toFloatArray()[1]) > 1e-6, "the token changes what is predicted");
        }
    }

    /** LayerScale and GRN start as good as switched off; here every block counts. */
    private static ConvNeXt lively(NDManager manager, String name) {
        ConvNeXt model = (ConvNeXt) Nets.create(manager, name);
        model.namedParameters().forEach((key, p) -> {
            if (key.endsWith(".gamma") || key.contains(".grn.")) {
                Golden.set(p.getArray(), Golden.fill(p.getArray().size(), key.length(), 1, 0));
            }
            if (key.endsWith("conv_dw.weight")) {
                Golden.set(p.getArray(), Golden.fill(p.getArray().size(), 2, 0.2, 0));
            }
        });
        return model;
    }

    private static float[] mask() {
        float[] mask = new float[SIDE * SIDE];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i * 11 % 49 < 19 ? 1 : 0;
        }
        return mask;
    }

    /** Returns an image that is 1 where the mask has the given value. */
    private static NDArray pixels(NDManager manager, float[] mask, float value) {
        float[] out = new float[28 * 28];
        for (int i = 0; i < out.length; i++) {
            out[i] = mask[i / 28 / PATCH * SIDE + i % 28 / PATCH] == value ? 1 : 0;
        }
        return manager.create(out, new Shape(1, 1, 28, 28));
    }
}
