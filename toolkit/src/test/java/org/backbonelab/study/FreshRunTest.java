package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreshRunTest {
    @TempDir
    Path folder;

    /** FRESH=1 trains anew what is finished, and goes on when it was broken off, in this process and in the next. */
    @Test
    void aFreshRunTrainsEverythingOnceAlsoWhenItIsBrokenOff() {
        RowStore store = new RowStore(folder);
        Study study = Studies.small("resnet_micro", "vit_micro").optimizers("sgd", "adamw");
        List<Boolean> anew = new ArrayList<>();
        Runner fake = Studies.fake(c -> 50.0);
        Runner runner = (tasks, rows, listener) -> {
            tasks.forEach(task -> anew.add(task.anew()));
            fake.run(tasks, rows, listener);
        };
        study.run(runner, store, Progress.NONE);
        assertEquals(List.of(false, false, false, false), anew);
        anew.clear();
        Optional<FreshRun> fresh = Optional.of(FreshRun.open(store.folder()));
        assertThrows(
                IllegalStateException.class, () -> study.run(Studies.breaking(runner, 3), store, Progress.NONE, fresh));
        assertEquals(List.of(true, true, true), anew);
        assertEquals(3, trainedBy(FreshRun.open(store.folder()), study));
        anew.clear();
        study.run(runner, store, Progress.NONE, Optional.of(FreshRun.open(store.folder())));
        assertEquals(List.of(true), anew, "the next process goes on");
        assertEquals(0, trainedBy(FreshRun.open(store.folder()), study), "a run whose studies have ended is over");
        study.run(runner, store, Progress.NONE, fresh);
        anew.clear();
        study.run(runner, store, Progress.NONE, fresh);
        assertEquals(List.of(), anew, "each cell once in a process");
    }

    private static long trainedBy(FreshRun run, Study study) {
        return study.cells(0).stream().filter(c -> run.hasTrained(c.id())).count();
    }
}
