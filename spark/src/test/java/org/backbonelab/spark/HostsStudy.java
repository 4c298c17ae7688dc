package org.backbonelab.spark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.RowStore;
import org.backbonelab.study.Advance;
import org.backbonelab.study.Progress;
import org.backbonelab.study.Runners;
import org.backbonelab.study.Study;
import org.backbonelab.tensor.Torch;

/** A study of eight cells, run by itself: {@code environment/tests/hosts.py} kills and cuts off who trains it. */
final class HostsStudy {
    private HostsStudy() {}

    /** Trains with the runner of the first argument into the folder of the second, and says how far it is. */
    public static void main(String[] arguments) {
        Torch.setThreads(1);
        Recipe recipe = Recipe.supervised()
                .withBatchSize(20)
                .withAugmentation(Augmentation.NONE)
                .withEpochs(Integer.parseInt(arguments[2]));
        Study study = Study.of("hosts", "synthetic")
                .images(100, 50, 50)
                .recipe(recipe)
                .backbones("resnet_micro", "convnextv2_micro")
                .optimizers("sgd", "adamw")
                .seeds(0, 1);
        long begin = System.nanoTime();
        study.run(Runners.of(arguments[0], List.of()), new RowStore(Path.of(arguments[1])), new Progress() {
            @Override
            public void finished(int done, int total, String label, String result, Duration spent) {
                System.out.println("finished " + label);
            }

            @Override
            public void training(String label, Advance advance) {
                System.out.println("training " + label + " " + advance.epoch());
            }

            @Override
            public void machines(String text) {
                System.out.println("machines " + text);
            }
        });
        System.out.println(
                "seconds " + Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0);
        System.out.println("done");
        System.exit(0);
    }
}
