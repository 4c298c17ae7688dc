package org.backbonelab.bench;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.backbonelab.io.Json;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row;
import org.backbonelab.study.Cell;
import org.backbonelab.study.CellTrainer;
import org.backbonelab.tensor.Torch;

/** Trains one cell of the optimizer study and ends: what {@code bench/python/cell.py} is beside it, in Java. */
public final class CellProcess {
    private static final int TRAIN = 3000;
    private static final int VALIDATION = 1000;
    private static final int TEST = 2000;
    private static final double RATE = 2e-3;
    private static final double DECAY = 0.05;

    private CellProcess() {}

    /** Trains the backbone {@code args[0]} and writes a {@link CellResult}. */
    public static void main(String[] args) {
        Torch.engine();
        Torch.setThreads(1);
        long begun = System.nanoTime();
        Recipe recipe = Recipes.brief(4).withOptimizer("adamw", RATE, DECAY).withEvaluateEvery(1);
        Cell cell = new Cell("fashion-mnist@16", TRAIN, VALIDATION, TEST, args[0], "supervised", List.of(recipe), 0);
        Row row = new CellTrainer(List.of()).train(cell);
        double seconds = (System.nanoTime() - begun) / 1e9;
        CellResult result = new CellResult(
                args[0],
                row.metrics().get("params").longValue(),
                row.metrics().get("train_loss"),
                row.series().get("val_top1_curve"),
                row.metrics().get("test_top1"),
                seconds,
                cpuSeconds());
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println(Json.write(result));
    }

    private static double cpuSeconds() {
        com.sun.management.OperatingSystemMXBean system =
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return Duration.ofNanos(system.getProcessCpuTime()).toMillis() / 1e3;
    }
}
