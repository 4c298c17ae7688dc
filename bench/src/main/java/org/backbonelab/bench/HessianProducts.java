package org.backbonelab.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.TrainLoop;
import org.backbonelab.train.objective.Supervised;
import org.backbonelab.train.objective.Weights;

/**
 * Products with the Hessian of a loss of 100 images: exact, by differentiating the gradient once more, against the central
 * difference of gradients, (g(w + r v) - g(w - r v)) / 2 r for v of unit length.
 */
final class HessianProducts {
    private static final int COUNT = 100;
    private static final int EPOCHS = 4;
    private static final int POWERS = 4;
    /** Of r to the norm of the weights. */
    private static final List<Double> RADII = List.of(1e-2, 3e-3, 1e-3, 3e-4, 1e-4);

    private final Report report;
    private final Rounds plan;
    private final int threads;

    HessianProducts(Report report, Rounds plan, int threads) {
        this.report = report;
        this.plan = plan;
        this.threads = threads;
    }

    /** Measures and writes both tables. */
    void write() {
        Torch.setThreads(threads);
        List<List<String>> times = new ArrayList<>();
        List<List<String>> errors = new ArrayList<>();
        for (String name : List.of("vit_micro", "resnet_micro")) {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Point point = new Point(manager, name);
                times.add(times(name, point));
                errors.addAll(errors(name, point));
            }
        }
        report.table(
                List.of(
                        "network, 100 images",
                        "gradient with its graph, once a point, ms",
                        "exact product, ms",
                        "central difference, ms",
                        "difference to exact"),
                times);
        report.paragraph("Relative error of the difference, || d - H v || / || H v ||, by r as a share of the weights'"
                + " norm. A few products from a random v lie along the steepest directions.");
        List<String> head = new ArrayList<>(List.of("network", "v"));
        RADII.forEach(r -> head.add(String.valueOf(r)));
        report.table(head, errors);
    }

    private List<String> times(String name, Point point) {
        List<NDArray> v = point.unit(point.random(1));
        Sample graph = new Sample(0);
        Sample exact = new Sample(0);
        Sample difference = new Sample(0);
        for (int round = 0; round < 4; round++) {
            plan.calm();
            graph.add(Rounds.turn(3, () -> alone(point::differentiableGradient)));
            // A graph is of no use once the weights have moved, be it there and back.
            List<NDArray> gradient = point.differentiableGradient();
            exact.add(Rounds.turn(3, () -> alone(() -> point.product(gradient, v))));
            difference.add(Rounds.turn(3, () -> alone(() -> point.difference(v, point.norm * 1e-3))));
        }
        return List.of(name, graph.text(1, 1), exact.text(1, 1), difference.text(1, 1), difference.ratioTo(exact));
    }

    /** Frees what a step made. */
    private static void alone(Runnable step) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            step.run();
        }
    }

    private static List<List<String>> errors(String name, Point point) {
        List<List<String>> out = new ArrayList<>();
        List<NDArray> v = point.unit(point.random(2));
        for (int powers = 0; powers <= POWERS; powers += POWERS) {
            List<NDArray> gradient = point.differentiableGradient();
            for (int i = 0; i < powers; i++) {
                v = point.unit(point.product(gradient, v));
            }
            List<NDArray> exact = point.product(gradient, v);
            List<String> row = new ArrayList<>(List.of(name, powers == 0 ? "random" : "after " + powers + " products"));
            for (double radius : RADII) {
                List<NDArray> found = point.difference(v, radius * point.norm);
                double error = Point.norm(Point.sum(found, exact, -1)) / Point.norm(exact);
                row.add(String.format(Locale.ROOT, "%.1e", error));
            }
            out.add(row);
        }
        return out;
    }

    /** A network after a little training, and its loss there. */
    private static final class Point {
        final double norm;
        private final NDManager manager;
        private final Supervised objective;
        private final Batch batch;
        private final List<NDArray> weights;
        private final List<NDArray> origin;

        Point(NDManager manager, String name) {
            this.manager = manager;
            ImageSpec spec = new ImageSpec(1, 28, Task.CLASSES);
            Images images = Images.synthetic(3 * COUNT, 1, spec.size(), spec.classes(), 3);
            Dataset dataset = Datasets.of("hessian", images, images);
            Backbone model = Backbones.create(name, spec, 0);
            model.initialize(manager, 7);
            objective = new Supervised(model, 0);
            Split split = Split.of(dataset, COUNT, COUNT, COUNT, 0);
            Recipe recipe =
                    Recipe.supervised().withBatchSize(20).withEpochs(EPOCHS).withAugmentation(Augmentation.NONE);
            TrainLoop.run(objective, split, recipe, 0);
            batch = Batches.inOrder(split.source(), split.train(), COUNT).get(0);
            weights = Weights.of(objective).arrays();
            origin = weights.stream().map(w -> Kernels.laidOutLike(w, w)).toList();
            norm = norm(origin);
        }

        List<NDArray> differentiableGradient() {
            Pass pass = Pass.evaluation().twiceDifferentiable();
            return Torch.withGradients(() -> Kernels.differentiableGrad(objective.loss(manager, batch, pass), weights));
        }

        List<NDArray> product(List<NDArray> gradient, List<NDArray> v) {
            return Kernels.hessianVectorProduct(gradient, weights, v);
        }

        List<NDArray> difference(List<NDArray> v, double r) {
            List<NDArray> above = gradientAt(v, r);
            List<NDArray> below = gradientAt(v, -r);
            assign(origin);
            return Torch.withoutGradients(
                    () -> sum(above, below, -1).stream().map(x -> x.div(2 * r)).toList());
        }

        private List<NDArray> gradientAt(List<NDArray> v, double r) {
            assign(sum(origin, v, r));
            return Torch.withGradients(() -> Kernels.grad(objective.loss(manager, batch, Pass.evaluation()), weights));
        }

        private void assign(List<NDArray> values) {
            Torch.withoutGradients(() -> {
                for (int i = 0; i < weights.size(); i++) {
                    Kernels.assign(weights.get(i), values.get(i));
                }
                return null;
            });
        }

        List<NDArray> random(long seed) {
            Random random = new Random(seed);
            List<NDArray> out = new ArrayList<>();
            for (NDArray w : weights) {
                float[] values = new float[Math.toIntExact(w.size())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextGaussian();
                }
                out.add(Torch.array(manager, values, w.getShape()));
            }
            return out;
        }

        List<NDArray> unit(List<NDArray> v) {
            double length = norm(v);
            return Torch.withoutGradients(
                    () -> v.stream().map(x -> x.div(length)).toList());
        }

        static List<NDArray> sum(List<NDArray> a, List<NDArray> b, double factor) {
            return Torch.withoutGradients(() -> {
                List<NDArray> out = new ArrayList<>();
                for (int i = 0; i < a.size(); i++) {
                    out.add(a.get(i).add(b.get(i).mul(factor)));
                }
                return out;
            });
        }

        static double norm(List<NDArray> a) {
            return Torch.withoutGradients(() -> Math.sqrt(
                    a.stream().mapToDouble(x -> x.square().sum().getFloat()).sum()));
        }
    }
}
