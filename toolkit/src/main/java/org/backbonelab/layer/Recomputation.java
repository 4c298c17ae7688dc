package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;

/**
 * Gradient checkpointing (Chen et al. 2016, arXiv 1604.06174): keeps what goes into each block, not what is made in it.
 *
 * <p>In the forward pass a block is computed without a graph. In the backward pass each is computed once more, from the
 * last to the first, with the same random masks, and its graph is given up before the next one. Memory is that of the
 * blocks' inputs and of one block; the time is one forward pass more. Running statistics change once only.
 *
 * <p>Of one forward and one backward pass; blocks are what {@link Layer#applyAlone} computes (AlexNet and VGG have
 * none).
 */
public final class Recomputation {
    /** Gradients add up where an input has several uses; an empty array stands for one that has none yet. */
    private static final TorchScript SCRIPT = TorchScript.compile("Recomputation", """
                    class Recomputation(Module):
                      def none(self, like: Tensor, count: int) -> List[Tensor]:
                        out: List[Tensor] = []
                        for i in range(count):
                          out.append(torch.empty([0], dtype=like.dtype, device=like.device))
                        return out

                      def add(self, output: Tensor, at: Optional[Tensor], inputs: List[Tensor], sums: List[Tensor]) -> List[Tensor]:
                        found = torch.autograd.grad([output], inputs, [at], False, False, True)
                        out: List[Tensor] = []
                        for i in range(len(inputs)):
                          g = found[i]
                          if g is None:
                            out.append(sums[i])
                          elif sums[i].numel() == 0:
                            out.append(g)
                          else:
                            out.append(sums[i] + g)
                        return out

                      def filled(self, sums: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
                        out: List[Tensor] = []
                        for s, w in zip(sums, weights):
                          out.append(torch.zeros_like(w) if s.numel() == 0 else s)
                        return out
                    """);

    private final List<Segment> segments = new ArrayList<>();
    private boolean inside;

    /** {@code pass} draws the masks of the forward pass again. */
    private record Segment(BlockRunner.Computation<Pass> block, NDArray in, NDArray out, Pass pass) {}

    /** Returns a pass whose blocks are computed anew in the backward pass, by {@link #grad}. */
    public Pass in(Pass pass) {
        return pass.withBlocks(this::run);
    }

    /** Computes a block without its graph; inside of another block, as part of that one. */
    private NDArray run(BlockRunner.Computation<Pass> block, NDArray x, Pass pass) {
        if (inside) {
            return block.of(x, pass);
        }
        Pass again = pass.again();
        inside = true;
        try {
            NDArray y = Torch.withoutGradients(() -> block.of(x, pass));
            if (y != x) {
                y.setRequiresGradient(true);
                segments.add(new Segment(block, x, y, again));
            }
            return y;
        } finally {
            inside = false;
        }
    }

    /**
     * Returns the gradients of the loss; arrays of the forward pass must still be open.
     *
     * @param weights leaves that record gradients
     * @return one array a weight, zero where the loss does not depend on it; owned by the loss's manager
     */
    public List<NDArray> grad(NDArray loss, List<NDArray> weights) {
        return Torch.withGradients(() -> recorded(loss, weights));
    }

    private List<NDArray> recorded(NDArray loss, List<NDArray> weights) {
        NDManager manager = loss.getManager();
        int count = weights.size();
        List<NDArray> inputs = new ArrayList<>(weights);
        segments.forEach(s -> inputs.add(s.out));
        List<NDArray> sums = SCRIPT.arrays(manager, "none", loss, inputs.size());
        sums = add(loss, null, inputs, sums);
        inside = true;
        for (int i = segments.size() - 1; i >= 0; i--) {
            Segment segment = segments.get(i);
            NDArray at = sums.remove(count + i);
            inputs.remove(count + i);
            if (at.size() > 0) {
                // The scope gives the block's graph up.
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    sums = add(segment.block.of(segment.in, segment.pass), at, inputs, sums);
                    sums.forEach(NDScope::unregister);
                }
            }
            at.close();
        }
        List<NDArray> out = SCRIPT.arrays(manager, "filled", sums, weights);
        sums.forEach(NDArray::close);
        return out;
    }

    private static List<NDArray> add(NDArray output, NDArray at, List<NDArray> inputs, List<NDArray> sums) {
        List<NDArray> out = SCRIPT.arrays(output.getManager(), "add", output, at, inputs, sums);
        sums.forEach(NDArray::close);
        return out;
    }
}
