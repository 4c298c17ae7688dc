package org.backbonelab.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Torch;

/**
 * What a backbone costs, counted in a real forward pass of one image.
 *
 * @param name of the backbone
 * @param spec of the images
 * @param parameters trained values
 * @param macs multiply-adds of convolutions, linear layers and attention
 * @param activations values that these layers put out
 * @param layers in the order they are computed
 */
public record Description(
        String name, ImageSpec spec, long parameters, long macs, long activations, List<LayerCost> layers) {
    /**
     * One convolution, linear layer or attention.
     *
     * @param name as timm has it
     * @param kind name of its class
     * @param output shape for one image
     * @param parameters of this layer and those beneath it
     * @param macs multiply-adds, without those of layers beneath it
     */
    public record LayerCost(String name, String kind, Shape output, long parameters, long macs) {}

    /** Runs a network, not yet initialised, once and frees it. */
    static Description of(String name, Backbone model) {
        Map<String, Layer> byName = model.namedLayers();
        IdentityHashMap<Block, String> names = new IdentityHashMap<>();
        byName.forEach((key, layer) -> names.put(layer, key));
        List<LayerCost> layers = new ArrayList<>();
        try (NDManager manager = Torch.newManager()) {
            model.initializeBlank(manager);
            model.run(Pass.evaluation().withTrace((layer, output, macs) -> {
                long parameters = byName.get(names.get(layer)).storedShapes().values().stream()
                        .mapToLong(Shape::size)
                        .sum();
                layers.add(new LayerCost(names.get(layer), layer.getClass().getSimpleName(), output, parameters, macs));
            }));
        }
        return new Description(
                name,
                model.spec(),
                model.parameterCount(),
                layers.stream().mapToLong(LayerCost::macs).sum(),
                layers.stream().mapToLong(l -> l.output.size()).sum(),
                List.copyOf(layers));
    }

    /** Returns a table of all layers. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "%s, %d x %d x %d, %d classes: %.3f M parameters, %.4f G multiply-adds, %.3f M activations%n",
                name,
                spec.channels(),
                spec.size(),
                spec.size(),
                spec.classes(),
                parameters / 1e6,
                macs / 1e9,
                activations / 1e6));
        for (LayerCost l : layers) {
            out.append(String.format(
                    Locale.ROOT, "%-40s %-14s %-20s %12d %14d%n", l.name, l.kind, l.output, l.parameters, l.macs));
        }
        return out.toString();
    }
}
