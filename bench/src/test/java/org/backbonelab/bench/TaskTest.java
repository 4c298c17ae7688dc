package org.backbonelab.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskTest {
    private static int parameters(Task task) {
        return task.weights().stream().mapToInt(Weight::size).sum();
    }

    /** By hand, from dim 192, depth 6, patch 4; widths 32 to 256, 2 blocks each; dims 40 to 320, depths 2-2-6-2. */
    @Test
    void networksHaveTheirParameters() {
        int dim = 192;
        int block = 2 * 2 * dim + (dim + 1) * 3 * dim + (dim + 1) * dim + (dim + 1) * 4 * dim + (4 * dim + 1) * dim;
        assertEquals((3 * 16 + 1) * dim + dim + 65 * dim + 6 * block + 2 * dim + (dim + 1) * 10, parameters(Task.VIT));

        int resnet = (3 * 9 + 2) * 32 + (256 + 1) * 10;
        int in = 32;
        for (int width : new int[] {32, 64, 128, 256}) {
            resnet += in * width * 9 + 3 * width * width * 9 + 4 * 2 * width;
            resnet += in == width ? 0 : in * width + 2 * width;
            in = width;
        }
        assertEquals(resnet, parameters(Task.RESNET));

        int[] dims = {40, 80, 160, 320};
        int[] depths = {2, 2, 6, 2};
        int convnext = (3 * 4 + 1 + 2) * 40 + 2 * 320 + (320 + 1) * 10;
        for (int i = 0; i < 4; i++) {
            int d = dims[i];
            convnext += depths[i] * (d + 50 * d + 2 * d + (d + 1) * 4 * d + (4 * d + 1) * d);
            convnext += i == 0 ? 0 : 2 * dims[i - 1] + (dims[i - 1] * 4 + 1) * d;
        }
        assertEquals(convnext, parameters(Task.CONVNEXT));
    }

    @Test
    void adamwHas25MillionParametersIn150Tensors() {
        List<Weight> weights = Task.ADAMW.weights();
        assertEquals(150, weights.size());
        assertEquals(25e6, parameters(Task.ADAMW), 1e5);
    }

    @ParameterizedTest
    @EnumSource(names = {"VIT", "RESNET", "CONVNEXT", "ADAMW"})
    void initialValuesAreTheSameInEveryProcess(Task task) {
        Weight first = task.weights().get(0);
        assertArrayEquals(task.weights().get(0).values(), first.values());
        Set<String> names = new HashSet<>();
        task.weights().forEach(w -> names.add(w.name()));
        assertEquals(task.weights().size(), names.size());
    }

    @ParameterizedTest
    @EnumSource(names = {"VIT", "RESNET", "CONVNEXT", "ADAMW"})
    void scriptsCompile(Task task) {
        Script.module(task);
    }
}
