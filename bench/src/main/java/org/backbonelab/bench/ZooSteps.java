package org.backbonelab.bench;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;
import org.hipparchus.stat.descriptive.rank.Median;

/**
 * Forward and backward pass of published networks beside the same networks as TorchScript modules that Python wrote.
 *
 * <p>Both in one process, on the same images, with the same loss and the same call for the gradients, in turns. The module
 * is the fastest of its forms: weights in channels-last order or not, libtorch's graph executor on or off.
 */
final class ZooSteps {
    private static final int RACE = 3;

    /** A network, the name of its module, and how many images of which size go through it at once. */
    private record Entry(String backbone, String module, int batch, ImageSpec spec) {}

    private static final List<Entry> ENTRIES = List.of(
            new Entry("resnet50_cifar", "resnet50_cifar", 32, new ImageSpec(3, 32, 100)),
            new Entry("convnext_atto", "convnext_atto", 16, new ImageSpec(3, 224, 1000)),
            new Entry("vit_tiny_patch16", "vit_tiny_patch16", 16, new ImageSpec(3, 224, 1000)),
            new Entry("swin_tiny_patch4_window7", "swin_tiny", 8, new ImageSpec(3, 224, 1000)),
            new Entry("mixer_s16", "mixer_s16", 8, new ImageSpec(3, 224, 1000)));

    private final Report report;
    private final Rounds plan;
    private final Path folder;
    private final int rounds;
    private final int steps;

    /**
     * Builds the comparison.
     *
     * @param folder with the modules that {@code bench/modules.py} wrote
     */
    ZooSteps(Report report, Rounds plan, Path folder, int rounds, int steps) {
        this.report = report;
        this.plan = plan;
        this.folder = folder;
        this.rounds = rounds;
        this.steps = steps;
    }

    /** Measures all and writes the table. */
    void write() {
        report.paragraph("Published networks beside the same networks as TorchScript modules that Python wrote"
                + " (torchvision's classes, see `bench/modules.py`), both in one process on the same images, with the same"
                + " loss and the same call for the gradients, in turns of " + steps
                + " steps. The module is the fastest of"
                + " four forms: its convolutions' weights in channels-last order (`-cl`) or not, libtorch's graph executor"
                + " on or off. torchvision's attention is not the fused one.");
        List<List<String>> rows = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (Entry entry : ENTRIES) {
            rows.add(row(entry, ratios));
        }
        report.table(
                List.of(
                        "network",
                        "images",
                        "fastest module",
                        "its ms, median (quartiles)",
                        "ours, ms",
                        "undisturbed",
                        "ours to the module, by turns"),
                rows);
        double[] all = ratios.stream().mapToDouble(r -> r).toArray();
        report.paragraph("Median of the five ratios of medians: " + Report.number(new Median().evaluate(all), 3) + ".");
    }

    private List<String> row(Entry entry, List<Double> ratios) {
        try (NDManager manager = Torch.newManager()) {
            NDArray images = images(manager, entry);
            NDArray targets = targets(manager, entry);
            Backbone ours = Backbones.create(entry.backbone, entry.spec, 0);
            ours.initialize(manager, 0);
            Pass pass = Pass.training(0);
            Map<String, Form> forms = forms(manager, entry, ours.parameterCount());
            Form fastest = null;
            double best = Double.POSITIVE_INFINITY;
            for (Form form : forms.values()) {
                double ms = measured(form, images, targets, new Sample(0), RACE).median();
                if (ms < best) {
                    best = ms;
                    fastest = form;
                }
            }
            Form own = new Form("ours", x -> ours.apply(x, pass), arrays(ours.trainedParameters()), false);
            Sample theirs = new Sample(0);
            Sample mine = new Sample(0);
            for (int round = 0; round < rounds; round++) {
                plan.calm();
                measured(fastest, images, targets, theirs, steps);
                measured(own, images, targets, mine, steps);
            }
            ratios.add(mine.median() / theirs.median());
            return List.of(
                    entry.backbone,
                    entry.batch + " x " + entry.spec.size() + "²",
                    fastest.name,
                    theirs.text(1, 0),
                    mine.text(1, 0),
                    mine.counts(),
                    mine.ratioTo(theirs));
        }
    }

    /** A way to compute the logits; {@code optimized} switches libtorch's profiling executor on. */
    private record Form(String name, UnaryOperator<NDArray> logits, List<NDArray> weights, boolean optimized) {}

    private Map<String, Form> forms(NDManager manager, Entry entry, long count) {
        Map<String, Form> out = new LinkedHashMap<>();
        for (String layout : List.of("", "-cl")) {
            String file = entry.module + layout;
            Model model = load(manager, file);
            List<NDArray> weights = model.getBlock().getParameters().values().stream()
                    .map(Parameter::getArray)
                    .toList();
            long found = weights.stream().mapToLong(NDArray::size).sum();
            if (found != count) {
                throw new IllegalStateException(file + ".pt has " + found + " trained values, ours " + count);
            }
            weights.forEach(w -> w.setRequiresGradient(true));
            ParameterStore store = new ParameterStore(manager, false);
            UnaryOperator<NDArray> logits =
                    x -> model.getBlock().forward(store, new NDList(x), true).singletonOrThrow();
            for (boolean optimized : new boolean[] {false, true}) {
                String name = "plain" + layout + (optimized ? ", executor" : "");
                out.put(name, new Form(name, logits, weights, optimized));
            }
        }
        return out;
    }

    private Model load(NDManager manager, String name) {
        if (!Files.exists(folder.resolve(name + ".pt"))) {
            throw new IllegalArgumentException(folder.resolve(name + ".pt")
                    + " is missing; write it with /usr/bin/python3 bench/modules.py " + folder);
        }
        Model model = Model.newInstance(name, "PyTorch");
        manager.attachInternal(name, model);
        try {
            model.load(folder, name, Map.of("trainParam", "true"));
            return model;
        } catch (IOException | MalformedModelException e) {
            throw new IllegalStateException(name + ".pt cannot be loaded", e);
        }
    }

    private static NDArray images(NDManager manager, Entry entry) {
        int side = entry.spec.size();
        float[] pixels = new float[entry.batch * 3 * side * side];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.sin(i);
        }
        return Torch.array(manager, pixels, new Shape(entry.batch, 3, side, side));
    }

    private static NDArray targets(NDManager manager, Entry entry) {
        float[] oneHot = new float[entry.batch * entry.spec.classes()];
        for (int i = 0; i < entry.batch; i++) {
            oneHot[i * entry.spec.classes() + i] = 1;
        }
        return Torch.array(manager, oneHot, new Shape(entry.batch, entry.spec.classes()));
    }

    private static List<NDArray> arrays(Map<String, Parameter> parameters) {
        return parameters.values().stream().map(Parameter::getArray).toList();
    }

    private static Sample measured(Form form, NDArray images, NDArray targets, Sample into, int count) {
        into.add(Rounds.turn(count, () -> step(form, images, targets)));
        return into;
    }

    private static void step(Form form, NDArray images, NDArray targets) {
        Torch.withGradients(() -> {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                // Our own calls switch it off again.
                JniUtils.setGraphExecutorOptimize(form.optimized);
                NDArray loss;
                try (NDScope forward = new NDScope()) {
                    forward.suppressNotUsedWarning();
                    loss = Kernels.crossEntropy(form.logits.apply(images), targets, 0);
                    NDScope.unregister(loss);
                }
                NDScope.register(loss);
                Kernels.grad(loss, form.weights);
                return null;
            }
        });
    }
}
