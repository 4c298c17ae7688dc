package org.backbonelab.model.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Gives the tensors of the authors' own weight files timm's names and axes.
 *
 * <p>Known are ConvNeXt V1 and V2 ({@link ConvNeXtNames}) and Swin (microsoft, and older files of timm), converted from their
 * pickles to safetensors, and the Flax checkpoints (npz) of ViT and MLP-Mixer (google-research/vision_transformer,
 * big_vision). Others pass as they are.
 */
final class ForeignNames {
    private static final Pattern SWIN_DOWNSAMPLE = Pattern.compile("^layers\\.(\\d{1,4})\\.downsample\\.");
    private static final List<String> PREFIXES = List.of("", "opt/target/", "params/", "params/img/");

    private final Map<String, StoredTensor> in;
    private final Map<String, StoredTensor> out = new LinkedHashMap<>();

    private ForeignNames(Map<String, StoredTensor> in) {
        this.in = in;
    }

    /** Returns the tensors by timm's names. */
    static Map<String, StoredTensor> toTimm(Map<String, StoredTensor> tensors) {
        if (ConvNeXtNames.fit(tensors)) {
            return ConvNeXtNames.toTimm(tensors);
        }
        if (tensors.containsKey("layers.0.blocks.0.attn.relative_position_bias_table")) {
            return swin(tensors);
        }
        for (String prefix : PREFIXES) {
            Map<String, StoredTensor> inner = new LinkedHashMap<>();
            tensors.forEach((name, t) -> {
                if (name.startsWith(prefix)) {
                    inner.put(name.substring(prefix.length()), t);
                }
            });
            if (inner.containsKey("embedding/kernel")) {
                return new ForeignNames(inner).vit();
            }
            if (inner.containsKey("MixerBlock_0/LayerNorm_0/scale")) {
                return new ForeignNames(inner).mixer();
            }
        }
        return tensors;
    }

