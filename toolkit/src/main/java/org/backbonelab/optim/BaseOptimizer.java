package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.training.optimizer.Optimizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.backbonelab.tensor.Torch;

/**
 * What all update rules share: learning rate, decay and its exemptions, state per parameter, clearing of gradients.
 *
 * <p>{@link #step} updates all parameters with one native call for each group of equal settings. As a DJL optimizer it
 * works in DJL's own {@code Trainer} too, a parameter at a time:
 *
 * <pre>{@code
 * BaseOptimizer adan = Optimizers.get("adan").factory().build(2e-3, 0.05);
 * TrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optOptimizer(adan);
 * try (Trainer trainer = model.newTrainer(config)) {
 *     trainer.initialize(new Shape(32, 3, 32, 32));
 *     for (Batch batch : trainer.iterateDataset(dataset)) {
 *         EasyTrain.trainBatch(trainer, batch);
 *         trainer.step();
 *         batch.close();
 *     }
 * }
 * }</pre>
 *
 * <p>There nothing tells it of the other parameters, of groups, or of curvature: weight decay acts on all, {@code
 * lamb_bocb} clips each tensor by itself, {@code prodigy} estimates a step for each, and {@code sophia} is {@code
 * sophia_bocb} unless {@link #curvature} is called. DJL hands a custom optimizer a gradient and leaves clearing it to the
 * optimizer; without that, gradients add up silently.
 */
public abstract class BaseOptimizer extends Optimizer {
    private static final Settings USUAL = new Settings(1, 1);

    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private final Map<String, Settings> settings = new HashMap<>();
    private final Set<String> notHidden = new HashSet<>();
    private final double weightDecay;
    private final double builtWith;
    private double learningRate;

    /** What may differ between parameters. */
    private record Settings(double decayScale, double lrScale) {}

    /** Parameters that one native call updates. */
    private record Key(Settings settings, long step) {}

