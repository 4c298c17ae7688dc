package org.backbonelab.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;

/** The bound: forward, loss, gradient and fused update as one TorchScript call on DJL's libtorch. */
final class Script implements Contender {
    private final NDManager manager;
    private final TorchScript module;
    private final String method;
    private final Object[] arguments;
    private final List<NDArray> parameters = new ArrayList<>();

    /**
     * How the network is computed.
     *
     * @param channelsLast memory layout of images and convolution weights
     * @param bf16 mixed precision
     * @param byConv float32 matrix products as 1x1 convolutions
     * @param plainAttention products and softmax in place of the fused attention
     */
    record Form(boolean channelsLast, boolean bf16, boolean byConv, boolean plainAttention) {}

    /** Builds the network; see {@code ViT.py} and its neighbours. */
    Script(Task task, Form form, int threads) {
        manager = Torch.newManager();
        Torch.setThreads(threads);
        module = module(task);
        for (Weight w : task.weights()) {
            parameters.add(layout(Torch.array(manager, w.values(), new Shape(w.shape())), form.channelsLast));
        }
        List<NDArray> first = zeros();
        List<NDArray> second = zeros();
        List<NDArray> steps = Collections.nCopies(parameters.size(), copy(manager.zeros(new Shape())));
        if (task.isUpdateAlone()) {
            method = "update";
            List<NDArray> gradients =
                    parameters.stream().map(NDArray::duplicate).toList();
            arguments = new Object[] {parameters, gradients, first, second, steps};
            return;
        }
        parameters.forEach(p -> p.setRequiresGradient(true));
        NDArray images =
                layout(Torch.array(manager, FixedBatch.pixels(), new Shape(FixedBatch.SHAPE)), form.channelsLast);
        NDArray labels = copy(manager.create(FixedBatch.longLabels()));
        method = task == Task.RESNET ? "sgd" : "adamw";
        List<Object> all = new ArrayList<>(List.of(images, labels, parameters));
        all.addAll(task == Task.RESNET ? List.of(statistics(task), first) : List.of(first, second, steps));
        all.addAll(List.of(form.bf16, form.byConv, form.plainAttention));
        arguments = all.toArray();
    }

    /** Returns the module of a task, with the method of the whole step. */
    static TorchScript module(Task task) {
        if (task.isUpdateAlone()) {
            return TorchScript.compile("AdamW", "class AdamW(Module):\n" + text("AdamW.py"));
        }
        String name = task.title();
        return TorchScript.compile(name, text(name + ".py") + text("Train.py"));
    }

    private static String text(String resource) {
        try (InputStream in = Script.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    private NDArray layout(NDArray x, boolean channelsLast) {
        return channelsLast && x.getShape().dimension() == 4 ? module.array(manager, "channels_last", x) : x;
    }

    private List<NDArray> zeros() {
        return parameters.stream().map(NDArray::zerosLike).toList();
    }

    /** Mean and variance of each batch norm, in order. */
    private List<NDArray> statistics(Task task) {
        List<NDArray> out = new ArrayList<>();
        for (Weight w : task.weights()) {
            if (w.shape().length == 1 && w.constant() == 1) {
                out.add(copy(manager.zeros(new Shape(w.shape()))));
                out.add(copy(manager.ones(new Shape(w.shape()))));
            }
        }
        return out;
    }

    /** DJL's constants lie in Java's memory. */
    private static NDArray copy(NDArray x) {
        return x.duplicate();
    }

    @Override
    public double step() {
        try (TorchScript.Value loss = module.run(method, arguments)) {
            return loss.number();
        }
    }

    @Override
    public long parameters() {
        return parameters.stream().mapToLong(NDArray::size).sum();
    }

    @Override
    public void close() {
        manager.close();
    }
}
