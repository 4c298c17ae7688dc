package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.TinyNet;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;

class LossSurfaceTest {
    @Test
    void centreIsTheLossAndTheWeightsComeBack() {
        try (NDManager manager = Torch.newManager()) {
            TinyNet net = TinyNet.golden(manager);
            Supervised objective = new Supervised(net, 0);
            Batch batch = TinyNet.goldenBatch();
            double loss = objective.loss(manager, batch, Pass.evaluation()).getFloat();
            Map<String, float[]> before = Nets.values(net.namedParameters());
            List<Double> losses = LossSurface.losses(objective, batch, 0);
            assertEquals(LossSurface.POINTS * LossSurface.POINTS, losses.size());
            assertEquals(loss, losses.get(losses.size() / 2), 1e-7);
            assertTrue(losses.stream().distinct().count() > 100, "a surface, not a constant");
            Nets.values(net.namedParameters()).forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
        }
    }

    @Test
    void axisIsSymmetricWithZeroInTheMiddle() {
        double[] axis = LossSurface.axis();
        assertEquals(-1, axis[0]);
        assertEquals(0, axis[LossSurface.POINTS / 2]);
        assertEquals(1, axis[LossSurface.POINTS - 1]);
    }

    /** Each row of a direction has the norm of the weights' row; vectors stay; tokens count one by one. */
    @Test
    void directionsAreFilterNormalised() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            try (WeightSpace space = new WeightSpace(new Supervised(model, 0), Nets.batch(2))) {
                List<NDArray> direction = LossSurface.direction(space, 4);
                List<String> names = List.copyOf(model.trainedParameters().keySet());
                for (int i = 0; i < direction.size(); i++) {
                    NDArray w = space.origin().get(i);
                    check(names.get(i), w, direction.get(i));
                }
            }
        }
    }

    private static void check(String name, NDArray weight, NDArray direction) {
        float[] w = weight.toFloatArray();
        float[] d = direction.toFloatArray();
        if (weight.getShape().dimension() < 2) {
            assertArrayEquals(new float[w.length], d, 1e-30f, name);
            return;
        }
        boolean tokens = name.equals("cls_token") || name.equals("pos_embed");
        int width = Math.toIntExact(
                tokens ? weight.getShape().tail() : w.length / weight.getShape().get(0));
        for (int start = 0; start < w.length; start += width) {
            double expected = norm(w, start, width);
            assertEquals(expected, norm(d, start, width), 1e-5 * Math.max(1, expected), name + " from " + start);
        }
    }

    private static double norm(float[] values, int start, int width) {
        double sum = 0;
        for (int i = start; i < start + width; i++) {
            sum += (double) values[i] * values[i];
        }
        return Math.sqrt(sum);
    }
}
