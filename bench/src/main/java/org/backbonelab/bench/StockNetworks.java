package org.backbonelab.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.List;
import java.util.function.BinaryOperator;

/** The three networks in DJL's stock blocks; only class token, positions and LayerScale have no stock block. */
final class StockNetworks {
    private StockNetworks() {}

    static Block block(Task task) {
        return switch (task) {
            case VIT -> vit();
            case RESNET -> resnet();
            case CONVNEXT -> convnext();
            default -> throw new IllegalArgumentException(task + " is none of the networks");
        };
    }

    private static Block vit() {
        SequentialBlock net = new SequentialBlock()
                .add(conv(Task.DIM, Task.PATCH, Task.PATCH, 0, 1, true))
                .addSingleton(x -> x.flatten(2, 3).transpose(0, 2, 1))
                .add(new Tokens());
        for (int i = 0; i < Task.DEPTH; i++) {
            Block attention = ScaledDotProductAttentionBlock.builder()
                    .setEmbeddingSize(Task.DIM)
                    .setHeadCount(Task.HEADS)
                    .build();
            net.add(residual(new SequentialBlock().add(norm(2)).add(attention)));
            net.add(residual(mlp(new SequentialBlock().add(norm(2)), Task.DIM)));
        }
        return net.add(norm(2)).addSingleton(x -> x.get(":,0")).add(linear(Task.CLASSES));
    }

    private static Block resnet() {
        SequentialBlock net = new SequentialBlock()
                .add(conv(Task.WIDTHS[0], 3, 1, 1, 1, false))
                .add(batchNorm())
                .add(Activation.reluBlock());
        for (int stage = 0; stage < Task.WIDTHS.length; stage++) {
            for (int i = 0; i < Task.BLOCKS; i++) {
                net.add(basicBlock(Task.WIDTHS[stage], stage > 0 && i == 0 ? 2 : 1))
                        .add(Activation.reluBlock());
            }
        }
        return net.add(spatialMean()).add(linear(Task.CLASSES));
    }

    private static Block basicBlock(int width, int stride) {
        Block branch = new SequentialBlock()
                .add(conv(width, 3, stride, 1, 1, false))
                .add(batchNorm())
                .add(Activation.reluBlock())
                .add(conv(width, 3, 1, 1, 1, false))
                .add(batchNorm());
        Block skip = stride == 1
                ? Blocks.identityBlock()
                : new SequentialBlock().add(conv(width, 1, stride, 0, 1, false)).add(batchNorm());
        return join(branch, skip, NDArray::add);
    }

    private static Block convnext() {
        SequentialBlock net = new SequentialBlock().add(conv(Task.DIMS[0], 2, 2, 0, 1, true));
        channelNorm(net);
        for (int stage = 0; stage < Task.DIMS.length; stage++) {
            int dim = Task.DIMS[stage];
            if (stage > 0) {
                channelNorm(net).add(conv(dim, 2, 2, 0, 1, true));
            }
            for (int i = 0; i < Task.DEPTHS[stage]; i++) {
                SequentialBlock branch = new SequentialBlock()
                        .add(conv(dim, 7, 1, 3, dim, true))
                        .addSingleton(x -> x.transpose(0, 2, 3, 1))
                        .add(norm(3));
                mlp(branch, dim).add(new LayerScale()).addSingleton(x -> x.transpose(0, 3, 1, 2));
                net.add(residual(branch));
            }
        }
        return net.add(spatialMean()).add(norm(1)).add(linear(Task.CLASSES));
    }

    private static SequentialBlock channelNorm(SequentialBlock net) {
        return net.addSingleton(x -> x.transpose(0, 2, 3, 1)).add(norm(3)).addSingleton(x -> x.transpose(0, 3, 1, 2));
    }

    private static SequentialBlock mlp(SequentialBlock net, int dim) {
        return net.add(linear(4 * dim)).add(Activation.geluBlock()).add(linear(dim));
    }

    private static Block residual(Block branch) {
        return join(branch, Blocks.identityBlock(), NDArray::add);
    }

    private static Block join(Block branch, Block skip, BinaryOperator<NDArray> how) {
        return new ParallelBlock(
                outputs -> new NDList(how.apply(
                        outputs.get(0).singletonOrThrow(), outputs.get(1).singletonOrThrow())),
                List.of(branch, skip));
    }

    private static Block spatialMean() {
        return LambdaBlock.singleton(x -> x.flatten(2, 3).mean(new int[] {2}));
    }

    private static Block linear(int units) {
        return Linear.builder().setUnits(units).build();
    }

    private static Block batchNorm() {
        return BatchNorm.builder().build();
    }

    private static Block norm(int axis) {
        return LayerNorm.builder().axis(axis).optEpsilon(1e-6f).build();
    }

    private static Block conv(int filters, int kernel, int stride, int padding, int groups, boolean bias) {
        return Conv2d.builder()
                .setFilters(filters)
                .setKernelShape(new Shape(kernel, kernel))
                .optStride(new Shape(stride, stride))
                .optPadding(new Shape(padding, padding))
                .optGroups(groups)
                .optBias(bias)
                .build();
    }

    /** A block with the same shape out as in, and parameters of known shape. */
    private abstract static class SameShape extends AbstractBlock {
        Parameter parameter(String name, Initializer initializer) {
            Parameter parameter = addParameter(Parameter.builder()
                    .setName(name)
                    .setType(Parameter.Type.OTHER)
                    .build());
            parameter.setInitializer(initializer);
            return parameter;
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return shapes;
        }

        abstract NDArray apply(NDArray x, ParameterStore store, boolean training);

        @Override
        protected NDList forwardInternal(
                ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
            return new NDList(apply(inputs.singletonOrThrow(), store, training));
        }
    }

    /** LayerScale: times a factor a channel, (..., C). */
    private static final class LayerScale extends SameShape {
        private final Parameter gamma =
                parameter("gamma", (manager, shape, type) -> manager.full(shape, (float) Task.LAYER_SCALE, type));

        @Override
        public void prepare(Shape[] shapes) {
            gamma.setShape(new Shape(shapes[0].get(shapes[0].dimension() - 1)));
        }

        @Override
        NDArray apply(NDArray x, ParameterStore store, boolean training) {
            return x.mul(store.getValue(gamma, x.getDevice(), training));
        }
    }

    /** Puts the class token before (N, T, D) and adds the positions. */
    private static final class Tokens extends SameShape {
        private final Parameter cls = parameter("cls_token", new NormalInitializer(0.02f));
        private final Parameter positions = parameter("pos_embed", new NormalInitializer(0.02f));

        @Override
        public void prepare(Shape[] shapes) {
            cls.setShape(new Shape(1, 1, shapes[0].get(2)));
            positions.setShape(new Shape(1, shapes[0].get(1) + 1, shapes[0].get(2)));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return new Shape[] {new Shape(shapes[0].get(0), shapes[0].get(1) + 1, shapes[0].get(2))};
        }

        @Override
        NDArray apply(NDArray x, ParameterStore store, boolean training) {
            NDArray token = store.getValue(cls, x.getDevice(), training)
                    .broadcast(x.getShape().get(0), 1, x.getShape().get(2));
            // Results belong to the first operand's manager: without this all the network's would outlive the batch.
            token.attach(x.getManager());
            NDArray all = NDArrays.concat(new NDList(token, x), 1);
            return all.add(store.getValue(positions, x.getDevice(), training));
        }
    }
}
