package org.backbonelab.spark;

import java.util.regex.Pattern;
import org.backbonelab.study.Runner;
import org.backbonelab.study.RunnerProvider;

/** Brings the runners on Spark: {@code spark://<host>:<port>} and {@code local-cluster[<executors>,<cores>,<megabytes>]}. */
public final class SparkRunners implements RunnerProvider {
    /** Several masters of one cluster stand by for each other: {@code spark://one:7077,two:7077}. */
    private static final Pattern STANDALONE = Pattern.compile("spark://[^,:/]+:\\d+(,[^,:/]+:\\d+)*");

    @Override
    public boolean serves(String name) {
        return name.startsWith("spark:") || name.startsWith("local");
    }

    /** {@inheritDoc} Starts nothing yet. */
    @Override
    public Runner runner(String name) {
        if (!STANDALONE.matcher(name).matches() && !Cluster.LOCAL.matcher(name).matches()) {
            throw new IllegalArgumentException("runner \"" + name
                    + "\", expected spark://<host>:<port> or local-cluster[<executors>,<cores>,<megabytes>], since a cell"
                    + " needs a JVM of its own");
        }
        return new SparkRunner(name);
    }
}
