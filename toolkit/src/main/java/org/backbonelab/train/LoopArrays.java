package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.objective.Weights;
import org.backbonelab.train.step.Step;
import org.backbonelab.train.step.TimeTable;

/**
 * Everything that changes while a training runs, besides its {@link LoopState}: what a checkpoint holds.
 *
 * @param live arrays of the networks, by name
 * @param weights those of them that are trained
 * @param optimizer with its state
 * @param step with its state
 * @param average of the weights, null for none
 * @param times spent so far
 */
record LoopArrays(
        Map<String, NDArray> live,
        Weights weights,
        BaseOptimizer optimizer,
        Step step,
        WeightCopy average,
        TimeTable times) {
    /** Returns what is no tensor. */
    ObjectNode state(LoopState state, JsonNode context) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode node = mapper.createObjectNode();
        node.set("context", context);
        node.set("loop", mapper.valueToTree(state));
        node.set("times", mapper.valueToTree(times.save()));
        node.set("optimizer", mapper.valueToTree(optimizer.steps()));
        return node;
    }

    /**
     * Returns all tensors by name.
     *
     * @param best the weights of the best evaluation, null where there was none
     */
    Map<String, NDArray> tensors(WeightCopy best) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        live.forEach((name, array) -> out.put("model/" + name, array));
        optimizer.state().forEach((name, array) -> out.put("optimizer/" + name, array));
        step.state().forEach((name, array) -> out.put("step/" + name, array));
        if (average != null) {
            average.arrays().forEach((name, array) -> out.put("average/" + name, array));
        }
        if (best != null) {
            best.arrays().forEach((name, array) -> out.put("best/" + name, array));
        }
        return out;
    }

    /** Puts back what a checkpoint holds, but for the best weights, and returns how far it was. */
    LoopState restore(CheckpointReader from) {
        times.add(from.read("times", TimeTable.Saved.class));
        from.restore("model/", live);
        NDManager manager = live.values().iterator().next().getManager();
        optimizer.restore(from.arrays("optimizer/", manager), from.counts("optimizer"));
        step.restore(from.arrays("step/", manager), weights);
        if (average != null) {
            from.restore("average/", average.arrays());
        }
        return from.read("loop", LoopState.class);
    }

    /** Returns the best weights that a checkpoint holds. */
    WeightCopy best(CheckpointReader from) {
        WeightCopy out = new WeightCopy(live);
        from.restore("best/", out.arrays());
        return out;
    }
}
