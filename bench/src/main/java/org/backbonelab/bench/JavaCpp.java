package org.backbonelab.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** JavaCPP PyTorch, eager: libtorch's C++ functions called one by one from Java, its own optimizers. */
final class JavaCpp implements Contender {
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Map<String, TensorOptional> optionals = new HashMap<>();
    private final TensorVector parameters;
    private final Supplier<Tensor> loss;
    private final Optimizer optimizer;
    private long count;

    /** Builds the network, or the bare tensors of the AdamW task. */
    JavaCpp(Task task, boolean channelsLast, int threads) {
        // Read when libtorch is loaded, by the next line. OpenBLAS took 1.8 times as long for a step of the ViT.
        System.setProperty("org.bytedeco.openblas.load", "mkl");
        parameters = new TensorVector();
        torch.set_num_threads(threads);
        for (Weight w : task.weights()) {
            Tensor t =
                    layout(Tensor.create(w.values(), w.shape()), channelsLast).set_requires_grad(true);
            tensors.put(w.name(), t);
            optionals.put(w.name(), new TensorOptional(t));
            parameters.push_back(t);
            count += t.numel();
        }
        loss = task == Task.ADAMW ? null : loss(task, channelsLast);
        optimizer = task == Task.RESNET ? sgd() : adamw();
        if (task == Task.ADAMW) {
            fakeGradients(task.weights());
        }
    }

    private Supplier<Tensor> loss(Task task, boolean channelsLast) {
        Tensor images = layout(Tensor.create(FixedBatch.pixels(), FixedBatch.SHAPE), channelsLast);
        Tensor labels = Tensor.create(FixedBatch.longLabels());
        JavaCppNetworks networks = new JavaCppNetworks(tensors, optionals);
        return () -> torch.cross_entropy_loss(networks.forward(task, images), labels);
    }

    private static Tensor layout(Tensor t, boolean channelsLast) {
        if (!channelsLast || t.dim() != 4) {
            return t;
        }
        return t.contiguous(torch.MemoryFormat.ChannelsLast);
    }

    private Optimizer adamw() {
        AdamWOptions options = new AdamWOptions(Task.ADAMW_RATE);
        options.weight_decay().put(Task.ADAMW_DECAY);
        return new AdamW(parameters, options);
    }

    private Optimizer sgd() {
        SGDOptions options = new SGDOptions(Task.SGD_RATE);
        options.momentum().put(Task.MOMENTUM);
        return new SGD(parameters, options);
    }

    /** The gradient of sum(w * w) / 2 is w: made once, used by every step. */
    @SuppressWarnings("try")
    private void fakeGradients(List<Weight> weights) {
        try (PointerScope scope = new PointerScope()) {
            for (Weight w : weights) {
                Tensor t = tensors.get(w.name());
                t.mul(t.detach().clone(new MemoryFormatOptional())).sum().backward();
            }
        }
    }

    @Override
    @SuppressWarnings("try")
    public double step() {
        if (loss == null) {
            optimizer.step();
            return 0;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor value = loss.get();
            value.backward();
            optimizer.step();
            optimizer.zero_grad();
            double number = value.item_float();
            return number;
        }
    }

    @Override
    public long parameters() {
        return count;
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
        tensors.values().forEach(Tensor::close);
    }
}