    /**
     * Leaves out buffers that follow from the sizes alone; where stages end with the halving of the map, they become those
     * that begin with it. The head cannot tell the two apart, since a file may come without one.
     */
    private static Map<String, StoredTensor> swin(Map<String, StoredTensor> tensors) {
        boolean halvesAtTheEnd = tensors.containsKey("layers.0.downsample.reduction.weight");
        Map<String, StoredTensor> out = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (!name.endsWith(".attn.relative_position_index") && !name.endsWith(".attn_mask")) {
                out.put(halvesAtTheEnd ? swin(name) : name, tensor);
            }
        });
        return out;
    }

    private static String swin(String name) {
        return SWIN_DOWNSAMPLE
                .matcher(name)
                .replaceFirst(m -> "layers." + (Integer.parseInt(m.group(1)) + 1) + ".downsample.")
                .replaceFirst("^head\\.(weight|bias)$", "head.fc.$1");
    }

    private Map<String, StoredTensor> vit() {
        kernel("embedding", "patch_embed.proj");
        put("cls_token", "cls");
        boolean bigVision = in.containsKey("pos_embedding");
        put("pos_embed", bigVision ? "pos_embedding" : "Transformer/posembed_input/pos_embedding");
        norm("Transformer/encoder_norm", "norm");
        kernel("head", "head");
        // Flax numbers all modules of a block; big_vision each kind by itself.
        String attention = bigVision ? "MultiHeadDotProductAttention_0/" : "MultiHeadDotProductAttention_1/";
        String second = bigVision ? "LayerNorm_1" : "LayerNorm_2";
        String mlp = bigVision ? "MlpBlock_0/" : "MlpBlock_3/";
        for (Block block : blocks()) {
            norm(block.in("LayerNorm_0"), block.out("norm1"), block.part);
            join(block, attention);
            norm(block.in(second), block.out("norm2"), block.part);
            kernel(block.in(mlp + "Dense_0"), block.out("mlp.fc1"), block.part);
            kernel(block.in(mlp + "Dense_1"), block.out("mlp.fc2"), block.part);
        }
        return out;
    }

    private record Block(String from, int index, UnaryOperator<StoredTensor> part) {
        String in(String name) {
            return from + name;
        }

        String out(String name) {
            return "blocks." + index + "." + name;
        }
    }

    /** Blocks are numbered, or stacked along a first axis. */
    private List<Block> blocks() {
        String stacked = "Transformer/encoderblock/";
        StoredTensor scale = in.get(stacked + "LayerNorm_0/scale");
        if (scale != null) {
            return Stream.iterate(0, i -> i < scale.shape().get(0), i -> i + 1)
                    .map(i -> new Block(stacked, i, t -> t.slice(i)))
                    .toList();
        }
        return Stream.iterate(0, i -> in.containsKey(numbered(i) + "LayerNorm_0/scale"), i -> i + 1)
                .map(i -> new Block(numbered(i), i, UnaryOperator.identity()))
                .toList();
    }

    private static String numbered(int i) {
        return "Transformer/encoderblock_" + i + "/";
    }

    /** Queries, keys and values (D, heads, d) become one matrix (3 D, D); the projection (heads, d, D) becomes (D, D). */
    private void join(Block block, String attention) {
        List<String> parts = Stream.of("query", "key", "value")
                .map(p -> block.in(attention + p))
                .toList();
        String proj = block.in(attention + "out");
        if (!in.keySet()
                .containsAll(Stream.concat(parts.stream(), Stream.of(proj))
                        .flatMap(p -> Stream.of(p + "/kernel", p + "/bias"))
                        .toList())) {
            return;
        }
        List<StoredTensor> kernels = parts.stream()
                .map(p -> block.part.apply(in.get(p + "/kernel")))
                .map(k ->
                        k.reshape(k.shape().get(0), k.shape().size() / k.shape().get(0)))
                .map(k -> k.permute(1, 0))
                .toList();
        out.put(block.out("attn.qkv.weight"), StoredTensor.concat(kernels));
        List<StoredTensor> biases = parts.stream()
                .map(p -> block.part.apply(in.get(p + "/bias")))
                .map(b -> b.reshape(b.shape().size()))
                .toList();
        out.put(block.out("attn.qkv.bias"), StoredTensor.concat(biases));
        StoredTensor kernel = block.part.apply(in.get(proj + "/kernel"));
        long width = kernel.shape().get(kernel.shape().dimension() - 1);
        out.put(
                block.out("attn.proj.weight"),
                kernel.reshape(kernel.shape().size() / width, width).permute(1, 0));
        out.put(block.out("attn.proj.bias"), block.part.apply(in.get(proj + "/bias")));
    }

    private Map<String, StoredTensor> mixer() {
        kernel("stem", "stem.proj");
        norm("pre_head_layer_norm", "norm");
        kernel("head", "head");
        for (int i = 0; in.containsKey("MixerBlock_" + i + "/LayerNorm_0/scale"); i++) {
            String from = "MixerBlock_" + i + "/";
            String to = "blocks." + i + ".";
            norm(from + "LayerNorm_0", to + "norm1");
            norm(from + "LayerNorm_1", to + "norm2");
            for (int k = 0; k < 2; k++) {
                kernel(from + "token_mixing/Dense_" + k, to + "mlp_tokens.fc" + (k + 1));
                kernel(from + "channel_mixing/Dense_" + k, to + "mlp_channels.fc" + (k + 1));
            }
        }
        return out;
    }

    private void kernel(String from, String to) {
        kernel(from, to, UnaryOperator.identity());
    }

    /** Flax has outputs last: (in, out), (k, k, in, out). */
    private void kernel(String from, String to, UnaryOperator<StoredTensor> part) {
        put(to + ".weight", from + "/kernel", t -> {
            StoredTensor w = part.apply(t);
            return w.shape().dimension() == 4 ? w.permute(3, 2, 0, 1) : w.permute(1, 0);
        });
        put(to + ".bias", from + "/bias", part);
    }

    private void norm(String from, String to) {
        norm(from, to, UnaryOperator.identity());
    }

    private void norm(String from, String to, UnaryOperator<StoredTensor> part) {
        put(to + ".weight", from + "/scale", part);
        put(to + ".bias", from + "/bias", part);
    }

    private void put(String to, String from) {
        put(to, from, UnaryOperator.identity());
    }

    private void put(String to, String from, UnaryOperator<StoredTensor> change) {
        StoredTensor tensor = in.get(from);
        if (tensor != null) {
            out.put(to, change.apply(tensor));
        }
    }
}
