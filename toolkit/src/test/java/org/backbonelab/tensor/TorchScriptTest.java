package org.backbonelab.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class TorchScriptTest {
    private static final TorchScript SCRIPT = TorchScript.compile("Script", """
            class Script(Module):
              def scaled(self, x: Tensor, factor: float, twice: bool) -> Tensor:
                y = torch.mul(x, factor)
                if twice:
                  y = torch.mul(y, 2)
                return y
              def or_self(self, x: Tensor, other: Optional[Tensor]) -> Tensor:
                if torch.__is__(other, None):
                  return x
                return unchecked_cast(Tensor, other)
              def swap(self, xs: List[Tensor]) -> List[Tensor]:
                return [xs[1], xs[0]]
              def total(self, x: Tensor, sizes: List[int], weights: List[float]) -> float:
                return torch.add(torch.mul(torch.item(torch.sum(x)), weights[1]), sizes[0])
            """);

    @Test
    void passesEveryKindOfArgument() {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = manager.create(new float[] {1, 2, 3});
            NDArray y = manager.create(new float[] {4, 5});
            assertArrayEquals(
                    new float[] {3, 6, 9},
                    SCRIPT.array(manager, "scaled", x, 1.5, true).toFloatArray());
            assertArrayEquals(
                    new float[] {1, 2, 3},
                    SCRIPT.array(manager, "or_self", x, null).toFloatArray());
            assertArrayEquals(
                    new float[] {4, 5}, SCRIPT.array(manager, "or_self", x, y).toFloatArray());
            List<NDArray> swapped = SCRIPT.arrays(manager, "swap", List.of(x, y));
            assertArrayEquals(new float[] {4, 5}, swapped.get(0).toFloatArray());
            try (TorchScript.Value value = SCRIPT.run("total", x, new long[] {7}, new double[] {0, 0.5})) {
                assertEquals(10, value.number());
            }
        }
    }

    @Test
    void recordsGradientsAndStopsWhereToldTo() {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = manager.create(new float[] {1, 2, 3});
            x.setRequiresGradient(true);
            NDArray loss = Torch.withGradients(
                    () -> SCRIPT.array(manager, "scaled", x, 1.5, true).sum());
            NDArray unused = manager.create(new float[] {1, 2});
            unused.setRequiresGradient(true);
            List<NDArray> gradients = Kernels.grad(loss, List.of(x, unused));
            assertArrayEquals(new float[] {3, 3, 3}, gradients.get(0).toFloatArray());
            assertArrayEquals(new float[2], gradients.get(1).toFloatArray());
            NDArray dead = Torch.withoutGradients(
                    () -> SCRIPT.array(manager, "scaled", x, 1.5, true).sum());
            assertThrows(EngineException.class, () -> Kernels.grad(dead, List.of(x)));
        }
    }

    @Test
    void worksInEveryThread() throws InterruptedException {
        float[] found = new float[1];
        Thread thread = new Thread(() -> {
            try (NDManager manager = Torch.newManager()) {
                found[0] = SCRIPT.array(manager, "scaled", manager.ones(new Shape(1)), 4.0, false)
                        .getFloat();
            }
        });
        thread.start();
        thread.join();
        assertEquals(4, found[0]);
    }

    @Test
    void saysWhatIsWrong() {
        IllegalArgumentException bad = assertThrows(
                IllegalArgumentException.class,
                () -> TorchScript.compile(
                        "Bad",
                        "class Bad(Module):\n  def f(self, x: Tensor) -> Tensor:\n    return torch.nonsense(x)\n"));
        assertTrue(bad.getMessage().contains("Bad") && bad.getMessage().contains("nonsense"), bad.getMessage());
        assertThrows(IllegalArgumentException.class, () -> TorchScript.load(TorchScriptTest.class, "Nowhere.py"));
        assertThrows(IllegalArgumentException.class, () -> SCRIPT.run("total", "text"));
        assertThrows(EngineException.class, () -> SCRIPT.run("missing"));
    }
}
