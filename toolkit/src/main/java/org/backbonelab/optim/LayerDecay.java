package org.backbonelab.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layer-wise decay of the learning rate: decay^(M + 1 - i) for layer i of M blocks, so the head learns at the full
 * rate.
 *
 * <p>Block k, from 1, is layer k; head and last norm are layer M + 1; stem, patch embedding, positions and tokens are
 * layer 0, as BEiT (arXiv 2106.08254, its released fine-tuning code) and MAE have it. In networks of ConvNeXt's form
 * ({@code stages.s.blocks.b}) the stem and a stage's downsampling belong to the block after them, as in ConvNeXt V2's
 * released fine-tuning code; a downsampling between the stages of other networks does so too.
 */
public final class LayerDecay {
    private static final Pattern BLOCK = Pattern.compile("(stages\\.\\d+\\.blocks\\.\\d+|stages\\.\\d+\\.\\d+"
            + "|layers\\.\\d+\\.blocks\\.\\d+|blocks\\.\\d+(\\.\\d+)?|blocks?\\d+\\.\\d+|layer\\d+\\.\\d+)\\..*");
    private static final String CONVNEXT = "stages\\.\\d+\\.blocks\\.\\d+";

    private LayerDecay() {}

    /**
     * Returns the factor of the learning rate of each parameter.
     *
     * @param names timm's, in the order of the network
     * @param decay above 0 and at most 1
     * @throws IllegalArgumentException if no name is one of a block
     */
    public static Map<String, Double> scales(Collection<String> names, double decay) {
        Map<String, Integer> layers = layers(names);
        int top = layers.values().stream().mapToInt(i -> i).max().orElse(0);
        Map<String, Double> out = new LinkedHashMap<>();
        layers.forEach((name, layer) -> out.put(name, Math.pow(decay, top - layer)));
        return out;
    }

    /** Returns the layer of each parameter, from 0. */
    static Map<String, Integer> layers(Collection<String> names) {
        Map<String, Integer> out = new LinkedHashMap<>();
        Map<String, Integer> blocks = new LinkedHashMap<>();
        List<String> waiting = new ArrayList<>();
        for (String name : names) {
            Matcher matcher = BLOCK.matcher(name);
            if (!matcher.matches()) {
                waiting.add(name);
                continue;
            }
            String block = matcher.group(1);
            boolean stem = blocks.isEmpty() && !block.matches(CONVNEXT);
            int layer = blocks.computeIfAbsent(block, b -> blocks.size() + 1);
            waiting.forEach(w -> out.put(w, stem ? 0 : layer));
            waiting.clear();
            out.put(name, layer);
        }
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("layer decay on a network without blocks (parameters "
                    + List.copyOf(names).subList(0, Math.min(3, names.size())) + ", ...), expected layer decay 1");
        }
        waiting.forEach(w -> out.put(w, blocks.size() + 1));
        return out;
    }
}
