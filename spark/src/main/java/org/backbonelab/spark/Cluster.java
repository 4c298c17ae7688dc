package org.backbonelab.spark;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.backbonelab.io.Settings;
import org.backbonelab.study.Runners;

/**
 * The connection of this JVM to a Spark cluster: made when first asked for, kept for the studies after it.
 *
 * <p>Spark allows one a JVM.
 */
final class Cluster {
    private static final String CORES = "spark.executor.cores";
    private static final String CPUS = "spark.task.cpus";
    /** A cluster within this machine: executors, cores and megabytes of each. */
    static final Pattern LOCAL = Pattern.compile("local-cluster\\[\\d+,(\\d+),(\\d+)]");

    /** Said to executors by this class, or of no meaning to them. */
    private static final Set<Settings> NOT_PASSED_ON = Set.of(
            Settings.BACKBONELAB_RUNNER,
            Settings.BACKBONELAB_SPARK,
            Settings.BACKBONELAB_THREADS,
            Settings.BACKBONELAB_WORKERS,
            Settings.BACKBONELAB_RESULTS,
            Settings.FRESH);

    private static Cluster current;

    private final String master;
    private final JavaSparkContext context;
    private final Machines machines;

    private Cluster(String master) {
        this.master = master;
        Master.check(master);
        context = new JavaSparkContext(
                configuration(master, Settings.BACKBONELAB_SPARK.get().map(Path::of)));
        machines = new Machines();
        context.sc().addSparkListener(machines);
    }

    /**
     * Returns the connection to a cluster.
     *
     * @throws IllegalArgumentException if the settings would have several cells share a JVM, or cannot be read
     */
    static synchronized Cluster of(String master) {
        boolean usable = current != null
                && current.master.equals(master)
                && !current.context.sc().isStopped();
        if (!usable) {
            stop();
            current = new Cluster(master);
        }
        return current;
    }

    /** Ends the connection and with it all executors; what they train is interrupted first, and leaves its checkpoint. */
    static synchronized void stop() {
        if (current != null) {
            if (!current.context.sc().isStopped()) {
                current.context.cancelAllJobs();
            }
            current.context.stop();
            current = null;
        }
    }

    /**
     * Returns Spark's door to the cluster.
     *
     * @throws IllegalStateException if the cluster has not let us in, or has ended
     */
    JavaSparkContext context() {
        if (context.sc().isStopped()) {
            throw new IllegalStateException("Spark's master at " + master + " does not take this program, or has gone;"
                    + " does it run, and does BACKBONELAB_SPARK name a file with its secret?");
        }
        return context;
    }

    Machines machines() {
        return machines;
    }

    /**
     * Returns what Spark is told: what the user's file says, and beneath it what a cell needs.
     *
     * @param file of the user, if there is one
     */
    static SparkConf configuration(String master, Optional<Path> file) {
        SparkConf conf = new SparkConf().setMaster(master).setAppName("backbonelab");
        file.ifPresent(name -> read(name, conf));
        Matcher local = LOCAL.matcher(master);
        if (local.matches()) {
            conf.setIfMissing(CORES, local.group(1)).setIfMissing("spark.executor.memory", local.group(2) + "m");
        }
        conf.setIfMissing(CORES, "1").setIfMissing(CPUS, conf.get(CORES));
        checkThatCellsAreAlone(conf);
        conf.setIfMissing("spark.executor.memory", "1500m")
                .setIfMissing("spark.ui.enabled", "false")
                .setIfMissing("spark.ui.showConsoleProgress", "false")
                // A machine where a cell broke down is not asked for the same cell again.
                .setIfMissing("spark.excludeOnFailure.enabled", "true")
                .setIfMissing("spark.excludeOnFailure.task.maxTaskAttemptsPerNode", "3")
                // What is interrupted has time to write its checkpoint.
                .setIfMissing("spark.job.interruptOnCancel", "true")
                .set("spark.speculation", "false")
                .set("spark.plugins", CellPlugin.class.getName())
                .setIfMissing("spark.executor.extraClassPath", absolute(Runners.classPath()))
                .setIfMissing(
                        "spark.executor.extraJavaOptions",
                        "-XX:+UseSerialGC -Xmn24m -Djava.awt.headless=true -DdisableProgressBar=true");
        String threads = conf.get(CPUS);
        conf.setExecutorEnv("BACKBONELAB_THREADS", threads).setExecutorEnv("OMP_NUM_THREADS", threads);
        for (Settings setting : Settings.values()) {
            if (!NOT_PASSED_ON.contains(setting)) {
                Optional<String> value = setting.get();
                value.ifPresent(text -> conf.setExecutorEnv(setting.name(), text));
            }
        }
        return conf;
    }

    /** Executors work in folders of their own, from which a relative path leads elsewhere. */
    static String absolute(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void read(Path file, SparkConf conf) {
        Properties found = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            found.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + ": cannot be read (" + e
                            + "); BACKBONELAB_SPARK names it, expected a file of lines spark.<name> <value>",
                    e);
        }
        for (String name : found.stringPropertyNames()) {
            if (!name.startsWith("spark.")) {
                throw new IllegalArgumentException(
                        file + ": names \"" + name + "\", expected settings of Spark, spark.<name> <value>");
            }
            conf.set(name, found.getProperty(name));
        }
    }

    /** Recording of gradients and seeds are one a JVM: two cells in one would disturb each other. */
    private static void checkThatCellsAreAlone(SparkConf conf) {
        alone(conf, CORES, CPUS);
        if (conf.contains("spark.task.resource.gpu.amount")) {
            alone(conf, "spark.executor.resource.gpu.amount", "spark.task.resource.gpu.amount");
        }
    }

    private static void alone(SparkConf conf, String ofExecutor, String ofTask) {
        String has = conf.get(ofExecutor, "none");
        String takes = conf.get(ofTask);
        if (!has.equals(takes)) {
            throw new IllegalArgumentException(ofExecutor + " is " + has + " and " + ofTask + " is " + takes
                    + ", expected the same number: cells that share a JVM would disturb each other");
        }
    }
}
