package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class BackboneTrialTest {
    /** A network that no list knows, as one is written in a notebook. */
    private static final class Mine extends Backbone {
        private final Linear hidden;
        private final Linear fc;

        Mine(ImageSpec spec) {
            super(spec);
            hidden = child("hidden", new Linear(spec.channels() * spec.size() * spec.size(), 16, Init.heFanIn()));
            fc = child("fc", Linear.classifier(16, spec.classes(), Init.ZEROS));
        }

        @Override
        public NDArray forwardFeatures(NDArray x, Pass pass) {
            NDArray y = Activation.relu(hidden.apply(x.flatten(1, 3), pass));
            return y.expandDims(-1).expandDims(-1);
        }

        @Override
        protected NDArray head(NDArray features, Pass pass) {
            return fc.apply(features.flatten(1, 3), pass);
        }
    }

    private static final class Heard implements Progress {
        final List<String> lines = new ArrayList<>();
        int most;

        @Override
        public void finished(int done, int total, String label, String result, Duration spent) {
            lines.add(done + " of " + total + ": " + label + " " + result);
            most = total;
        }
    }

    private static BackboneTrial trial(String label) {
        return BackboneTrial.of(label, Mine::new)
                .on("synthetic@8")
                .images(64, 40, 40)
                .recipe(Recipes.brief(2))
                .optimizers("sgd", "adamw")
                .seeds(7, 8);
    }

    @Test
    void everyOptimizerIsTunedOnTheFirstSeedAndTrainedWithAll() {
        Heard heard = new Heard();
        Table found = trial("mine").run(heard);
        assertEquals(heard.most, found.rowCount());
        assertEquals(heard.lines.size(), found.rowCount());
        assertTrue(heard.lines.get(0).startsWith("1 of 8: mine + sgd lr 0.1 seed 7"), heard.lines.get(0));
        for (String optimizer : List.of("sgd", "adamw")) {
            Table own = found.where(found.stringColumn("optimizer").isEqualTo(optimizer));
            Table first = own.where(own.doubleColumn("seed").isEqualTo(7)).sortDescendingOn("val_top1");
            Table second = own.where(own.doubleColumn("seed").isEqualTo(8));
            assertTrue(first.rowCount() >= 3, "three rates at least");
            assertEquals(1, second.rowCount());
            assertEquals(
                    first.doubleColumn("val_top1").get(0),
                    first.where(first.doubleColumn("lr")
                                    .isEqualTo(second.doubleColumn("lr").get(0)))
                            .doubleColumn("val_top1")
                            .get(0),
                    "the best rate is taken on");
        }
        assertEquals(found.print(), trial("mine").run(Progress.NONE).print(), "the same twice");
    }

    /** A network of the list trains as a study trains it. */
    @Test
    void accuraciesAreThoseOfAStudy() {
        Recipe recipe = Recipes.brief(2);
        Table found = BackboneTrial.of("resnet_micro")
                .on("synthetic@16")
                .images(96, 40, 40)
                .recipe(recipe)
                .optimizers("sgd")
                .seeds(3)
                .run(Progress.NONE);
        assertTrue(found.rowCount() >= 3);
        CellTrainer trainer = new CellTrainer(List.of());
        for (int i = 0; i < found.rowCount(); i++) {
            Recipe own =
                    recipe.withOptimizer("sgd").withLr(found.doubleColumn("lr").get(i));
            Cell cell = new Cell("synthetic@16", 96, 40, 40, "resnet_micro", "plain", List.of(own), 3);
            Row row = trainer.train(cell);
            assertEquals(
                    row.metrics().get("val_top1"),
                    found.doubleColumn("val_top1").get(i));
            assertEquals(
                    row.metrics().get("test_top1"),
                    found.doubleColumn("test_top1").get(i));
        }
    }

    @Test
    void theRecipeSaysWhatIsLearned() {
        BackboneTrial masked = BackboneTrial.of("linear")
                .on("synthetic@8")
                .images(40, 20, 20)
                .recipe(Recipes.fcmae().withEpochs(1, 0));
        String message = assertThrows(IllegalArgumentException.class, () -> masked.run(Progress.NONE))
                .getMessage();
        assertTrue(message.contains("expected a ConvNeXt"), message);
    }

    @Test
    void badInputIsNamed() {
        assertThrows(IllegalArgumentException.class, () -> BackboneTrial.of("convnxt_micro"));
        assertThrows(IllegalArgumentException.class, () -> trial("mine").optimizers("adamv"));
        assertThrows(IllegalArgumentException.class, () -> trial("mine").seeds());
        assertThrows(IllegalArgumentException.class, () -> trial("mine").on("fashion-minst"));
    }
}
