package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;

/**
 * One forward pass: whether it trains, its random stream, and who listens.
 *
 * <p>Layers ask it for parameter values and random masks, tell it what they compute ({@link #tap}, {@link #count}) and
 * look up which positions are visible in masked pre-training ({@link #visible}, {@link #patches}).
 */
public final class Pass {
    private final ParameterStore store;
    private final boolean training;
    private final long seed;
    private boolean updateStatistics;
    private boolean bf16;
    private boolean twiceDifferentiable;
    private Tap heard;
    private BiConsumer<String, NDArray> tap;
    private Trace trace;
    private NDArray mask;
    private Patches patches;
    private BlockRunner<Pass> blocks;
    private boolean warned;
    private long draws;
    private long macs;

    private Pass(ParameterStore store, boolean training, long seed) {
        this.store = store;
        this.training = training;
        this.updateStatistics = training;
        this.seed = seed;
    }

    private Pass change(Consumer<Pass> edit) {
        Pass out = new Pass(store, training, seed);
        out.updateStatistics = updateStatistics;
        out.bf16 = bf16;
        out.twiceDifferentiable = twiceDifferentiable;
        out.heard = heard;
        out.tap = tap;
        out.trace = trace;
        out.mask = mask;
        out.patches = patches;
        out.blocks = blocks;
        edit.accept(out);
        return out;
    }

    /** Returns a pass in evaluation mode, in float32. */
    public static Pass evaluation() {
        return new Pass(null, false, 0);
    }

    /**
     * Returns a pass in training mode, in float32.
     *
     * @param seed of the drop-path masks; the same seed draws the same masks
     */
    public static Pass training(long seed) {
        return new Pass(null, true, seed);
    }

    /**
     * Returns a pass as DJL's own trainer asks for it.
     *
     * <p>In training its masks are seeded by a number of libtorch's generator, as those of DJL's own dropout are: after
     * equal calls of {@code Engine.setRandomSeed}, equal trainings draw equal masks.
     */
    public static Pass of(ParameterStore store, boolean training) {
        return new Pass(store, training, training ? Torch.drawSeed() : 0);
    }

    /** Returns this pass without updates of running statistics: the second pass of SAM. */
    public Pass withoutStatistics() {
        return change(p -> p.updateStatistics = false);
    }

    /** Returns this pass with matrix products and convolutions in another precision. */
    public Pass withPrecision(Precision precision) {
        boolean low = precision.resolve() == Precision.BF16;
        return change(p -> p.bf16 = low);
    }

    /** Returns this pass without operators that have no second derivative. */
    public Pass twiceDifferentiable() {
        return change(p -> p.twiceDifferentiable = true);
    }

    /** Returns this pass with a listener for activations of one kind; the arrays are valid during the call only. */
    public Pass withTap(Tap kind, BiConsumer<String, NDArray> listener) {
        return change(p -> {
            p.heard = kind;
            p.tap = listener;
        });
    }

    /**
     * Returns this pass with masked positions.
     *
     * @param visible (N, 1, h, w), 1 = visible, 0 = removed, at the resolution of the last stage
     */
    public Pass withVisible(NDArray visible) {
        return change(p -> p.mask = visible);
    }

    /** Returns this pass over images of which these patches alone are there, packed as {@link Patches#take} gives them. */
    public Pass withPatches(Patches visible) {
        return change(p -> p.patches = visible);
    }

    /** Returns the patches that are there, or null where images are whole. */
    public Patches patches() {
        return patches;
    }

    /** Returns this pass with blocks that are computed in another way, such as {@link Recomputation}. */
    Pass withBlocks(BlockRunner<Pass> runner) {
        return change(p -> p.blocks = runner);
    }

    /** Computes a block. */
    NDArray run(BlockRunner.Computation<Pass> block, NDArray x) {
        return blocks == null ? block.of(x, this) : blocks.run(block, x, this);
    }

    /** Returns a pass that draws from here on what this one will, changes no statistics and tells nobody. */
    Pass again() {
        return change(p -> {
            p.draws = draws;
            p.updateStatistics = false;
            p.tap = null;
            p.trace = null;
        });
    }

