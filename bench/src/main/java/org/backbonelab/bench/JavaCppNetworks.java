package org.backbonelab.bench;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The forward passes of the three networks in JavaCPP's functions: (N, C, H, W) to logits (N, classes). */
final class JavaCppNetworks {
    private static final long[] ONE = {1, 1};
    private static final TensorOptional NONE = new TensorOptional();

    private final Map<String, Tensor> tensors;
    private final Map<String, TensorOptional> optionals;
    private final Map<String, TensorOptional> statistics = new HashMap<>();

    JavaCppNetworks(Map<String, Tensor> tensors, Map<String, TensorOptional> optionals) {
        this.tensors = tensors;
        this.optionals = optionals;
        for (String name : tensors.keySet()) {
            if (name.contains("bn") || name.contains("downsample.1")) {
                long width = tensors.get(name).numel();
                statistics.put(name + " mean", new TensorOptional(torch.zeros(width)));
                statistics.put(name + " var", new TensorOptional(torch.ones(width)));
            }
        }
    }

    Tensor forward(Task task, Tensor x) {
        return switch (task) {
            case VIT -> vit(x);
            case RESNET -> resnet(x);
            case CONVNEXT -> convnext(x);
            default -> throw new IllegalArgumentException(task + " is none of the networks");
        };
    }

    private Tensor vit(Tensor images) {
        Tensor patches = conv(images, "patch_embed.proj", Task.PATCH, 0, 1, true);
        Tensor cls = tensors.get("cls_token").expand(Task.BATCH, -1, -1);
        Tensor x = torch.cat(new TensorVector(cls, patches.flatten(2, 3).transpose(1, 2)), 1);
        x = x.add(tensors.get("pos_embed"));
        for (int i = 0; i < Task.DEPTH; i++) {
            String block = "blocks." + i + ".";
            x = x.add(attention(norm(x, block + "norm1", Task.DIM), block + "attn."));
            x = x.add(mlp(norm(x, block + "norm2", Task.DIM), block + "mlp."));
        }
        return linear(norm(x, "norm", Task.DIM).select(1, 0), "head");
    }

    private Tensor attention(Tensor x, String name) {
        long tokens = x.size(1);
        long width = Task.DIM / Task.HEADS;
        TensorVector qkv = linear(x, name + "qkv")
                .reshape(Task.BATCH, tokens, 3, Task.HEADS, width)
                .permute(2, 0, 3, 1, 4)
                .unbind(0);
        Tensor mixed = torch.scaled_dot_product_attention(qkv.get(0), qkv.get(1), qkv.get(2));
        return linear(mixed.transpose(1, 2).reshape(Task.BATCH, tokens, Task.DIM), name + "proj");
    }

    private Tensor mlp(Tensor x, String name) {
        return linear(torch.gelu(linear(x, name + "fc1")), name + "fc2");
    }

    private Tensor resnet(Tensor images) {
        Tensor x = torch.relu_(batchNorm(conv(images, "conv1", 1, 1, 1, false), "bn1"));
        for (int stage = 0; stage < Task.WIDTHS.length; stage++) {
            for (int i = 0; i < Task.BLOCKS; i++) {
                x = basicBlock(x, "layer" + (stage + 1) + "." + i + ".", stage > 0 && i == 0 ? 2 : 1);
            }
        }
        return linear(x.mean(2, 3), "fc");
    }

    private Tensor basicBlock(Tensor x, String name, int stride) {
        Tensor y = torch.relu_(batchNorm(conv(x, name + "conv1", stride, 1, 1, false), name + "bn1"));
        y = batchNorm(conv(y, name + "conv2", 1, 1, 1, false), name + "bn2");
        Tensor skip =
                stride == 1 ? x : batchNorm(conv(x, name + "downsample.0", stride, 0, 1, false), name + "downsample.1");
        return torch.relu_(y.add_(skip));
    }

    private Tensor convnext(Tensor images) {
        Tensor x = channelNorm(conv(images, "stem.0", 2, 0, 1, true), "stem.1", Task.DIMS[0]);
        for (int stage = 0; stage < Task.DIMS.length; stage++) {
            int dim = Task.DIMS[stage];
            if (stage > 0) {
                String down = "stages." + stage + ".downsample.";
                x = conv(channelNorm(x, down + "0", Task.DIMS[stage - 1]), down + "1", 2, 0, 1, true);
            }
            for (int i = 0; i < Task.DEPTHS[stage]; i++) {
                String block = "stages." + stage + ".blocks." + i + ".";
                Tensor y = conv(x, block + "conv_dw", 1, 3, dim, true).permute(0, 2, 3, 1);
                y = mlp(norm(y, block + "norm", dim), block + "mlp.").mul(tensors.get(block + "gamma"));
                x = x.add(y.permute(0, 3, 1, 2));
            }
        }
        return linear(norm(x.mean(2, 3), "head.norm", Task.DIMS[3]), "head.fc");
    }

    private Tensor conv(Tensor x, String name, int stride, int padding, int groups, boolean withBias) {
        TensorOptional bias = withBias ? optionals.get(name + ".bias") : NONE;
        long[] strides = {stride, stride};
        long[] paddings = {padding, padding};
        return torch.conv2d(x, tensors.get(name + ".weight"), bias, strides, paddings, ONE, groups);
    }

    private Tensor batchNorm(Tensor x, String name) {
        TensorOptional mean = statistics.get(name + ".weight mean");
        TensorOptional var = statistics.get(name + ".weight var");
        TensorOptional weight = optionals.get(name + ".weight");
        return torch.batch_norm(x, weight, optionals.get(name + ".bias"), mean, var, true, 0.1, 1e-5, false);
    }

    /** Normalises (N, C, H, W) over C. */
    private Tensor channelNorm(Tensor x, String name, int width) {
        return norm(x.permute(0, 2, 3, 1), name, width).permute(0, 3, 1, 2);
    }

    private Tensor norm(Tensor x, String name, int width) {
        long[] shape = {width};
        return torch.layer_norm(x, shape, optionals.get(name + ".weight"), optionals.get(name + ".bias"), 1e-6, false);
    }

    private Tensor linear(Tensor x, String name) {
        return torch.linear(x, tensors.get(name + ".weight"), optionals.get(name + ".bias"));
    }
}
