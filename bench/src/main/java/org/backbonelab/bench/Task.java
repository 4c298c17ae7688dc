package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is measured: one training step of a network on a batch of 128, or one step of AdamW alone. */
enum Task {
    /** Vision Transformer: dim 192, depth 6, heads 3, patch 4, AdamW. */
    VIT("ViT"),
    /** Basic blocks, widths 32-64-128-256, 2 a stage, 3x3 stem at stride 1, SGD with momentum. */
    RESNET("ResNet"),
    /** Dims 40-80-160-320, depths 2-2-6-2, patch-2 stem, AdamW. */
    CONVNEXT("ConvNeXt"),
    /** The update alone: 25 M parameters in 150 tensors. */
    ADAMW("AdamW"),
    /** The update alone by any optimizer: ResNet-50's 25.6 M parameters in 161 tensors. */
    RULES("ResNet-50's tensors"),
    /** The studies' smallest network, for whatever needs many steps. */
    MICRO("resnet_micro"),
    /** A whole cell of a study: train, evaluate, row. */
    CELL("cell"),
    /** Masked pre-training of V2 micro at 16 pixels, decoder 64 wide. */
    MASKED16("V2 micro, 16 pixels"),
    /** The same at 28 pixels. */
    MASKED28("V2 micro, 28 pixels"),
    /** Masked pre-training of V2 Atto at 96 pixels, decoder 512 wide. */
    MASKED96("V2 Atto, 96 pixels"),
    /** The same at 160 pixels. */
    MASKED160("V2 Atto, 160 pixels"),
    /** The same at 224 pixels. */
    MASKED224("V2 Atto, 224 pixels"),
    /** Data: generated 32-pixel images; crop, flip, RandAugment, erasing. */
    DATA32("32 pixels: crop, flip, RandAugment, erasing"),
    /** Data: JPEG files of 500 x 375 pixels; decode, resized crop, flip. */
    DATA224("224 pixels: JPEG of 500 x 375, resized crop, flip");

    static final int BATCH = 128;
    static final int CLASSES = 10;
    static final int CHANNELS = 3;
    static final int SIZE = 32;

    static final int DIM = 192;
    static final int DEPTH = 6;
    static final int HEADS = 3;
    static final int PATCH = 4;

    static final int[] WIDTHS = {32, 64, 128, 256};
    static final int BLOCKS = 2;

    static final int[] DIMS = {40, 80, 160, 320};
    static final int[] DEPTHS = {2, 2, 6, 2};
    static final double LAYER_SCALE = 1e-6;

    static final double ADAMW_RATE = 1e-3;
    static final double ADAMW_DECAY = 0.05;
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPS = 1e-8;
    static final double SGD_RATE = 0.01;
    static final double MOMENTUM = 0.9;

    private final String title;

    Task(String title) {
        this.title = title;
    }

    static Task of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** The three networks. */
    static List<Task> networks() {
        return List.of(VIT, RESNET, CONVNEXT);
    }

