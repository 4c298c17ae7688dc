package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.IntNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.model.weights.WeightHash;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Sharpness;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.checkpoint.Checkpoints;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every optimizer and every step of the SAM family: 25 updates here and 25 in a new JVM give the bits of 50 in one.
 *
 * <p>One JVM continues all of them, which is what {@link #main} does.
 */
class ResumeInNewJvmTest {
    private static final int UPDATES = 50;
    private static final int PER_EPOCH = 7;

    @TempDir
    Path folder;

    /** Recipes by name, 50 updates each; update 25 is in the middle of an epoch. */
    private static Map<String, Recipe> cases() {
        Recipe recipe = Recipe.supervised()
                .withBatchSize(4)
                .withEpochs((double) UPDATES / PER_EPOCH, 1)
                .withAugmentation(Augmentation.FLIP)
                .withRegularisation(0.1, 0.1);
        Map<String, Recipe> out = new LinkedHashMap<>();
        Optimizers.names().forEach(name -> out.put(name, recipe.withOptimizer(name)));
        Recipe sgd = recipe.withOptimizer("sgd").withAccumulate(2);
        for (Sharpness kind : List.of(
                Sharpness.SAM,
                Sharpness.SAM.withM(3),
                Sharpness.asam(0.01),
                Sharpness.asam(0.01).withM(2),
                Sharpness.gsam(0.01, 0.4),
                Sharpness.lookSam(2, 0.7),
                Sharpness.lookSam(3, 0.7))) {
            out.put(kind.toString(), sgd.withSam(kind, 0.1));
        }
        out.put("look-ahead", recipe.withLookahead(4, 0.5));
        out.put("LookSAM with Sophia", recipe.withOptimizer("sophia").withSam(Sharpness.lookSam(4, 0.7), 0.1));
        return out;
    }

    private static String train(Recipe recipe, TrainOptions options) {
        Images images = Images.synthetic(45, 1, 8, 10, 3);
        Split split = Split.of(Datasets.of("new-jvm", images, images), 25, 10, 10, 0);
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Backbones.create("resnet_micro", new ImageSpec(1, 8, 10), 0.1);
            model.initialize(manager, 7);
            TrainLoop.Outcome outcome = TrainLoop.run(new Supervised(model, 0.1), split, recipe, 1, options);
            return WeightHash.of(model.namedParameters()) + " " + outcome.trainLoss();
        }
    }

    private static Checkpoints checkpoints(Path folder, int number) {
        return new Checkpoints(folder.resolve(number + ".ckpt"), "run", Duration.ofDays(1));
    }

    /** Continues all checkpoints of a folder and prints what they come to, a line each. */
    public static void main(String[] arguments) {
        int number = 0;
        for (Recipe recipe : cases().values()) {
            try (Checkpoints checkpoints = checkpoints(Path.of(arguments[0]), number++);
                    CheckpointReader from = checkpoints.load().orElseThrow()) {
                TrainOptions options = TrainOptions.none().withCheckpoints(null, from, IntNode.valueOf(0));
                System.out.println("continued " + train(recipe, options));
            }
        }
    }

    private List<String> continued() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ResumeInNewJvmTest.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("BACKBONELAB_THREADS", "1");
        int code = builder.start().waitFor();
        String text = Files.readString(log);
        assertEquals(0, code, text);
        return text.lines().filter(l -> l.startsWith("continued ")).toList();
    }

    @Test
    void secondHalfInANewJvmHasTheBitsOfAnUnbrokenRun() throws IOException, InterruptedException {
        List<String> unbroken = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, Recipe> entry : cases().entrySet()) {
            unbroken.add("continued " + train(entry.getValue(), TrainOptions.none()));
            AtomicInteger asked = new AtomicInteger();
            try (Checkpoints checkpoints = checkpoints(folder, number++)) {
                TrainOptions half = TrainOptions.none()
                        .withCheckpoints(checkpoints, null, IntNode.valueOf(0))
                        .withStop(() -> asked.incrementAndGet() > UPDATES / 2);
                String message = assertThrows(
                                CancellationException.class, () -> train(entry.getValue(), half), entry.getKey())
                        .getMessage();
                assertTrue(message.contains("at step 25 of 50"), message);
            }
        }
        List<String> found = continued();
        assertEquals(unbroken.size(), found.size());
        List<String> names = List.copyOf(cases().keySet());
        for (int i = 0; i < found.size(); i++) {
            assertEquals(unbroken.get(i), found.get(i), names.get(i));
            assertTrue(!found.get(i).contains("NaN"), names.get(i) + " diverged: " + found.get(i));
        }
        assertEquals(names.size(), unbroken.stream().distinct().count(), "two cases came to the same weights");
    }
}
