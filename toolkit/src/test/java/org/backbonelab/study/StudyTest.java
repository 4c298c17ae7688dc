package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class StudyTest {
    @TempDir
    Path folder;

    private RowStore store;

    @BeforeEach
    void open() {
        store = new RowStore(folder);
    }

    private static Study grid() {
        return Study.of("grid", "synthetic").backbones("resnet_micro", "vit_micro");
    }

    @Test
    void gridIsTheProductOfItsAxes() {
        Study study = grid().optimizers("sgd", "adamw", "lion").tuneLr(0.3, 1).vary("rho", 0, 0.1);
        List<Cell> cells = study.cells(0, 1);
        assertEquals(2 * 3 * 2 * 2 * 2, cells.size());
        assertEquals(cells.size(), cells.stream().map(Cell::id).distinct().count());
        assertEquals(Set.of(0.03, 0.1), lrs(cells, "sgd"));
        assertEquals(Set.of(1.5e-4, 5e-4), lrs(cells, "adamw"));
    }

    private static Set<Object> lrs(List<Cell> cells, String optimizer) {
        return cells.stream()
                .filter(c -> c.recipe().optimization().optimizer().equals(optimizer))
                .map(c -> Axis.of(c).get("lr"))
                .collect(Collectors.toSet());
    }

    @Test
    void tracksKeepTheirEarlierPhases() {
        Recipe pretraining = Recipes.fcmae().withEpochs(3);
        List<Cell> cells = Study.of("fcmae", "synthetic")
                .backbones("convnextv2_micro")
                .track("supervised", Recipe.supervised())
                .track("fcmae", pretraining, Recipe.supervised())
                .vary("epochs", 1, 2)
                .cells(0);
        assertEquals(4, cells.size());
        assertEquals(
                List.of("supervised", "supervised", "fcmae", "fcmae"),
                cells.stream().map(Cell::track).toList());
        assertEquals(pretraining, cells.get(3).phases().get(0));
        assertEquals(2, cells.get(3).recipe().schedule().epochs());
    }

    @Test
    void recipeOfOneBackboneWins() {
        List<Cell> cells = grid().recipe(Recipe.supervised().withLr(0.3))
                .recipe("vit_micro", Recipe.supervised().withLr(0.7))
                .cells(0);
        assertEquals(
                List.of(0.3, 0.7),
                cells.stream().map(c -> c.recipe().optimization().lr()).toList());
    }

    @Test
    void ratesOfATableTakeThePlaceOfTheDefaults() {
        Table tuned = Table.create(
                StringColumn.create("backbone", "resnet_micro", "resnet_micro", "resnet_micro"),
                StringColumn.create("optimizer", "sgd", "adamw", "sgd"),
                DoubleColumn.create("lr", 0.3, 0.007, 99));
        Study study = Study.of("grid", "synthetic").backbones("resnet_micro").lr(tuned);
        List<Cell> cells = study.optimizers("sgd", "adamw").cells(0);
        assertEquals(
                List.of(0.3, 0.007),
                cells.stream().map(c -> c.recipe().optimization().lr()).toList());
        String message = assertThrows(IllegalArgumentException.class, () -> study.optimizers("lion")
                        .cells(0))
                .getMessage();
        assertTrue(message.contains("lion"), message);
    }

    /** Factors are tried with the first seed; the best of each pair gets the others. */
    @Test
    void tunedRateGetsAllSeedsTheOthersOne() {
        Study study = grid().optimizers("sgd", "adamw").tuneLr(0.1, 1, 10).seeds(5, 6, 7);
        // The resnet likes small rates, the vit large ones.
        Runner runner = Studies.fake(c -> c.backbone().equals("resnet_micro")
                ? 50 - c.recipe().optimization().lr()
                : 50 + c.recipe().optimization().lr());
        List<Row> rows = Studies.run(study, runner, store).rows();
        assertEquals(2 * 2 * 3 + 2 * 2 * 2, rows.size());
        List<Row> late = rows.stream()
                .filter(r -> !r.axes().get("seed").toString().equals("5"))
                .toList();
        assertEquals(8, late.size());
        for (Row row : late) {
            boolean resnet = row.axes().get("backbone").equals("resnet_micro");
            boolean sgd = row.axes().get("optimizer").equals("sgd");
            double lr = (sgd ? 0.1 : 5e-4) * (resnet ? 0.1 : 10);
            assertEquals(lr, (double) row.axes().get("lr"), 1e-12, row.axes().toString());
        }
    }

    /** Two rows that differ must differ in a column, and each value gets its own tuned rate. */
    @ParameterizedTest
    @ValueSource(strings = {"weight_decay", "rho", "epochs", "agc", "clip_norm"})
    void variedNumberIsAColumnAndTunedByItself(String field) {
        Study study = grid().vary(field, 0.5, 0.75).tuneLr(1, 3).seeds(0, 1);
        Runner runner = Studies.fake(c -> (double) Axis.of(c).get(field) > 0.6
                ? c.recipe().optimization().lr()
                : -c.recipe().optimization().lr());
        List<Row> late = Studies.run(study, runner, store).rows().subList(8, 12);
        assertEquals(
                List.of("0.5 0.001", "0.75 0.003", "0.5 0.001", "0.75 0.003"),
                late.stream()
                        .map(r -> r.axes().get(field) + " " + r.axes().get("lr"))
                        .toList());
    }

    @Test
    void withoutTuningEveryCellGetsAllSeeds() {
        Study study = grid().vary("lr", 0.1, 0.2).seeds(0, 1, 2);
        assertEquals(
                12, Studies.run(study, Studies.fake(c -> 50.0), store).rows().size());
    }

    @Test
    void finishedCellsAreReadBackNotTrainedAgain() {
        Study study = grid().optimizers("sgd", "adamw").tuneLr(1, 3).seeds(0, 1);
        List<Row> first = Studies.run(
                        study, Studies.fake(c -> c.recipe().optimization().lr()), store)
                .rows();
        Runner none = (cells, rows, listener) -> {
            throw new AssertionError("trained again: " + cells);
        };
        List<Row> second = Studies.run(study, none, store).rows();
        assertEquals(
                first.stream().map(Row::id).toList(),
                second.stream().map(Row::id).toList());
    }

    @Test
    void progressCountsUpToTheTotal() {
        List<String> told = new ArrayList<>();
        Progress progress = Studies.telling(told);
        Study study = grid().tuneLr(1, 3).seeds(0, 1);
        Runner runner = Studies.fake(c -> 12.345);
        assertThrows(IllegalStateException.class, () -> study.run(Studies.breaking(runner, 1), store, Progress.NONE));
        study.run(runner, store, progress);
        assertEquals(
                List.of(
                        "started 1/6, 0 diverged",
                        "2/6 12.3 %",
                        "3/6 12.3 %",
                        "4/6 12.3 %",
                        "5/6 12.3 %",
                        "6/6 12.3 %",
                        "ended"),
                told);
        told.clear();
        study.run(runner, store, progress);
        assertEquals(List.of("started 4/6, 0 diverged", "read back 2/6, 0 diverged", "ended"), told);
        Study growing = grid().tuneLr(1, 3).growLr(1).seeds(0, 1);
        growing.run(runner, store, Progress.NONE);
        told.clear();
        growing.run(runner, store, progress);
        // The smaller of equal rates is the best, so each of the two grids grows by one cell.
        assertEquals(
                List.of("started 4/6, 0 diverged", "read back 2/8, 0 diverged", "read back 2/8, 0 diverged", "ended"),
                told);
        Runner unstable = Studies.fake(c -> c.seed() == 1 || c.backbone().equals("vit_micro") ? Double.NaN : 12);
        RowStore other = new RowStore(store.folder().resolve("unstable"));
        study.run(unstable, other, Progress.NONE);
        told.clear();
        study.run(unstable, other, progress);
        assertEquals(List.of("started 4/6, 2 diverged", "read back 2/6, 2 diverged", "ended"), told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"learning_rate", "momentum", ""})
    void unknownAxisIsRefused(String field) {
        String message = assertThrows(IllegalArgumentException.class, () -> grid().vary(field, 1))
                .getMessage();
        assertTrue(message.contains("\"" + field + "\"") && message.contains("weight_decay"), message);
    }

    @Test
    void unknownNamesAreRefusedWhereTheyAreSaid() {
        assertThrows(IllegalArgumentException.class, () -> Study.of("s", "mnits"));
        assertThrows(IllegalArgumentException.class, () -> grid().backbones("resnet_mikro"));
        assertThrows(IllegalArgumentException.class, () -> grid().optimizers("adamv"));
        assertThrows(IllegalArgumentException.class, () -> grid().recipe("resnet_mikro", Recipe.supervised()));
        assertThrows(
                IllegalStateException.class, () -> Study.of("s", "synthetic").cells(0));
    }
}