    /**
     * Builds the shared part.
     *
     * @throws IllegalArgumentException if the learning rate is not positive or the decay is negative
     */
    protected BaseOptimizer(double learningRate, double weightDecay) {
        super(new NoOptions());
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException("weight decay is " + weightDecay + ", expected a number of 0 or more");
        }
        this.weightDecay = weightDecay;
        setLearningRate(learningRate);
        builtWith = learningRate;
    }

    /** Sets the learning rate of the steps to come; 0 is allowed, as warm-up starts there. */
    public final void setLearningRate(double learningRate) {
        if (!(learningRate >= 0) || Double.isInfinite(learningRate)) {
            throw new IllegalArgumentException("learning rate is " + learningRate + ", expected a positive number");
        }
        this.learningRate = learningRate;
    }

    /** Returns the learning rate of the steps to come. */
    public final double learningRate() {
        return learningRate;
    }

    /** Returns the weight decay of parameters that are not set apart. */
    public final double weightDecay() {
        return weightDecay;
    }

    /**
     * Sets a parameter apart from the others.
     *
     * @param parameterId as handed to {@link #step} or {@link #update}
     * @param decayScale factor of the weight decay, 0 for exempt
     * @param lrScale factor of the learning rate, as layer-wise decay sets it
     */
    public final void group(String parameterId, double decayScale, double lrScale) {
        requireFactor("weight-decay", parameterId, decayScale);
        requireFactor("learning-rate", parameterId, lrScale);
        settings.put(parameterId, new Settings(decayScale, lrScale));
    }

    /**
     * Says that a parameter is no hidden weight: the first layer's, the classifier's, an embedding, a gain or a bias. Few rules
     * ask; without a word all are hidden.
     */
    public final void notHidden(String parameterId) {
        notHidden.add(parameterId);
    }

    private static void requireFactor(String what, String parameterId, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    what + " factor of " + parameterId + " is " + value + ", expected a number of 0 or more");
        }
    }

    /** Updates a parameter in place and clears its gradient: what DJL's trainer calls. */
    @Override
    public final void update(String parameterId, NDArray weight, NDArray gradient) {
        step(List.of(parameterId), List.of(weight), List.of(gradient));
        Torch.zeroGradient(weight);
    }

    /**
     * Updates all parameters in place.
     *
     * @param ids a name for each, the same at every step
     * @param weights the parameters
     * @param gradients of the shapes of the weights, not changed
     */
    public final void step(List<String> ids, List<NDArray> weights, List<NDArray> gradients) {
        prepare(gradients);
        Map<Key, Group> groups = new LinkedHashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            Slot slot = slots.computeIfAbsent(ids.get(i), id -> new Slot());
            Key key = new Key(settings.getOrDefault(ids.get(i), USUAL), slot.next());
            boolean hidden = !notHidden.contains(ids.get(i));
            groups.computeIfAbsent(key, this::group).add(weights.get(i), gradients.get(i), slot, hidden);
        }
        rules(List.copyOf(groups.values()));
    }

    private Group group(Key key) {
        double share = builtWith > 0 ? learningRate / builtWith : Math.signum(learningRate);
        return new Group(key.step, learningRate * key.settings.lrScale, share, weightDecay * key.settings.decayScale);
    }

    /** Sees all gradients of a step before the rule sees those of one group; for rules that need a global norm. */
    protected void prepare(List<NDArray> gradients) {}

    /** Updates all groups of a step; for rules that need sums over all tensors before they change one. */
    protected void rules(List<Group> groups) {
        groups.forEach(this::rule);
    }

    /** The update rule of the tensors of one group. */
    protected abstract void rule(Group group);

    /** Tells whether the state is true only while nothing but the rule moves the weights. */
    protected boolean ownsWeights() {
        return false;
    }

    /** Tells whether weights are to be evaluated elsewhere than where they train; most rules say no. */
    public boolean evaluatesElsewhere() {
        return false;
    }

    /**
     * Moves weights to where they are to be evaluated, in place; the way back is a copy of them.
     *
     * @param ids as for {@link #step}
     * @param weights as the last step left them
     */
    public final void toEvaluation(List<String> ids, List<NDArray> weights) {
        Group updated = new Group(0, 0, 0, 0);
        for (int i = 0; i < ids.size(); i++) {
            if (slots.containsKey(ids.get(i))) {
                updated.add(weights.get(i), null, slots.get(ids.get(i)), false);
            }
        }
        evaluation(updated);
    }

    /** Moves weights, which have no gradients now, to where they are to be evaluated. */
    protected void evaluation(Group group) {}

    /** Returns how many updates apart {@link #estimate} is to be called, 0 for a rule that uses no curvature. */
    protected int curvatureEvery() {
        return 0;
    }

    /** Updates estimates of the curvature, zero at first, which the rule finds as state {@code hessian}. */
    protected void estimate(List<NDArray> gradients, List<NDArray> hessian, int images) {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " uses no curvature");
    }

    /** Tells whether {@link #curvature} is to be called before the next step. */
    public boolean wantsCurvature() {
        return curvatureEvery() > 0 && updates() % curvatureEvery() == 0;
    }

    /**
     * Takes an estimate of the curvature.
     *
     * @param ids as for {@link #step}
     * @param weights the parameters
     * @param gradients of the mean loss with labels sampled from the model's own prediction, not changed
     * @param images over which that loss is a mean
     * @throws UnsupportedOperationException if the rule uses none
     */
    public void curvature(List<String> ids, List<NDArray> weights, List<NDArray> gradients, int images) {
        List<NDArray> hessian = new ArrayList<>();
        for (int i = 0; i < ids.size() && curvatureEvery() > 0; i++) {
            hessian.add(slots.computeIfAbsent(ids.get(i), id -> new Slot()).state("hessian", weights.get(i)));
        }
        estimate(gradients, hessian, images);
    }

    /** Returns the most updates that any parameter has had. */
    private long updates() {
        return slots.values().stream().mapToLong(Slot::step).max().orElse(0);
    }

    /** Returns the number of updates each parameter has had, by id. */
    public final Map<String, Long> steps() {
        Map<String, Long> out = new TreeMap<>();
        slots.forEach((id, slot) -> out.put(id, slot.step()));
        return out;
    }

    /** Returns the state, by {@code "<parameter id>/<name of the state>"}: the live arrays, not copies. */
    public final Map<String, NDArray> state() {
        Map<String, NDArray> out = new TreeMap<>();
        slots.forEach((id, slot) -> slot.arrays().forEach((name, array) -> out.put(id + "/" + name, array)));
        return out;
    }

    /**
     * Puts back what {@link #steps} and {@link #state} gave.
     *
     * @param state arrays of the shapes of the weights; the optimizer takes them over
     */
    public final void restore(Map<String, NDArray> state, Map<String, Long> steps) {
        slots.clear();
        steps.forEach((id, step) -> {
            Slot slot = new Slot();
            slot.restore(step);
            slots.put(id, slot);
        });
        state.forEach((key, array) -> {
            int cut = key.lastIndexOf('/');
            Slot slot = cut < 0 ? null : slots.get(key.substring(0, cut));
            if (slot == null) {
                throw new IllegalArgumentException(
                        "optimizer state \"" + key + "\" belongs to no parameter, expected one of " + steps.keySet());
            }
            slot.restore(key.substring(cut + 1), array);
        });
    }

    /** Frees the state; used again, the optimizer starts anew. */
    public final void free() {
        slots.values().forEach(slot -> slot.arrays().values().forEach(NDArray::close));
        slots.clear();
    }

    private static final class NoOptions extends OptimizerBuilder<NoOptions> {
        @Override
        protected NoOptions self() {
            return this;
        }
    }
}