    String title() {
        return title;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the trained tensors in the order of the forward pass. */
    List<Weight> weights() {
        List<Weight> out = new ArrayList<>();
        switch (this) {
            case VIT -> vit(out);
            case RESNET -> resnet(out);
            case CONVNEXT -> convnext(out);
            case ADAMW -> adamw(out);
            case RULES -> resnet50(out);
            default -> throw new IllegalArgumentException(this + " is ours alone");
        }
        return out;
    }

    private static void vit(List<Weight> out) {
        normal(out, "patch_embed.proj.weight", 0.02, DIM, CHANNELS, PATCH, PATCH);
        constant(out, "patch_embed.proj.bias", 0, DIM);
        normal(out, "cls_token", 0.02, 1, 1, DIM);
        long side = SIZE / PATCH;
        normal(out, "pos_embed", 0.02, 1, side * side + 1, DIM);
        for (int i = 0; i < DEPTH; i++) {
            String block = "blocks." + i + ".";
            norm(out, block + "norm1", DIM);
            linear(out, block + "attn.qkv", DIM, 3 * DIM);
            linear(out, block + "attn.proj", DIM, DIM);
            norm(out, block + "norm2", DIM);
            linear(out, block + "mlp.fc1", DIM, 4 * DIM);
            linear(out, block + "mlp.fc2", 4 * DIM, DIM);
        }
        norm(out, "norm", DIM);
        linear(out, "head", DIM, CLASSES);
    }

    private static void resnet(List<Weight> out) {
        convNorm(out, "conv1", "bn1", CHANNELS, WIDTHS[0], 3);
        int in = WIDTHS[0];
        for (int stage = 0; stage < WIDTHS.length; stage++) {
            for (int i = 0; i < BLOCKS; i++) {
                String block = "layer" + (stage + 1) + "." + i + ".";
                int width = WIDTHS[stage];
                convNorm(out, block + "conv1", block + "bn1", in, width, 3);
                convNorm(out, block + "conv2", block + "bn2", width, width, 3);
                if (in != width) {
                    convNorm(out, block + "downsample.0", block + "downsample.1", in, width, 1);
                }
                in = width;
            }
        }
        linear(out, "fc", in, CLASSES);
    }

    private static void convnext(List<Weight> out) {
        normal(out, "stem.0.weight", 0.02, DIMS[0], CHANNELS, 2, 2);
        constant(out, "stem.0.bias", 0, DIMS[0]);
        norm(out, "stem.1", DIMS[0]);
        for (int stage = 0; stage < DIMS.length; stage++) {
            int dim = DIMS[stage];
            if (stage > 0) {
                String down = "stages." + stage + ".downsample.";
                norm(out, down + "0", DIMS[stage - 1]);
                normal(out, down + "1.weight", 0.02, dim, DIMS[stage - 1], 2, 2);
                constant(out, down + "1.bias", 0, dim);
            }
            for (int i = 0; i < DEPTHS[stage]; i++) {
                String block = "stages." + stage + ".blocks." + i + ".";
                constant(out, block + "gamma", LAYER_SCALE, dim);
                normal(out, block + "conv_dw.weight", 0.02, dim, 1, 7, 7);
                constant(out, block + "conv_dw.bias", 0, dim);
                norm(out, block + "norm", dim);
                linear(out, block + "mlp.fc1", dim, 4 * dim);
                linear(out, block + "mlp.fc2", 4 * dim, dim);
            }
        }
        norm(out, "head.norm", DIMS[3]);
        linear(out, "head.fc", DIMS[3], CLASSES);
    }

    /** As in a network, two vectors go with a matrix. */
    private static void adamw(List<Weight> out) {
        for (int i = 0; i < 50; i++) {
            normal(out, "matrix" + i, 0.02, 704, 704);
            constant(out, "scale" + i, 1, 2200);
            constant(out, "shift" + i, 0, 2200);
        }
    }

    private static void resnet50(List<Weight> out) {
        convNorm(out, "conv1", "bn1", CHANNELS, 64, 7);
        int in = 64;
        int[] depths = {3, 4, 6, 3};
        for (int stage = 0; stage < depths.length; stage++) {
            for (int i = 0; i < depths[stage]; i++) {
                String block = "layer" + (stage + 1) + "." + i + ".";
                int width = 64 << stage;
                convNorm(out, block + "conv1", block + "bn1", in, width, 1);
                convNorm(out, block + "conv2", block + "bn2", width, width, 3);
                convNorm(out, block + "conv3", block + "bn3", width, 4 * width, 1);
                if (i == 0) {
                    convNorm(out, block + "downsample.0", block + "downsample.1", in, 4 * width, 1);
                }
                in = 4 * width;
            }
        }
        linear(out, "fc", in, 1000);
    }

    /** Tells whether there is no network, only the update. */
    boolean isUpdateAlone() {
        return this == ADAMW || this == RULES;
    }

    private static void convNorm(List<Weight> out, String conv, String norm, int in, int width, int kernel) {
        normal(out, conv + ".weight", Math.sqrt(2.0 / (width * kernel * kernel)), width, in, kernel, kernel);
        norm(out, norm, width);
    }

    private static void linear(List<Weight> out, String name, int in, int width) {
        normal(out, name + ".weight", 0.02, width, in);
        constant(out, name + ".bias", 0, width);
    }

    private static void norm(List<Weight> out, String name, int width) {
        constant(out, name + ".weight", 1, width);
        constant(out, name + ".bias", 0, width);
    }

    private static void normal(List<Weight> out, String name, double deviation, long... shape) {
        out.add(new Weight(name, shape, 0, deviation));
    }

    private static void constant(List<Weight> out, String name, double value, long... shape) {
        out.add(new Weight(name, shape, value, 0));
    }
}
