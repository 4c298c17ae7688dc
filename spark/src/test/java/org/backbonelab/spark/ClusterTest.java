package org.backbonelab.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.study.Cell;
import org.backbonelab.study.Runners;
import org.backbonelab.study.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
    @TempDir
    Path folder;

    private Optional<Path> file(String... lines) throws IOException {
        return Optional.of(Files.write(folder.resolve("spark.conf"), List.of(lines)));
    }

    private static void assertRefused(String message, Callable<?> work) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, work::call).getMessage());
    }

    @Test
    void aCellHasAnExecutorOfItsOwn() throws IOException {
        SparkConf one = Cluster.configuration("spark://host:7077", Optional.empty());
        assertEquals("1", one.get("spark.executor.cores"));
        SparkConf four =
                Cluster.configuration("spark://host:7077", file("spark.executor.cores 4", "spark.executor.memory 9g"));
        assertEquals("4", four.get("spark.task.cpus"));
        assertEquals("4", four.get("spark.executorEnv.OMP_NUM_THREADS"));
        assertEquals("4", four.get("spark.executorEnv.BACKBONELAB_THREADS"));
        assertEquals("9g", four.get("spark.executor.memory"));
        assertEquals(
                "3",
                Cluster.configuration("local-cluster[2,3,1024]", Optional.empty())
                        .get("spark.task.cpus"));
        Optional<Path> shared = file("spark.executor.cores 4", "spark.task.cpus 2");
        assertRefused(
                "spark.executor.cores is 4 and spark.task.cpus is 2, expected the same number: cells that share a JVM would"
                        + " disturb each other",
                () -> Cluster.configuration("spark://host:7077", shared));
        Optional<Path> gpus = file("spark.task.resource.gpu.amount 1", "spark.executor.resource.gpu.amount 8");
        assertRefused(
                "spark.executor.resource.gpu.amount is 8 and spark.task.resource.gpu.amount is 1, expected the same number:"
                        + " cells that share a JVM would disturb each other",
                () -> Cluster.configuration("spark://host:7077", gpus));
    }

    /** Of a relative class path executors would die at their start, one after the other. */
    @Test
    void executorsFindTheClassPathFromWhereverTheyAre() {
        String here = Path.of("").toAbsolutePath().toString();
        assertEquals(
                here + "/a.jar" + File.pathSeparator + "/b/c.jar",
                Cluster.absolute("a.jar" + File.pathSeparator + "/b/c.jar" + File.pathSeparator));
    }

    @Test
    void badSettingsAreRefused() throws IOException {
        Optional<Path> other = file("executor.cores 4");
        assertRefused(
                other.get() + ": names \"executor.cores\", expected settings of Spark, spark.<name> <value>",
                () -> Cluster.configuration("spark://host:7077", other));
        Optional<Path> none = Optional.of(folder.resolve("none"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Cluster.configuration("spark://host:7077", none))
                .getMessage()
                .startsWith(none.get() + ": cannot be read"));
        assertRefused(
                "runner \"local[4]\", expected spark://<host>:<port> or local-cluster[<executors>,<cores>,<megabytes>], since"
                        + " a cell needs a JVM of its own",
                () -> Runners.of("local[4]", List.of()));
        assertRefused(
                "runner \"spark:host\", expected spark://<host>:<port> or local-cluster[<executors>,<cores>,<megabytes>],"
                        + " since a cell needs a JVM of its own",
                () -> Runners.of("spark:host", List.of()));
    }

    @Test
    void aFolderThatIsNotSharedIsSaid() {
        CellTask task = new CellTask(folder.toString(), ".seen-by-executors-1");
        String message =
                assertThrows(IllegalStateException.class, () -> task.call("{}")).getMessage();
        assertTrue(message.contains(" does not see " + folder.resolve(".seen-by-executors-1")), message);
        assertTrue(message.contains("set BACKBONELAB_RESULTS"), message);
    }

    @Test
    void aMasterThatIsNotThereIsSaidAtOnce() {
        String message = assertThrows(IllegalStateException.class, () -> Cluster.of("spark://127.0.0.1:1,127.0.0.1:2"))
                .getMessage();
        assertEquals(
                "no Spark master listens at 127.0.0.1:1, 127.0.0.1:2; start one (environment/cluster.sh start), or correct"
                        + " BACKBONELAB_RUNNER",
                message);
    }

    @Test
    void longCellsComeFirst() {
        Task small = task("resnet_micro", 1);
        Task large = task("resnet18", 1);
        Task longer = task("resnet_micro", 3);
        assertEquals(List.of(large, longer, small), Work.longestFirst(List.of(small, large, longer)));
    }

    private static Task task(String backbone, double epochs) {
        Recipe recipe = Recipe.supervised().withAugmentation(Augmentation.NONE).withEpochs(epochs);
        return new Task(new Cell("synthetic", 100, 50, 50, backbone, "plain", List.of(recipe), 0), List.of());
    }

    /** GPUs that a script makes up: who gets which is Spark's doing, and the same with real ones. */
    @Test
    void eachCellHasAGpuOfItsOwn() throws IOException {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        Path script = Files.writeString(
                folder.resolve("gpus.sh"),
                "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\", \"2\", \"3\"]}'\n");
        assertTrue(script.toFile().setExecutable(true));
        SparkConf conf = Cluster.configuration(
                "local-cluster[1,4,4096]",
                file(
                        "spark.executor.cores 1",
                        "spark.executor.memory 512m",
                        "spark.worker.resource.gpu.amount 4",
                        "spark.worker.resource.gpu.discoveryScript " + script,
                        "spark.executor.resource.gpu.amount 1",
                        "spark.task.resource.gpu.amount 1"));
        try (JavaSparkContext context = new JavaSparkContext(conf)) {
            List<Integer> numbers = context.parallelize(List.of(0, 1, 2, 3), 4)
                    .map(i -> {
                        // All four at once, or an executor could serve two of them.
                        Thread.sleep(3000);
                        return CellTask.gpu(TaskContext.get()).orElse(-1);
                    })
                    .collect();
            assertEquals(List.of(0, 1, 2, 3), numbers.stream().sorted().toList());
        }
    }
}