    /** Returns the seed of a random stream of this pass by its purpose: another part of a batch has another pass. */
    public long seed(String purpose) {
        return Seeds.derive(seed, purpose);
    }

    /** Tells whether the pass trains. */
    public boolean isTraining() {
        return training;
    }

    /** Tells whether batch normalisation shall update its running statistics. */
    public boolean updatesStatistics() {
        return updateStatistics;
    }

    /** Tells whether matrix products and convolutions run in bfloat16. */
    public boolean isBf16() {
        return bf16;
    }

    /** Tells whether every operator must have a second derivative. */
    public boolean isTwiceDifferentiable() {
        return twiceDifferentiable;
    }

    /** Tells whether nobody has asked before: what is wrong in many layers is logged once a pass. */
    boolean isFirstWarning() {
        boolean first = !warned;
        warned = true;
        return first;
    }

    /** Returns this pass with a listener for what is computed. */
    public Pass withTrace(Trace listener) {
        return change(p -> p.trace = listener);
    }

    /** Returns the multiply-adds counted so far. */
    public long macs() {
        return macs;
    }

    /** Adds multiply-adds; called by convolutions, linear layers and attention. */
    public void count(Block layer, NDArray output, long multiplyAdds) {
        macs += multiplyAdds;
        if (trace != null) {
            trace.computed(layer, output.getShape(), multiplyAdds);
        }
    }

    /** Tells whether somebody listens for activations of a kind: whether one that is made to be shown is worth making. */
    boolean hears(Tap kind) {
        return tap != null && kind == heard;
    }

    /** Shows a named activation to the listener, if there is one for its kind. */
    public void tap(Tap kind, String name, NDArray activation) {
        if (hears(kind)) {
            tap.accept(name, bf16 ? Kernels.toFloat(activation) : activation);
        }
    }

    /** Returns the value of a parameter on the device of {@code like}. */
    public NDArray value(Parameter parameter, NDArray like) {
        return store == null ? parameter.getArray() : store.getValue(parameter, like.getDevice(), training);
    }

    /** Computes a DJL block that is not a layer; it knows of training and evaluation, and of nothing else of a pass. */
    public NDArray forward(Block block, NDArray x) {
        ParameterStore values = store == null ? new ParameterStore(x.getManager(), false) : store;
        return block.forward(values, new NDList(x), training).singletonOrThrow();
    }

    /**
     * Returns the visible positions at the resolution of {@code x}.
     *
     * @param x (N, C, H, W), H and W multiples of the mask's
     * @return (N, 1, H, W), or null when nothing is masked
     */
    public NDArray visible(NDArray x) {
        if (mask == null) {
            return null;
        }
        int factor = Math.toIntExact(x.getShape().get(2) / mask.getShape().get(2));
        return factor == 1 ? mask : mask.repeat(2, factor).repeat(3, factor);
    }

    /**
     * Drops single values at random (Srivastava et al. 2014).
     *
     * @param x of any shape
     * @param rate probability to drop; the kept are divided by 1 - rate
     */
    public NDArray dropout(NDArray x, double rate) {
        if (!training || rate == 0) {
            return x;
        }
        return keep(x, x.getShape(), "dropout", rate);
    }

    /**
     * Drops whole residual branches at random, per sample (stochastic depth, Huang et al. 2016).
     *
     * @param branch (N, ...)
     * @param rate probability to drop; the kept are divided by 1 - rate
     */
    public NDArray dropPath(NDArray branch, double rate) {
        if (!training || rate == 0) {
            return branch;
        }
        long[] shape = new long[branch.getShape().dimension()];
        java.util.Arrays.fill(shape, 1);
        shape[0] = branch.getShape().get(0);
        return keep(branch, new Shape(shape), "drop-path", rate);
    }

    private NDArray keep(NDArray x, Shape shape, String purpose, double rate) {
        RandomGenerator random = Seeds.stream(seed, purpose, draws++);
        float[] keep = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < keep.length; i++) {
            keep[i] = random.nextDouble() < rate ? 0 : (float) (1 / (1 - rate));
        }
        return x.mul(Torch.array(x.getManager(), keep, shape));
    }
}
